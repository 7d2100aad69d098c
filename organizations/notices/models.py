"""What members of an organisation want to be told."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Notice(StrEnum):
    """A kind of message to those who work in an organisation. A link says its place here: new ones come last."""

    REQUEST = "request"
    REMINDER = "reminder"
    DIGEST = "digest"
    TOMORROW = "tomorrow"
    REGISTERS = "registers"
    MEASURE = "measure"
    CHANGED = "changed"
    DESK = "desk"


class MemberNotice(Row):
    """A member's own choice about one kind of message from one organisation. Without it the usual holds (rules.py)."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "notices", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "notices", on_delete=fields.CASCADE)
    kind = fields.CharEnumField(Notice, max_length=10)
    wanted = fields.BooleanField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "member_notice"
        unique_together = (("person", "organization", "kind"),)
