"""Who came when: the names of an offer and the sessions that have been."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from offers.attendance.grid.rules import Cell
from offers.attendance.queries import came_late
from offers.bookings.queries import HIDDEN
from offers.catalogue.recorded import MARKS
from offers.participants.queries import SIGN
from offers.seats.sql import covers

COLUMNS = 10
"""Dates on one page: more are not read on paper."""


@dataclass(frozen=True, slots=True)
class Column:
    """A session that has begun."""

    id: UUID
    starts_at: datetime


async def columns(offer_id: UUID, after: tuple[datetime, UUID] | None, now: datetime) -> list[Column]:
    """The sessions that have begun, the latest first, and one more that tells that there are more. `after`: when the
    last one that was seen begins, and its id."""
    return await rows(
        Column,
        f"""SELECT s.id, s.starts_at FROM session s
        WHERE s.offer_id = $1 AND s.starts_at <= $2 AND s.status <> 'cancelled'
            AND ($3::timestamptz IS NULL OR (s.starts_at, s.id) < ($3, $4::uuid))
        ORDER BY s.starts_at DESC, s.id DESC LIMIT {COLUMNS + 1}""",
        offer_id, now, *(after or (None, None)),
    )  # fmt: skip


async def cells(sessions: list[UUID]) -> list[Cell]:
    """Everybody who was expected at one of these sessions or stands in its register, once a session, with what a closed
    register says of them. Who got their place when it was over was not expected. Names as registers show them;
    whoever has an alias is one row a booking, or what was booked at different times would be seen to be the same
    person's."""
    return await rows(
        Cell,
        f"""SELECT s.id AS session_id, CASE WHEN {HIDDEN} THEN b.id ELSE b.participant_id END AS row, n.name, {SIGN},
            {HIDDEN} AS shielded, a.state AS marked, coalesce(a.seats_present, 0) AS seats
        FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
            JOIN booking b ON b.pool_id = p.id JOIN person n ON n.id = b.participant_id
            JOIN person k ON k.id = b.booked_by_id
            LEFT JOIN {MARKS} a ON a.booking_id = b.id AND a.session_id = s.id
        WHERE s.id = ANY($1) AND (b.state = 'confirmed' AND NOT {came_late()} OR a.id IS NOT NULL)""",
        sessions,
    )  # fmt: skip
