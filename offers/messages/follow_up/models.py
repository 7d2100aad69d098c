"""Who wants no such messages, and whether it was of use to those who came."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Unsubscription(Row):
    """An address, as a keyed hash, that wants only what concerns its own bookings."""

    address_hash = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "unsubscription"


class Useful(StrEnum):
    YES = "yes"
    SOME = "some"
    NO = "no"


class Usefulness(Row):
    """How many said in a month whether an offer was of use to them. Who said what is not kept."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "usefulness", on_delete=fields.CASCADE)
    month = fields.DateField(description="the first of the month")
    answer = fields.CharEnumField(Useful, max_length=10)
    count = fields.IntField()

    class Meta:
        table = "usefulness"
        unique_together = (("offer", "month", "answer"),)
