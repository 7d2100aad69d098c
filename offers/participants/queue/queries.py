"""The queue of an offer: who stands in it, in order."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows, value
from offers.participants.queries import SHOWN_NAME
from offers.seats.models import BookingState


async def state_of(booking_id: UUID, offer_id: UUID) -> BookingState | None:
    """The state of a booking of this offer."""
    found = await value("SELECT state FROM booking WHERE id = $1 AND offer_id = $2", booking_id, offer_id)
    return BookingState(found) if found else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in the queue, under the name that those who lead the offer may read."""

    id: UUID
    name: str
    seats: int


async def queue_of(pool_id: UUID) -> list[Waiting]:
    """Everybody who waits for seats of a pool, the first in the queue first."""
    return await rows(
        Waiting,
        f"""SELECT b.id, {SHOWN_NAME} AS name, b.seats FROM booking b JOIN person n ON n.id = b.participant_id
        JOIN person k ON k.id = b.booked_by_id
        WHERE b.pool_id = $1 AND b.state = 'waiting' ORDER BY b.queue_no, b.id""",
        pool_id,
    )
