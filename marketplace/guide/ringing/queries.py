"""Which calls only a guide can make, and who rings: the number shows to nobody else."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column, rows, value
from offers.bookings.queries import HIDDEN
from offers.catalogue.recorded import REGISTERS_FOR
from offers.participants.calls.queries import WAITING
from offers.telling.queries import rung_by
from offers.work.told.queries import ToldMember
from organizations.notices.models import Notice
from organizations.notices.queries import told

WAIT = f"""{WAITING} AND y.since > {{since}} AND (s.ends_at IS NULL OR s.ends_at > {{now}}) AND y.number IS NULL
    AND EXISTS (SELECT FROM booking q JOIN person n ON n.id = q.participant_id JOIN person k ON k.id = q.booked_by_id
        WHERE q.id = b.id AND {HIDDEN})"""
"""Calls y about what is not over yet, of whom those who lead the offer see no number."""
DUE = (
    f"""{WAIT.format(now="$1", since="$2")} AND y.told_times < (y.since <= $3)::int + (y.since <= $4)::int"""
)
GUIDES = f"{told(Notice.DESK)} t"
RINGS = rung_by("t.person_id", "t.organization_id")
DESKS = f"""SELECT DISTINCT t.organization_id FROM {GUIDES} WHERE EXISTS (SELECT {DUE} AND {RINGS})
ORDER BY t.organization_id"""
NOTE = f"""UPDATE phone_call SET told_times = told_times + 1 WHERE id IN (SELECT y.id {DUE}
    AND EXISTS (SELECT FROM {GUIDES} WHERE t.organization_id = $5 AND {RINGS})) RETURNING id"""
WHO = f"""SELECT t.* FROM {GUIDES} WHERE t.organization_id = $1 AND EXISTS (
    SELECT FROM phone_call y JOIN booking b ON b.id = y.booking_id WHERE y.id = ANY($2) AND {RINGS})
ORDER BY t.person_id"""


async def desks(*due: datetime) -> list[UUID]:
    """The desks at which somebody is to be told now of calls that wait (`calls_due`, offers/work/jobs.py)."""
    return await column(DESKS, *due)


async def note_told(desk: UUID, *due: datetime) -> list[UUID]:
    """The calls that a desk is to be told of now; each is noted as told, under its row's lock."""
    return await column(NOTE, *due, desk)


async def who_rings(desk: UUID, calls: list[UUID]) -> list[ToldMember]:
    """The guides of a desk who are to make some of these calls."""
    return await rows(ToldMember, WHO, desk, calls)


async def waiting(desk: UUID, guide: UUID, now: datetime) -> int:
    """How many calls wait that only this guide, or who else is left at that desk, can make."""
    number: int = await value(
        f"SELECT count(*) {WAIT.format(now='$3', since='$4')} AND {rung_by('$2', '$1')}",
        desk, guide, now, now - REGISTERS_FOR,
    )  # fmt: skip
    return number
