"""Those whom no message reaches, and what they are rung about."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class CallAbout(StrEnum):
    """What somebody is rung about: the mail that they would have got."""

    OFFERED = "offered"
    PROMOTED = "promoted"
    ACCEPTED = "receipt"
    WAITING = "waiting"
    DECLINED = "declined"
    TALK = "talk"
    CANCELLED = "cancelled"
    SESSION_ADDED = "session_added"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    OFFER_CANCELLED = "offer_cancelled"
    HOST_MESSAGE = "host_message"
    CLOSED = "organization_closed"
    REOPENED = "organization_reopened"
    ASKED = "asked"
    """They have asked for it themselves."""


class Mails(StrEnum):
    """The mails that are posted by rooms below those that write them (bookings, messages). A test holds both ends."""

    RECEIPT = "receipt"
    WAITING = "waiting"
    REQUESTED = "requested"
    PROMOTED = "promoted"
    OFFERED = "offered"
    OFF_CALENDAR = "off_calendar"
    BOOKING_OPENS = "booking_opens"
    LED_CHANGED = "led_changed"


class PhoneCall(Row):
    """Somebody whom no message reaches, or who has asked for it, is to be rung about their booking, or has been."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "calls", on_delete=fields.CASCADE)
    about = fields.CharEnumField(CallAbout, max_length=30)
    session_id: UUID | None
    session = fields.ForeignKeyField("marketplace.Session", "calls", null=True, on_delete=fields.CASCADE)
    sequence = fields.IntField(null=True, description="version of the session that it is about")
    message_id: UUID | None
    message = fields.ForeignKeyField("marketplace.HostMessage", "calls", null=True, on_delete=fields.CASCADE)
    key = fields.CharField(max_length=200, unique=True, description="one act, one call")
    number = fields.CharField(
        max_length=20, null=True, description="where they asked to be rung; null: the number of the booking"
    )
    since = fields.DatetimeField()
    told_times = fields.IntField(
        default=0, db_default=0, description="how often those who lead have been told that it waits"
    )
    called_at = fields.DatetimeField(null=True)
    called_by_id: UUID | None
    called_by = fields.ForeignKeyField("marketplace.Person", "calls", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "phone_call"
