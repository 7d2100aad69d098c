"""One party's claim on a seat pool."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class CalendarEntry(Row):
    """An event that a mail has put into somebody's calendar, or may have: what is to be taken back if it ends."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "calendar_entries", on_delete=fields.CASCADE)
    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "calendar_entries", on_delete=fields.CASCADE)
    contact_id: UUID = fields.UUIDField(description="whose calendar: the address that it was sent to")
    sequence = fields.IntField(description="the last SEQUENCE that was sent")
    given_at = fields.DatetimeField()
    taken_back_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_entry"
        unique_together = (("booking", "session"),)


class SentWord(Row):
    """A participant of a whole course told that they cannot come to one session: excused, not absent."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "sent_word", on_delete=fields.CASCADE)
    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "sent_word", on_delete=fields.CASCADE)
    at = fields.DatetimeField()

    class Meta:
        table = "sent_word"
        unique_together = (("booking", "session"),)


class ComingAgain(Row):
    """Somebody who missed a session has said that they come to this one."""

    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "coming_again", on_delete=fields.CASCADE)
    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "coming_again", on_delete=fields.CASCADE)
    at = fields.DatetimeField()

    class Meta:
        table = "coming_again"
        unique_together = (("booking", "session"),)
