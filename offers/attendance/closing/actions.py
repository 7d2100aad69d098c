"""Closing a register: from then on it counts. Who was not marked by then did not come, or had sent word."""

from datetime import datetime
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo
from marketplace.base.data import jobs
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.data.ids import NEW_ID
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.attendance.acts import Act
from offers.attendance.closing import rules
from offers.attendance.closing.queries import Due, due, is_due
from offers.attendance.keys import settled, shut
from offers.attendance.marking import Held, hold
from offers.attendance.models import ClosedBy
from offers.attendance.queries import came_late
from offers.attendance.year_keys import missing, needed
from offers.catalogue.models import Session
from offers.seats.sql import covers

log = structlog.get_logger("attendance")

BEGIN = """INSERT INTO register (id, session_id, saved_by_id, saved_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (session_id) DO NOTHING"""
CLOSE = """UPDATE register SET closed_at = $2, closed_by = $3, closed_by_person_id = $4
WHERE session_id = $1 AND closed_at IS NULL RETURNING id"""
UNTOUCHED = f"""WITH party AS MATERIALIZED (
    SELECT b.id, s.id AS session_id FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN booking b ON b.pool_id = p.id
    WHERE s.id = $1 AND b.state = 'confirmed' AND NOT {came_late()} ORDER BY b.id FOR SHARE OF b)
INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at, cause)
SELECT {NEW_ID}, y.session_id, y.id, CASE WHEN EXISTS (SELECT FROM sent_word x WHERE x.booking_id = y.id
    AND x.session_id = y.session_id) THEN 'excused' ELSE 'absent' END, 0, $2, 'closing'
FROM party y ON CONFLICT (session_id, booking_id) DO NOTHING"""
"""Whoever cancels just now is waited for: nobody is marked whose booking has ended, or began after it was over."""
OPEN = """UPDATE register SET closed_at = NULL, closed_by = NULL, closed_by_person_id = NULL,
    saved_at = greatest($2, saved_at + interval '1 microsecond')
WHERE session_id = $1"""
"""Somebody is at it again: the clock waits for them, and another's form shows what has changed."""
ANYBODY = """SELECT EXISTS (SELECT FROM attendance WHERE session_id = $1 AND state = 'present')
    OR EXISTS (SELECT FROM head_count WHERE session_id = $1 AND (count > 0 OR by_code > 0))"""


async def finish(session: Session, *, by: UUID, now: datetime) -> None:
    """ "Ferdig": close the register as it stands. What is closed already stays as it is. Raises Refused."""
    async with in_transaction():
        held = await _held(session.id, now)
        rules.may_finish(held.starts_at, now)
        await rows(BEGIN, uuid7(), session.id, by, now)
        await close(session.id, session.offer.owner_id, ClosedBy.HOST, by, now)


async def nobody_came(session: Session, *, by: UUID, now: datetime) -> None:
    """Close the register of a session that is over, to which nobody came. Raises Refused, also when somebody is marked
    as present: then that has to be looked at first. What is closed with nobody already stays as it is."""
    async with in_transaction():
        await _may_be_nobody(await _held(session.id, now), now)
        await rows(BEGIN, uuid7(), session.id, by, now)
        await close(session.id, session.offer.owner_id, ClosedBy.HOST, by, now)


async def why_not_nobody(session: Session, *, now: datetime) -> str:
    """Why nobody came cannot be said of this session now, or need not be; empty where it can."""
    async with in_transaction():
        try:
            await _may_be_nobody(await _held(session.id, now), now)
        except Refused as refused:
            return refused.message
        closed = await value("SELECT closed_at FROM register WHERE session_id = $1", session.id)
    return _("Oppmøtet er ferdig ført.") if closed else ""


async def _may_be_nobody(held: Held, now: datetime) -> None:
    if now < held.ends_at:
        raise Refused(_("Samlingen er ikke over ennå."))
    if await value(ANYBODY, held.id):
        raise Refused(_("Noen er ført som til stede. Se over oppmøtet."))


async def reopen(session: Session, *, by: UUID, now: datetime) -> None:
    """ "Angre": the register is as it was before it was closed, and who was not marked is unmarked again."""
    async with in_transaction():
        await _held(session.id, now)
        closed_at = await value("SELECT closed_at FROM register WHERE session_id = $1", session.id)
        if closed_at is None:
            return
        rules.may_reopen(closed_at, now)
        await rows(OPEN, session.id, now)
        await rows("DELETE FROM attendance WHERE session_id = $1 AND cause = 'closing'", session.id)
        await record(Act.REGISTER_REOPENED, now=now, actor=by, object_id=session.id,
                     organization=session.offer.owner_id)  # fmt: skip


async def close_by_the_clock(now: datetime) -> None:
    """Close what was begun and that nobody has finished, at twelve the day after; each by itself. What is of a year
    whose key is not here waits for it."""
    keyless = await missing(now)
    for year in keyless:
        log.error("registers are not closed: the key of their year is not here", year=year)
    await jobs.each(await due(now, keyless), lambda one: _close_one(one, now))


async def _close_one(one: Due, now: datetime) -> None:
    async with in_transaction():
        await hold(one.id)
        if await is_due(
            one.id, now
        ):  # it may have been moved, cancelled, tapped or emptied since it was found
            await close(one.id, one.organization_id, ClosedBy.CLOCK, None, now)


async def close(session: UUID, organization: UUID, cause: ClosedBy, by: UUID | None, now: datetime) -> None:
    """Close a register whose session we hold; what is closed already stays so. Whoever is untouched was absent, or
    excused if they sent word."""
    if await rows(CLOSE, session, now, cause, by):
        await rows(UNTOUCHED, session, now)
        await record(Act.REGISTER_CLOSED, now=now, actor=by, object_id=session, organization=organization,
                     details={"by": cause.value})  # fmt: skip


async def _held(session: UUID, now: datetime) -> Held:
    held = await hold(session)
    if held.called_off:
        raise Refused(_("Denne samlingen er avlyst."))
    if settled(held.starts_at, now):
        raise shut()
    await needed(oslo(held.starts_at).year)
    return held
