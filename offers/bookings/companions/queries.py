"""Who comes along, and what was answered when booking."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from offers.bookings.asked import spoken

NAMES = "ARRAY(SELECT a.name FROM companion a WHERE a.booking_id = b.id ORDER BY a.id)"
"""Names of those who come along with booking b."""


async def companions(booking_id: UUID) -> list[dict[str, Any]]:
    """id and name of those who come along and are named."""
    return await rows("SELECT id, name FROM companion WHERE booking_id = $1 ORDER BY id", booking_id)


ANSWERS = """SELECT b.id AS booking_id, q.kind, q.text AS question, x.text, q.keep_days,
    coalesce(p.ends_at, b.created_at) + make_interval(days => q.keep_days) AS goes
FROM booking_answer x JOIN offer_question q ON q.id = x.question_id JOIN booking b ON b.id = x.booking_id
    JOIN seat_pool p ON p.id = b.pool_id"""


async def answers(booking_id: UUID) -> list[dict[str, Any]]:
    """What was answered, for the one who did: question, text, and when it is deleted."""
    found = await rows(f"{ANSWERS} WHERE b.id = $1 ORDER BY q.position, q.id", booking_id)
    return [one | {"text": spoken(one["kind"], one["text"])} for one in found]
