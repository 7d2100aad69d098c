"""What the municipality says to an organisation."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Answer(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    REOPENED = "reopened"


class Decision(Row):
    """An answer of a coordinator, with the reason that the organisation reads."""

    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "decisions", on_delete=fields.CASCADE)
    answer = fields.CharEnumField(Answer, max_length=20)
    reason = fields.TextField()
    vouched = fields.BooleanField(
        default=False, db_default=False, description="a group without a number: the coordinator knows it"
    )
    decided_by_id: UUID | None
    decided_by = fields.ForeignKeyField(
        "marketplace.Person", "decisions", null=True, on_delete=fields.SET_NULL
    )
    at = fields.DatetimeField()
    reply = fields.TextField(
        default="", db_default="", description="what the organisation answered to a question"
    )
    replied_at = fields.DatetimeField(null=True)

    class Meta:
        table = "decision"
