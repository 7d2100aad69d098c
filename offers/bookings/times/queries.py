"""Reads of the dates of an offer that are booked one by one."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, rows
from offers.bookings.rows import OwnBooking
from offers.bookings.several.queries import ELSEWHERE, MOST_SHOWN
from offers.seats import links
from offers.seats import rules as seats_rules
from offers.seats.known import active_at, actor_of, in_the_way, known
from offers.seats.queries import POOL_COLUMNS, PoolFacts


class Later(NamedTuple):
    """A booking, and what its link is made of."""

    id: UUID
    link_version: int

    @property
    def path(self) -> str:
        return links.link_path(self.id, self.link_version)


async def later_of(booking_id: UUID) -> Later | None:
    """The booking that took this one's place when its time was changed, however often."""
    return await row(
        Later,
        """WITH RECURSIVE later AS (SELECT id, link_version, moved_to_id, 0 AS steps FROM booking WHERE id = $1
            UNION ALL SELECT b.id, b.link_version, b.moved_to_id, steps + 1
            FROM later JOIN booking b ON b.id = later.moved_to_id WHERE steps < 200)
        SELECT id, link_version FROM later WHERE moved_to_id IS NULL AND steps > 0""",
        booking_id,
    )


async def moved_to(booking_id: UUID) -> str | None:
    """The path of that booking."""
    found = await later_of(booking_id)
    return found.path if found else None


@dataclass(frozen=True, slots=True)
class FreeTime(PoolFacts):
    """A time that one may change to; `elsewhere`: its place, where that is another than the offer's own."""

    elsewhere: str | None


async def free_times(booking: OwnBooking, by: UUID | None, now: datetime) -> list[FreeTime]:
    """The other times of a booking's offer that have room for it now, in time.

    `by`: who is signed in. A time that they know the participant to have already is not among them.
    """
    found = await rows(
        FreeTime,
        f"""SELECT {POOL_COLUMNS}, {ELSEWHERE} FROM seat_pool p JOIN offer o ON o.id = p.offer_id
        JOIN session s ON s.id = p.session_id
        WHERE p.offer_id = $1 AND p.id <> $2 AND s.starts_at > $3 AND s.status <> 'cancelled'
            AND NOT EXISTS (SELECT FROM booking b WHERE {in_the_way("p.id", "$4", "$5", now="$3")})
        ORDER BY s.starts_at, s.id LIMIT 200""",
        booking.offer_id, booking.pool_id, now, booking.participant_id,
        actor_of(booking.participant_id, booking.booked_by_id, by),
    )  # fmt: skip
    free = [
        one for one in found if one.pool.fits(booking.seats) and not any(seats_rules.closed(one.pool, now))
    ]
    return free[:MOST_SHOWN]


async def other_time(
    offer: UUID, participant: UUID, booker: UUID, pool: UUID | None, form_key: bytes, now: datetime
) -> str | None:
    """The path of an active booking of the participant at another time of an offer, as far as the booker may know, and
    not made by this form."""
    found = await row(
        Later,
        f"""SELECT b.id, b.link_version FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.offer_id = $1 AND b.participant_id = $2 AND {known("$3")} AND b.form_key <> $4
            AND b.pool_id IS DISTINCT FROM $5 AND {active_at("$6")} AND p.ends_at > $6
        ORDER BY p.starts_at, b.id LIMIT 1""",
        offer, participant, booker, form_key, pool, now,
    )  # fmt: skip
    return found.path if found else None
