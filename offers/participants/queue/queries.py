"""The queue of an offer: who stands in it, in order, and what demand there is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from offers.participants.queries import SHOWN_NAME
from offers.seats.models import BookingState
from offers.seats.sql import had_place, left


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


GAVE_UP = f"({left()} AND NOT {had_place()})"
"""Has booking b, which has waited, left the queue by itself? Not when the organiser ended it, nor when it changed to
another time."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The queue of an offer in numbers: `waiting` now, `placed` (the queue gave them a seat) and after how many days
    (`days`, the median; None: nobody yet), and who `left` it themselves before that. What was cancelled tells nothing.
    """

    waiting: int
    placed: int
    left: int
    days: float | None


async def demand(offer_id: UUID, now: datetime) -> Demand:
    """What demand there is for an offer."""
    found = await row(
        Demand,
        f"""SELECT count(*) FILTER (WHERE b.state = 'waiting' AND (p.ends_at IS NULL OR p.ends_at > $2)) AS waiting,
            count(b.placed_at) AS placed,
            count(*) FILTER (WHERE {GAVE_UP}) AS left,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.placed_at - b.waited_at) / 86400) AS days
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
        LEFT JOIN session s ON s.id = p.session_id
        WHERE b.offer_id = $1 AND b.waited_at IS NOT NULL AND o.state <> 'cancelled'
            AND coalesce(s.status, 'scheduled') <> 'cancelled'""",
        offer_id, now,
    )  # fmt: skip
    assert found is not None  # a count always returns its row
    return found
