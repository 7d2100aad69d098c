"""Registers that a phone took along for when there is no net, and of which nothing has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.catalogue.recorded import REGISTERS
from offers.rights.sql import LED, SEEN
from offers.work.told.queries import NAME
from organizations.notices.models import Notice
from organizations.notices.queries import told

UNSENT = f"""s.status <> 'cancelled' AND o.state <> 'draft' AND {SEEN} AND {LED}
    AND NOT EXISTS (SELECT FROM register_tap p WHERE p.session_id = s.id AND p.person_id = {{person}})
    AND NOT EXISTS (SELECT FROM {REGISTERS} g WHERE g.session_id = s.id AND g.closed_by = 'host')"""
"""May marks of session s lie on the phone of a person who leads it? Not once something of theirs has arrived, nor when
a host has said that the register is done. That the clock closed it says nothing of what a phone holds."""
DUE = f"""FROM {told(Notice.REGISTERS)} t JOIN register_taken k ON k.person_id = t.person_id AND k.told_at IS NULL
JOIN session s ON s.id = k.session_id JOIN offer o ON o.id = s.offer_id
WHERE s.ends_at <= $1 AND k.taken_at <= $1 AND s.ends_at > $2
    AND {UNSENT.format(organization="t.organization_id", person="t.person_id")}"""


class Due(NamedTuple):
    """Somebody who is asked what became of these registers, in whose name, and where."""

    organization_id: UUID
    person_id: UUID
    lang: str
    channel: str
    value: str
    taken: list[UUID]


async def due(before: datetime, since: datetime) -> list[Due]:
    """Who took a register along that was over `before` (and after `since`), and sent nothing: each row of
    register_taken once, whatever they are members of."""
    return await rows(
        Due,
        f"""WITH one AS (SELECT DISTINCT ON (k.id) t.*, k.id AS taken {DUE} ORDER BY k.id, t.organization_id)
        SELECT organization_id, person_id, lang, channel, value, array_agg(taken ORDER BY taken) AS taken FROM one
        GROUP BY organization_id, person_id, lang, channel, value ORDER BY organization_id, person_id""",
        before, since,
    )  # fmt: skip


async def note_told(taken: Sequence[UUID], now: datetime) -> None:
    """Their hosts are asked now, and not again."""
    await rows("UPDATE register_taken SET told_at = $2 WHERE id = ANY($1)", [*taken], now)


@dataclass(frozen=True, slots=True)
class Unsent:
    """A session whose register was taken along. `title`: None where it is not named."""

    id: UUID
    title: str | None
    starts_at: datetime
    ends_at: datetime


async def unsent(organization: UUID, person: UUID, taken: Sequence[UUID], lang: str) -> list[Unsent]:
    """Those of these registers of which still nothing has come, the earliest first."""
    return await rows(
        Unsent,
        f"""SELECT s.id, {NAME.format(lang="$4")} AS title, s.starts_at, s.ends_at
        FROM register_taken k JOIN session s ON s.id = k.session_id JOIN offer o ON o.id = s.offer_id
        WHERE k.id = ANY($3) AND k.person_id = $2 AND {UNSENT.format(organization="$1", person="$2")}
        ORDER BY s.starts_at, s.id""",
        organization, person, [*taken], lang,
    )  # fmt: skip
