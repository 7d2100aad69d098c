"""Some of a party do not come after all."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.ledger import Lost
from offers.bookings import mails
from offers.bookings.acts import Act
from offers.bookings.companions import rules
from offers.bookings.companions.queries import companions
from offers.seats.moves import change, promote, resize, tell


async def leave(
    booking_id: UUID, named: set[UUID], unnamed: int, *, seen: int, now: datetime, by: UUID | None = None
) -> None:
    """Some of a party do not come: these companions, and so many of those without a name; never all of it. What they
    free goes to the queue; a waiting party that has become small enough may get a place itself.

    `seen`: the seats when they chose. Raises Conflict when it was otherwise by then, but for this same choice before.
    """
    async with in_transaction():
        pool, booking = await change(booking_id, now)
        rules.some_left(booking.state, pool.ends_at, now)
        there = {one.id for one in await companions(booking_id)}
        left = rules.seats_left(there, booking.seats, named, unnamed, seen=seen)
        if left is None:
            return
        await resize(pool, booking, left, now)  # from here on nobody marks them
        await rows(
            """WITH gone AS (DELETE FROM companion WHERE id = ANY($2))
            UPDATE attendance a SET seats_present = least(a.seats_present, $3) FROM session s
                WHERE a.booking_id = $1 AND s.id = a.session_id AND s.starts_at > $4""",
            booking_id, list(named), left, now,
        )  # fmt: skip
        ledger.note(Lost.COMPANION, *named)
        await record(Act.BOOKING_FEWER, now=now, actor=by, object_id=booking_id, organization=pool.owner_id,
                     person=booking.participant_id, details={"seats": left})  # fmt: skip
        await tell(mails.fewer, booking, str(left), now)
        await promote(pool, now)
