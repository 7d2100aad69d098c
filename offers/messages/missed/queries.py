"""What is known of a time that somebody missed."""

from uuid import UUID

from marketplace.base.data.database import row, value
from marketplace.base.errors import NotFound
from offers.catalogue.recorded import MARKS
from offers.messages.missed.rules import Missed
from offers.seats.sql import covers
from organizations.notices.models import Notice
from organizations.notices.queries import told as told_of


async def last_missed(booking: UUID) -> UUID | None:
    """The last session that a booking missed, if any."""
    session: UUID | None = await value(
        f"""SELECT s.id FROM {MARKS} a JOIN session s ON s.id = a.session_id AND s.status <> 'cancelled'
        WHERE a.booking_id = $1 AND a.state = 'absent' ORDER BY s.starts_at DESC, s.id LIMIT 1""",
        booking,
    )
    return session


async def missed(booking: UUID, session: UUID, *, told: bool) -> Missed:
    """A time of a booking. `told`: may who asks hear whether they came? Else it is as if they had. Raises NotFound for
    what is not a time of it."""
    found = await row(
        Missed,
        f"""SELECT s.id AS session_id, s.ends_at, b.state = 'confirmed' AS confirmed,
            $3 AND EXISTS (SELECT FROM {MARKS} a
                WHERE a.booking_id = b.id AND a.session_id = s.id AND a.state = 'absent') AS absent,
            n.id AS next_id, n.starts_at AS next_starts, n.ends_at AS next_ends,
            EXISTS (SELECT FROM coming_again x WHERE x.booking_id = b.id AND x.session_id = n.id) AS coming,
            y.since AS asked_at, y.called_at, y.number,
            EXISTS (SELECT FROM {told_of(Notice.REQUEST)} z WHERE z.organization_id = o.owner_id) AS heard
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
        JOIN session s ON s.offer_id = b.offer_id AND {covers()} AND s.status <> 'cancelled'
        LEFT JOIN LATERAL (SELECT l.id, l.starts_at, l.ends_at FROM session l
            WHERE p.session_id IS NULL AND l.offer_id = b.offer_id AND l.starts_at > s.starts_at
                AND l.status <> 'cancelled' ORDER BY l.starts_at, l.id LIMIT 1) n ON true
        LEFT JOIN phone_call y ON y.booking_id = b.id AND y.session_id = s.id AND y.about = 'asked'
        WHERE b.id = $1 AND s.id = $2""",
        booking, session, told,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found
