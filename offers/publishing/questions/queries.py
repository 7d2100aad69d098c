"""Reads of an offer's questions to those who book."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from offers.publishing.questions.rules import spoken


@dataclass(frozen=True, slots=True)
class Posed:
    """A question of an offer. `answers`: how many have answered it."""

    id: UUID
    kind: str
    text: str
    purpose: str
    choices: list[str]
    required: bool
    keep_days: int
    answers: int


async def questions_of(offer_id: UUID) -> list[Posed]:
    """An offer's questions in order."""
    return await rows(
        Posed,
        """SELECT q.id, q.kind, q.text, q.purpose, q.choices, q.required, q.keep_days,
            (SELECT count(*) FROM booking_answer a WHERE a.question_id = q.id) AS answers
        FROM offer_question q WHERE q.offer_id = $1 ORDER BY q.position, q.id""",
        offer_id,
    )


ANSWERS = """SELECT b.id AS booking_id, q.kind, q.text AS question, x.text, q.keep_days,
    coalesce(p.ends_at, b.created_at) + make_interval(days => q.keep_days) AS goes
FROM booking_answer x JOIN offer_question q ON q.id = x.question_id JOIN booking b ON b.id = x.booking_id
    JOIN seat_pool p ON p.id = b.pool_id"""


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody has answered, and when that `goes`."""

    booking_id: UUID
    kind: str
    question: str
    text: str
    keep_days: int
    goes: datetime

    @property
    def words(self) -> str:
        """The answer in the reader's language."""
        return spoken(self.kind, self.text)


async def answers(booking_id: UUID) -> list[Answered]:
    """What was answered, for the one who did."""
    return await rows(Answered, f"{ANSWERS} WHERE b.id = $1 ORDER BY q.position, q.id", booking_id)
