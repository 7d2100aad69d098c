"""What hosts tap in a register, one by one: the log. Nothing in it is changed but that a conflict was settled."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model


class Field(StrEnum):
    """What a tap is about. The first two are a booking's; the others the session's."""

    STATE = "state"
    SEATS = "seats"
    ADULTS = "adults"
    CHILDREN = "children"
    HEADS = "heads"
    VOLUNTEERS = "volunteers"


class Outcome(StrEnum):
    """What became of a tap. In a conflict the later of the two counts until somebody chooses; `refused` says why."""

    KEPT = "kept"
    SAME = "same"
    CONFLICT = "conflict"
    REFUSED = "refused"


class RegisterTap(Model):
    """One tap. Its id is made on the phone: sent twice it is one tap."""

    id = fields.UUIDField(primary_key=True)
    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "taps", on_delete=fields.CASCADE)
    booking_id: UUID | None
    booking = fields.ForeignKeyField("marketplace.Booking", "taps", null=True, on_delete=fields.RESTRICT)
    field = fields.CharEnumField(Field, max_length=20)
    value = fields.CharField(max_length=20, null=True, description="null: un-marked, which is a value too")
    saw = fields.IntField(description="the version of that field that the page showed")
    version = fields.IntField(description="what the version became; unchanged where nothing was written")
    tapped_at = fields.DatetimeField(description="by the phone's clock, corrected")
    arrived_at = fields.DatetimeField()
    person_id: UUID | None
    person = fields.ForeignKeyField("marketplace.Person", "taps", null=True, on_delete=fields.SET_NULL)
    substitute_id = fields.UUIDField(null=True, description="who had a link for that day")
    outcome = fields.CharEnumField(Outcome, max_length=20)
    why = fields.CharField(max_length=40, null=True, description="of what was refused")
    chosen_at = fields.DatetimeField(null=True, description="when somebody settled this conflict")

    class Meta:
        table = "register_tap"
