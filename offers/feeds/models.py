"""A resident's private calendar address."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class CalendarAddress(Row):
    """A secret address of a person's own calendar: shown once, stored hashed, revoked or renewed by its owner."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "calendar_addresses", on_delete=fields.CASCADE)
    secret_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_address"
