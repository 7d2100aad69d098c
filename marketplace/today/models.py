"""What coordinators have asked organisations for, so that nobody is asked again at once."""

from datetime import datetime
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class RegisterReminder(Row):
    """When an organisation was last reminded of registers that nobody has saved."""

    organization_id: UUID
    organization = fields.OneToOneField(
        "marketplace.Organization", "register_reminder", on_delete=fields.CASCADE
    )
    sent_at: datetime = fields.DatetimeField()

    class Meta:
        table = "register_reminder"
