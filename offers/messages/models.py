"""What hosts write."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Recipients(StrEnum):
    """Whom a host writes to: everybody with a seat, those who were present, those on the waiting list, or those who had
    a seat at what is over or was cancelled."""

    ALL = "all"
    PRESENT = "present"
    WAITING = "waiting"
    BEFORE = "before"


NEWS = frozenset({Recipients.PRESENT, Recipients.BEFORE})
"""Those who have nothing booked that it is about: it goes only to who has not said no to such messages."""


class HostMessage(Row):
    """A message that somebody who leads an offer wrote to its participants, of one session or of all of it."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "host_messages", on_delete=fields.CASCADE)
    session_id: UUID | None
    session = fields.ForeignKeyField(
        "marketplace.Session", "host_messages", null=True, on_delete=fields.CASCADE
    )
    recipients = fields.CharEnumField(Recipients, max_length=10)
    author_id: UUID | None
    author = fields.ForeignKeyField(
        "marketplace.Person", "host_messages", null=True, on_delete=fields.SET_NULL
    )
    text = fields.TextField()
    told = fields.IntField(description="how many it was sent to")
    created_at = fields.DatetimeField()

    class Meta:
        table = "host_message"
