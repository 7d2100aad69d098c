"""Who leads what, and what an organiser asks those who book."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from marketplace.base.models import Row
from organizations.members.models import LeadsAs


class HostAssignment(Row):
    """Binds a host to an offer: hosts see the participants of these and of nothing else."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "hosts", on_delete=fields.CASCADE)
    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "hosts", on_delete=fields.CASCADE)
    leads_as: LeadsAs | None = fields.CharEnumField(  # type: ignore[assignment]
        LeadsAs, max_length=20, null=True, description="null: nobody has said"
    )

    class Meta:
        table = "host_assignment"
        unique_together = (("person", "offer"),)


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
