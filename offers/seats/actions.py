"""What happens to the seats of a pool: their number, those that are kept, whether they can be booked, and their end.

Lock order everywhere: pools by ascending id, then the booking. Lock, read afresh, decide in Python, write.
"""

from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.data import jobs
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.seats import rules
from offers.seats.acts import Act
from offers.seats.models import ACTIVE, BookingState, EndedBy
from offers.seats.moves import change, lock, lock_as_it_stands, move, next_in_queue, promote, start_of
from offers.seats.queries import LockedPool, ended
from offers.seats.rows import Movable
from offers.seats.upkeep import closing
from offers.telling.rules import hours_held
from organizations.approval.queries import only_approved

LONG_PAST = timedelta(hours=1)
"""Longer than a request waits for a lock, and than the clocks of our servers differ."""


async def expire_offers(*, now: datetime) -> int:
    """Held seats whose deadline has passed go on to the next in the queue. Returns how many."""
    due = await rows(
        """SELECT pool_id, count(*) AS number FROM booking WHERE state = 'offered' AND held_until <= $1
        GROUP BY pool_id ORDER BY pool_id""",
        now,
    )

    async def settle(pool_id: UUID) -> None:
        async with in_transaction():
            await lock(pool_id, now)

    await jobs.each([found["pool_id"] for found in due], settle)
    return sum(found["number"] for found in due)


async def hold_longer(booking_id: UUID, *, now: datetime) -> None:
    """A seat that is held for somebody, who was not told of it, is held as long as for whoever must be rung."""
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        if booking.offered:
            until = rules.hold_until(await start_of(pool, now), hours_held(pool.hold_hours, True), now)
            await rows(
                "UPDATE booking SET held_until = greatest(held_until, $2) WHERE id = $1", booking.id, until
            )


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
            Movable,
            """SELECT id, state, seats, participant_id FROM booking WHERE pool_id = $1
            AND state = ANY($2) ORDER BY id""",
            pool_id, list(ACTIVE - {BookingState.CONFIRMED} if begun else ACTIVE),
        )  # fmt: skip
        for booking in active:
            await move(pool, booking, BookingState.CANCELLED, now, by=by, ended_by=ended_by)
        return [booking.id for booking in active]


class ServesQueue(Refused):
    """New seats would go to these of the queue, and whoever raises the number has not been told."""

    def __init__(self, bookings: list[UUID], asked: bool) -> None:
        """`asked`: they have to say yes."""
        super().__init__(_("Nye plasser går til dem som står på ventelista."))
        self.bookings, self.asked = bookings, asked


async def set_capacity(
    pool_id: UUID, capacity: int | None, *, now: datetime, by: UUID | None, promised: int | None = None
) -> int:
    """Raise or lower the number of seats; None is no limit, and none is kept then. Refused below what is taken.
    New seats go to the queue: returns how many parties got them.

    `promised`: so many of them the page has named. Raises ServesQueue when it is otherwise by now.
    """
    async with in_transaction():
        pool = await lock(pool_id, now)
        if capacity is not None and capacity < (gone := pool.taken + pool.reserved):
            raise Refused(
                ngettext("%(num)s plass er tatt eller holdt av. Du kan ikke gå lavere enn det.",
                         "%(num)s plasser er tatt eller holdt av. Du kan ikke gå lavere enn det.", gone)
            )  # fmt: skip
        if capacity is None or (pool.capacity is not None and capacity > pool.capacity):
            await only_approved(pool.owner_id)
        await rows("UPDATE seat_pool SET capacity = $2 WHERE id = $1", pool_id, capacity)
        pool.has(capacity=capacity)
        if capacity is None:
            await reserve(pool, 0)
        served, _starts = await next_in_queue(pool, now)
        if promised is not None and promised != len(served):
            asked = rules.asks_first(pool.promotion, pool.joining, pool.starts_at, now)
            raise ServesQueue([party.id for party in served], asked)
        await record(Act.CAPACITY_CHANGED, now=now, actor=by, object_id=pool_id, organization=pool.owner_id,
                     details={"capacity": capacity})  # fmt: skip
        await promote(pool, now)
        return len(served)


async def widen(pool: LockedPool, lacking: int, why: str, *, now: datetime, by: UUID | None) -> None:
    """Make room in a locked pool for one party that lacks so many seats, in the act that seats them: those who wait are
    not served from it, and those who lead say why."""
    await only_approved(pool.owner_id)
    assert pool.capacity is not None  # where there is no most, nothing lacks
    pool.has(capacity=pool.capacity + lacking)
    await rows("UPDATE seat_pool SET capacity = $2 WHERE id = $1", pool.pool_id, pool.capacity)
    await record(Act.CAPACITY_CHANGED, now=now, actor=by, object_id=pool.pool_id, organization=pool.owner_id,
                 details={"capacity": pool.capacity, "reason": why})  # fmt: skip


async def reserve(pool: LockedPool, seats: int) -> None:
    """Write how many seats of a locked pool are kept."""
    await rows("UPDATE seat_pool SET reserved = $2 WHERE id = $1", pool.pool_id, seats)
    pool.has(reserved=seats)


async def set_open(pool_id: UUID, opened: bool, *, now: datetime, by: UUID) -> None:
    """Close booking of a pool for new ones now, or open it again: until its planned closing, or its start when that
    is past. Who waits still gets freed seats. Raises Refused for what is cancelled: it stays closed for good."""
    async with in_transaction():
        pool = await lock(pool_id, now)
        if opened:
            await only_approved(pool.owner_id)
            if await ended(pool_id, now):
                raise Refused(_("Dette er avlyst, så påmeldingen kan ikke åpnes."))
        await rows(
            f"""UPDATE seat_pool p SET closes_at = CASE WHEN NOT $2 THEN $3
                WHEN {closing()} > $3 THEN {closing()} END FROM offer o WHERE o.id = p.offer_id AND p.id = $1""",
            pool_id, opened, now,
        )  # fmt: skip
        await record(Act.POOL_OPENED if opened else Act.POOL_CLOSED, now=now, actor=by, object_id=pool_id,
                     organization=pool.owner_id)  # fmt: skip
