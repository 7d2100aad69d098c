"""What somebody at the door is booked for."""

from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import row
from offers.seats.sql import covers


class Pool(NamedTuple):
    """The seats of a session. `rest`: they are for the times that follow, too."""

    id: UUID
    rest: bool


async def pool_of(session_id: UUID) -> Pool | None:
    """The seats that are sold for this session; None where nobody books."""
    return await row(
        Pool,
        f"""SELECT p.id, p.session_id IS NULL AND EXISTS (SELECT FROM session l WHERE l.offer_id = s.offer_id
            AND l.starts_at > s.starts_at AND l.status <> 'cancelled') AS rest
        FROM session s
        JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN offer o ON o.id = s.offer_id AND o.joining IN ('whole', 'per_session', 'request')
        WHERE s.id = $1 ORDER BY p.session_id IS NULL, p.id LIMIT 1""",
        session_id,
    )
