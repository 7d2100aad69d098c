"""Self check-in: whether a session has a code, and which browsers have been counted by it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class CheckIn(Row):
    """The code of a session. The words themselves lie nowhere (words.py)."""

    session_id: UUID
    session = fields.OneToOneField("marketplace.Session", "check_in", on_delete=fields.CASCADE)
    version = fields.SmallIntField(description="which words: turned off and on again, they are others")
    digest = fields.BinaryField(
        null=True, description="keyed, of the words; null: a host has turned them off"
    )
    opened_at = fields.DatetimeField()

    class Meta:
        table = "check_in"


class CountedAs(StrEnum):
    """What a browser stands for that has checked in."""

    HEAD = "head"
    """One of `head_count.by_code`."""
    ACCEPTED = "accepted"
    """One of the host's own count: the host has accepted it."""
    BOOKED = "booked"
    """Somebody who is booked, and so no head."""


class CheckInBrowser(Row):
    """A browser that has checked in at a session: once. It says nothing of who held it."""

    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "check_in_browsers", on_delete=fields.CASCADE)
    browser = fields.BinaryField(description="keyed, of the cookie that makes forms safe, and of the session")
    counted_as = fields.CharEnumField(CountedAs, max_length=20)

    class Meta:
        table = "check_in_browser"
        unique_together = (("session", "browser"),)
