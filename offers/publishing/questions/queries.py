"""Reads of an offer's questions to those who book."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from offers.publishing.questions.rules import spoken


async def questions_of(offer_id: UUID) -> list[dict[str, Any]]:
    """An offer's questions in order, each with how many have answered (`answers`)."""
    return await rows(
        """SELECT q.id, q.kind, q.text, q.purpose, q.choices, q.required, q.keep_days,
            (SELECT count(*) FROM booking_answer a WHERE a.question_id = q.id) AS answers
        FROM offer_question q WHERE q.offer_id = $1 ORDER BY q.position, q.id""",
        offer_id,
    )


ANSWERS = """SELECT b.id AS booking_id, q.kind, q.text AS question, x.text, q.keep_days,
    coalesce(p.ends_at, b.created_at) + make_interval(days => q.keep_days) AS goes
FROM booking_answer x JOIN offer_question q ON q.id = x.question_id JOIN booking b ON b.id = x.booking_id
    JOIN seat_pool p ON p.id = b.pool_id"""


async def answers(booking_id: UUID) -> list[dict[str, Any]]:
    """What was answered, for the one who did: question, text, and when it is deleted."""
    found = await rows(f"{ANSWERS} WHERE b.id = $1 ORDER BY q.position, q.id", booking_id)
    return [one | {"text": spoken(one["kind"], one["text"])} for one in found]
