"""Those who come along, as far as they are named."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Companion(Row):
    """Somebody who comes with the participant and wants to be named. Those who do not are only counted in `seats`."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "companions", on_delete=fields.CASCADE)
    name = fields.TextField()

    class Meta:
        table = "companion"
