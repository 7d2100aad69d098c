"""Who is told what of an organisation, and whether anybody is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.data.statement import those
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Recipient
from marketplace.base.text import name_order
from marketplace.people.queries import WRITTEN_TO
from organizations.members.queries import APPROVAL_REACH
from organizations.notices.models import Notice
from organizations.notices.rules import RECEIVES, usual

ADDRESS = f"""(SELECT c.channel, c.value FROM contact_point c WHERE c.person_id = {{person}}
    AND c.verified_at IS NOT NULL AND {WRITTEN_TO}
    ORDER BY c.channel, c.created_at LIMIT 1)"""
"""One proven address of a person, e-mail first."""


def told(kind: Notice) -> str:
    """SQL, a table: organization_id, person_id, lang, channel and value of those who are told this now. They still have
    a role that it is for, have an address and have not turned it off; nobody of what is not approved, who can answer
    nothing."""
    return f"""(SELECT DISTINCT m.organization_id, m.person_id, n.lang, c.channel, c.value
        FROM membership m JOIN organization w ON w.id = m.organization_id AND w.state = 'approved'
        JOIN person n ON n.id = m.person_id
        JOIN LATERAL {ADDRESS.format(person="m.person_id")} c ON true
        LEFT JOIN member_notice x ON x.person_id = m.person_id AND x.organization_id = m.organization_id
            AND x.kind = '{kind.value}'
        WHERE m.ended_at IS NULL AND m.role IN {those(RECEIVES[kind])} AND {usual(kind)})"""


@dataclass(frozen=True, slots=True)
class _Address:
    channel: str
    value: str


@dataclass(frozen=True, slots=True)
class _Chosen:
    kind: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation that somebody should have a word with: which, and nothing of why."""

    slug: str
    name: str


async def still_told(kind: Notice, recipient: Recipient, organization: str) -> Recipient | None:
    """The right to a message of this kind: where the same person is told of this organisation now, if they are."""
    found = await row(
        _Address, f"SELECT channel, value FROM {told(kind)} t WHERE organization_id = $1 AND person_id = $2",
        UUID(organization), recipient.about.person_id,
    )  # fmt: skip
    if found is None:
        return None
    return Recipient(Channel(found.channel), found.value, About(person_id=recipient.about.person_id))


async def is_anybody_told(organization: UUID, but: UUID | None = None) -> bool:
    """Is there somebody, other than `but`, who hears of a request to this organisation at once?"""
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM {told(Notice.REQUEST)} t WHERE organization_id = $1
                AND person_id IS DISTINCT FROM $2::uuid)""",
            organization,
            but,
        )
    )


async def chosen(organization: UUID, person: UUID) -> dict[Notice, bool]:
    """What the person has chosen here."""
    found = await rows(
        _Chosen,
        "SELECT kind, wanted FROM member_notice WHERE organization_id = $1 AND person_id = $2",
        organization,
        person,
    )
    return {Notice(each.kind): each.wanted for each in found}


async def has_address(person: UUID) -> bool:
    """Has the person proven an address theirs, so that something can be sent there?"""
    return bool(await value(f"SELECT EXISTS {ADDRESS.format(person='$1')}", person))


# --- for the municipality: names of organisations, and nothing of anybody who asked ---
async def nobody_told(person: Any) -> list[Named]:
    """The organisations in this coordinator's reach that one can ask for a place, and in which nobody
    hears of it. Nobody has to have asked: it is so by who is in them and what they offer."""
    return await rows(
        Named,
        f"""WITH {APPROVAL_REACH} SELECT o.slug, o.name FROM approval_reach r JOIN organization o USING (id)
        WHERE o.state = 'approved' AND EXISTS (SELECT FROM offer f WHERE f.owner_id = o.id AND f.joining = 'request'
            AND f.state = 'published')
            AND NOT EXISTS (SELECT FROM {told(Notice.REQUEST)} t WHERE t.organization_id = o.id)
        ORDER BY {name_order("o.name")}, o.id LIMIT 50""",
        person.id,
    )


LATE, LOOKED_BACK = timedelta(days=7), timedelta(days=60)
SEVERAL = 3
"""So many different people must have waited for sensitive offers before their organisation is named: a name there would
else tell that somebody has asked."""
WAITED_LONG = """coalesce(b.answered_at, CASE WHEN b.state = 'requested' THEN $2 WHEN b.ended_by IN ('self', 'erased')
    THEN b.changed_at END) > b.created_at + $4::interval"""
"""Did booking b wait too long for its answer? It stays so whatever becomes of it: that somebody withdrew, or got an
answer today, changes nothing that one can read."""


async def answering_late(person: Any, now: datetime) -> list[Named]:
    """The organisations in this coordinator's reach that have kept somebody waiting for more than a
    week in the last two months; no number, no offer.

    It only asks what is there; bookings belong to a floor above.
    """
    return await rows(
        Named,
        f"""WITH {APPROVAL_REACH} SELECT o.slug, o.name FROM approval_reach r JOIN organization o USING (id)
        WHERE o.state = 'approved' AND EXISTS (SELECT FROM offer f JOIN booking b ON b.offer_id = f.id
            WHERE f.owner_id = o.id AND b.asked AND b.talk_asked_at IS NULL AND b.created_at > $3
                AND {WAITED_LONG}
            HAVING count(DISTINCT b.participant_id) >= $5 OR count(*) FILTER (WHERE NOT f.sensitive) > 0)
        ORDER BY {name_order('o.name')}, o.id LIMIT 50""",
        person.id, now, now - LOOKED_BACK, LATE, SEVERAL,
    )  # fmt: skip
