"""What happens to bookings afterwards. With moves.py and claims.py the only place that writes booking.state,
seat_pool.taken, seat_pool.waiting, seat_pool.reserved and seat_pool.capacity.

Lock order everywhere: pools by ascending id, then the booking. Lock, read afresh, decide in Python, write.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.bookings import rules
from offers.bookings.known import actor_of
from offers.bookings.models import BookingState, EndedBy
from offers.bookings.moves import change, lock, lock_as_it_stands, move, next_in_queue, promote, tell
from offers.bookings.queries import active_in, ended, pool_of
from offers.publishing.upkeep import only_approved

LONG_PAST = timedelta(hours=1)
"""Longer than a request waits for a lock, and than the clocks of our servers differ."""


async def cancel(
    booking_id: UUID, *, now: datetime, by: UUID | None = None, ended_by: EndedBy = EndedBy.SELF
) -> bool:
    """Cancel a booking; freed seats go to the first waiting parties that fit. False: it was over already.

    `ended_by`: who or what ends it; the message thanks nobody who did not do it themselves.
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if booking["state"] not in rules.ACTIVE:
            return False
        await move(pool, booking, BookingState.CANCELLED, now, by=by, ended_by=ended_by)
        await tell("cancelled", booking, "1", now, ring=ended_by is EndedBy.HOST)
        await promote(pool, now)
        return True


async def answer_offer(booking_id: UUID, yes: bool, *, now: datetime, by: UUID | None = None) -> BookingState:
    """Accept or decline a held seat. After the deadline it has gone on; whoever says yes all the same gets a seat if
    there is one, else their old place in the queue. The same answer again changes nothing.

    Raises Refused when nothing is or was held, or it has begun meanwhile (a session may have been moved ahead).
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if rules.answered(state := BookingState(booking["state"]), yes):
            return state
        late = booking["state"] == BookingState.EXPIRED
        begun = rules.Objection.OVER in rules.closed(pool_of(pool), now)
        if begun or (not late and booking["state"] != BookingState.OFFERED):
            raise Refused(_("Denne plassen holdes ikke lenger."))
        if late:
            return await _late_yes(pool, booking, now, by) if yes else BookingState.EXPIRED
        new = BookingState.CONFIRMED if yes else BookingState.DECLINED
        await move(pool, booking, new, now, by=by, ended_by=None if yes else EndedBy.SELF)
        if yes:
            await tell("promoted", booking, "1", now)
        else:
            await promote(pool, now)
        return new


async def _late_yes(
    pool: dict[str, Any], booking: dict[str, Any], now: datetime, by: UUID | None
) -> BookingState:
    """Take in somebody whose held seat went on. Raises Refused where it is cancelled, or they have booked anew."""
    if await ended(pool["pool_id"], now):
        raise Refused(_("Dette er avlyst."))
    if await active_in(pool["pool_id"], booking["participant_id"], actor_of(booking, by), now):
        raise Refused(_("Du har en ny påmelding her allerede. Den gjelder."))
    new = BookingState.CONFIRMED if pool_of(pool).fits(booking["seats"]) else BookingState.WAITING
    await move(pool, booking, new, now, by=by)
    mail, key = ("promoted", "1") if new is BookingState.CONFIRMED else ("waiting", f"{int(now.timestamp())}")
    await tell(mail, booking, key, now)
    return new


async def expire_offers(*, now: datetime) -> int:
    """Held seats whose deadline has passed go on to the next in the queue. Returns how many."""
    due = await rows(
        """SELECT pool_id, count(*) AS number FROM booking WHERE state = 'offered' AND held_until <= $1
        GROUP BY pool_id ORDER BY pool_id""",
        now,
    )
    for found in due:
        async with in_transaction():
            await lock(found["pool_id"], now)
    return sum(found["number"] for found in due)


async def cancel_all(
    pool_id: UUID, *, now: datetime, by: UUID | None, ended_by: EndedBy, begun: bool = False
) -> list[UUID]:
    """Close a pool for good and cancel its active bookings without promoting: what it was for is cancelled.

    `begun`: some of it has been held, so the confirmed keep their bookings; the registers read them. Whoever calls
    tells the people. Returns the bookings.
    """
    async with in_transaction():
        pool = await lock_as_it_stands(pool_id)
        # Whoever waits for this lock to book took the time before, from a clock of their own: `now` may be after it.
        await rows("UPDATE seat_pool SET closes_at = $2 WHERE id = $1", pool_id, now - LONG_PAST)
        active = await rows(
            """SELECT id, state, seats, participant_id, queue_no FROM booking WHERE pool_id = $1
            AND state = ANY($2) ORDER BY id""",
            pool_id, list(rules.ACTIVE - {BookingState.CONFIRMED} if begun else rules.ACTIVE),
        )  # fmt: skip
        for booking in active:
            await move(pool, booking, BookingState.CANCELLED, now, by=by, ended_by=ended_by)
        return [booking["id"] for booking in active]


class ServesQueue(Refused):
    """New seats would go to these of the queue, and whoever raises the number has not been told."""

    def __init__(self, bookings: list[UUID]) -> None:
        super().__init__(_("Nye plasser går til dem som står på ventelista."))
        self.bookings = bookings


async def set_capacity(
    pool_id: UUID, capacity: int | None, *, now: datetime, by: UUID | None, promised: int | None = None
) -> int:
    """Raise or lower the number of seats; None is no limit, and none is kept then. Refused below what is taken.
    New seats go to the queue: returns how many parties got them.

    `promised`: so many of them the page has named. Raises ServesQueue when it is otherwise by now.
    """
    async with in_transaction():
        pool = await lock(pool_id, now)
        if capacity is not None and capacity < (gone := pool["taken"] + pool["reserved"]):
            raise Refused(
                ngettext("%(num)s plass er tatt eller holdt av. Du kan ikke gå lavere enn det.",
                         "%(num)s plasser er tatt eller holdt av. Du kan ikke gå lavere enn det.", gone)
            )  # fmt: skip
        if capacity is None or (pool["capacity"] is not None and capacity > pool["capacity"]):
            await only_approved(pool["owner_id"])
        await rows("UPDATE seat_pool SET capacity = $2 WHERE id = $1", pool_id, capacity)
        pool["capacity"] = capacity
        if capacity is None:
            await reserve(pool, 0)
        served, _starts = await next_in_queue(pool, now)
        if promised is not None and promised != len(served):
            raise ServesQueue([party["id"] for party in served])
        await record("capacity.changed", now=now, actor=by, object_id=pool_id, organization=pool["owner_id"],
                     details={"capacity": capacity})  # fmt: skip
        await promote(pool, now)
        return len(served)


async def widen(pool: dict[str, Any], lacking: int, why: str, *, now: datetime, by: UUID | None) -> None:
    """Make room in a locked pool for one party that lacks so many seats, in the act that seats them: those who wait are
    not served from it, and those who lead say why."""
    await only_approved(pool["owner_id"])
    pool["capacity"] += lacking
    await rows("UPDATE seat_pool SET capacity = $2 WHERE id = $1", pool["pool_id"], pool["capacity"])
    await record("capacity.changed", now=now, actor=by, object_id=pool["pool_id"], organization=pool["owner_id"],
                 details={"capacity": pool["capacity"], "reason": why})  # fmt: skip


async def reserve(pool: dict[str, Any], seats: int) -> None:
    """Write how many seats of a locked pool are kept."""
    await rows("UPDATE seat_pool SET reserved = $2 WHERE id = $1", pool["pool_id"], seats)
    pool["reserved"] = seats


async def send_word(booking_id: UUID, session_id: UUID, *, coming: bool = False, now: datetime) -> None:
    """A participant of a whole course cannot come to this session: excused, not absent. The seat stays theirs.
    `coming`: they come all the same."""
    async with in_transaction():
        # Locked against whoever moves or cancels it just now: word about the old time says nothing of the new.
        found = await row(
            """SELECT s.id FROM booking b JOIN session s ON s.offer_id = b.offer_id
            JOIN seat_pool p ON p.id = b.pool_id AND (p.session_id IS NULL OR p.session_id = s.id)
            WHERE b.id = $1 AND s.id = $2 AND b.state = 'confirmed' AND s.ends_at > $3 AND s.status <> 'cancelled'
            FOR SHARE OF s""",
            booking_id, session_id, now,
        )  # fmt: skip
        if found is None:
            raise Refused(_("Denne samlingen er over eller avlyst."))
        if coming:
            await rows(
                "DELETE FROM sent_word WHERE booking_id = $1 AND session_id = $2", booking_id, session_id
            )
            return
        await rows(
            "INSERT INTO sent_word (id, booking_id, session_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            uuid7(), booking_id, session_id, now,
        )  # fmt: skip
