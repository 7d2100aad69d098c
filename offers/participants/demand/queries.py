"""What demand there is for an offer: its queue in numbers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row
from offers.seats.sql import had_place, left

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
