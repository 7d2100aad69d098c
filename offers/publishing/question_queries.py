"""Reads of an offer's questions to those who book."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows


async def questions_of(offer_id: UUID) -> list[dict[str, Any]]:
    """An offer's questions in order, each with how many have answered (`answers`)."""
    return await rows(
        """SELECT q.id, q.kind, q.text, q.purpose, q.choices, q.required, q.keep_days,
            (SELECT count(*) FROM booking_answer a WHERE a.question_id = q.id) AS answers
        FROM offer_question q WHERE q.offer_id = $1 ORDER BY q.position, q.id""",
        offer_id,
    )
