"""Which registers somebody has on a phone, for when there is no net."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class RegisterTaken(Row):
    """Somebody's phone took a register along. What is then marked without net is known to nobody before it is sent."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "registers_taken", on_delete=fields.CASCADE)
    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "taken", on_delete=fields.CASCADE)
    taken_at = fields.DatetimeField(description="the last time")
    told_at = fields.DatetimeField(null=True, description="when they were asked what became of it: once")

    class Meta:
        table = "register_taken"
        unique_together = (("person", "session"),)
