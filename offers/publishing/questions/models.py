"""Who leads what, and what an organiser asks those who book."""

from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from marketplace.base.models import Row


class QuestionKind(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"


class OfferQuestion(Row):
    """A question of the organiser to those who book, with the reason that they read and when the answer goes."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "questions", on_delete=fields.CASCADE)
    position = fields.IntField()
    kind = fields.CharEnumField(QuestionKind, max_length=10)
    text = fields.TextField()
    purpose = fields.TextField(description="why it is asked; shown beside it")
    choices: fields.Field[list[str]] = ArrayField("text")
    required = fields.BooleanField(default=False)
    keep_days = fields.IntField(
        default=14,
        description="answers go so many days after what they were for; without dates, after booking",
    )

    class Meta:
        table = "offer_question"


class BookingAnswer(Row):
    """What somebody answered to a question of the organiser. Goes by itself (marketplace/privacy/rules.py)."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "answers", on_delete=fields.CASCADE)
    question_id: UUID
    question = fields.ForeignKeyField("marketplace.OfferQuestion", "answers", on_delete=fields.CASCADE)
    text = fields.TextField()

    class Meta:
        table = "booking_answer"
        unique_together = (("booking", "question"),)


class QuestionFacts(TypedDict):
    """The columns of a question that its form fills in."""

    kind: QuestionKind
    text: str
    purpose: str
    choices: list[str]
    required: bool
    keep_days: int
