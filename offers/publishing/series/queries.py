"""What is known of the dates that were added."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, value
from marketplace.people.queries import WRITTEN_TO


async def told_of_dates(offer_id: UUID) -> dict[str, int]:
    """How many of those with a place in the whole offer get a message of a date that is added, and how many are to be
    rung."""
    found = await row(
        f"""SELECT count(*) FILTER (WHERE {WRITTEN_TO}) AS written, count(*) FILTER (WHERE {WRITTEN_TO} IS NOT TRUE)
            AS rung
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.offer_id = $1 AND p.session_id IS NULL AND b.state = 'confirmed'""",
        offer_id,
    )
    return found or {"written": 0, "rung": 0}


async def added_at(offer_id: UUID, moment: datetime) -> bool:
    """Has this very act added dates that people are told of?"""
    sql = "SELECT EXISTS (SELECT FROM session WHERE offer_id = $1 AND changed_at = $2 AND sequence = 0)"
    return bool(await value(sql, offer_id, moment))
