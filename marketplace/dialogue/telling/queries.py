"""Whom messages about a meeting go to, what they are to tell, and whom none has reached."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import column, rows
from marketplace.base.post.again import UNSAID
from marketplace.base.text import name_order
from marketplace.dialogue.telling.rules import key_of


@dataclass(frozen=True, slots=True)
class Change:
    """A meeting that was moved or cancelled lately, and the addresses of its members. `puts_off`: what it was to talk
    about stands there still, and it is not held."""

    meeting_id: UUID
    dialogue_id: UUID
    session_id: UUID
    sequence: int
    status: str
    puts_off: bool
    addresses: list[str]


class Unreached(NamedTuple):
    """A member organisation that somebody should ring."""

    slug: str
    name: str


INVITED = """SELECT DISTINCT w.email FROM dialogue_member x JOIN organization w ON w.id = x.organization_id
    WHERE x.dialogue_id = {dialogue} AND x.left_at IS NULL AND w.state = 'approved' AND w.email <> ''"""
"""SQL: the addresses of a dialogue's member organisations."""


async def invited(dialogue: UUID, organization: UUID | None = None) -> list[str]:
    """The e-mail addresses of the member organisations, or of this one, each once."""
    return await column(
        f"{INVITED.format(dialogue='$1')} AND ($2::uuid IS NULL OR w.id = $2) ORDER BY w.email",
        dialogue,
        organization,
    )


async def ahead(dialogue: UUID, now: datetime) -> list[UUID]:
    """The meetings that have not begun and are not cancelled, in order."""
    return await column(
        """SELECT m.id FROM dialogue_meeting m JOIN offer o ON o.id = m.offer_id AND o.state = 'published'
            JOIN session s ON s.offer_id = o.id AND s.status <> 'cancelled' AND s.starts_at > $2
        WHERE m.dialogue_id = $1 GROUP BY m.id ORDER BY min(s.starts_at), m.id""",
        dialogue, now,
    )  # fmt: skip


LATELY = timedelta(days=1)
"""So long a change is followed, should the worker have stood still."""


async def changes(now: datetime, meeting: UUID | None = None) -> list[Change]:
    """The meetings to come that were moved or cancelled lately, or this one if it was, each with those who were members
    then."""
    return await rows(
        Change,
        f"""SELECT m.id AS meeting_id, m.dialogue_id, s.id AS session_id, s.sequence, s.status,
            EXISTS (SELECT FROM dialogue_item i WHERE i.meeting_id = m.id) AND NOT EXISTS (SELECT FROM session h
                WHERE h.offer_id = m.offer_id AND h.status <> 'cancelled') AS puts_off,
            ARRAY({INVITED.format(dialogue="m.dialogue_id")} AND x.joined_at <= s.changed_at ORDER BY 1) AS addresses
        FROM dialogue_meeting m JOIN session s ON s.offer_id = m.offer_id
        WHERE s.status IN ('moved', 'cancelled') AND s.changed_at > $1 AND s.starts_at > $2
            AND ($3::uuid IS NULL OR m.id = $3) ORDER BY s.changed_at, s.id""",
        now - LATELY, now, meeting,
    )  # fmt: skip


async def unreached(dialogue: UUID, acts: list[str]) -> list[Unreached]:
    """The member organisations that no message of these acts has reached: they have no address, or it came back."""
    addresses = await invited(dialogue)
    keys = [key_of(act, address) for act in acts for address in addresses]
    return await rows(
        Unreached,
        f"""SELECT w.slug, w.name FROM dialogue_member x JOIN organization w ON w.id = x.organization_id
        WHERE x.dialogue_id = $1 AND x.left_at IS NULL AND w.state = 'approved' AND (coalesce(w.email, '') = ''
            OR EXISTS (SELECT FROM outbox_message y WHERE y.dedupe_key = ANY($2) AND y.address = w.email
                AND y.failed_at IS NOT NULL AND y.problem <> ALL($3)))
        ORDER BY {name_order("w.name")}, w.id""",
        dialogue, keys, list(UNSAID),
    )  # fmt: skip
