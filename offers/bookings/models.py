"""One party's claim on a seat pool."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class BookingState(StrEnum):
    """Active: requested, confirmed, waiting, offered. Seats are taken by confirmed and offered."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"


class Booking(Row):
    pool_id: UUID
    pool = fields.ForeignKeyField("marketplace.SeatPool", "bookings", on_delete=fields.RESTRICT)
    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "bookings", on_delete=fields.RESTRICT)
    participant_id: UUID
    participant = fields.ForeignKeyField("marketplace.Person", "bookings", on_delete=fields.RESTRICT)
    booked_by_id: UUID
    booked_by = fields.ForeignKeyField("marketplace.Person", "booked", on_delete=fields.RESTRICT)
    contact_id: UUID | None
    contact = fields.ForeignKeyField(
        "marketplace.ContactPoint", "bookings", null=True, on_delete=fields.SET_NULL,
        description="where messages about this booking go; null: ring disse",
    )  # fmt: skip
    organization_id: UUID | None
    organization = fields.ForeignKeyField(
        "marketplace.Organization", "represented", null=True, on_delete=fields.SET_NULL,
        description="on whose behalf, for a meeting of organisations",
    )  # fmt: skip
    seats = fields.IntField()
    state = fields.CharEnumField(BookingState, max_length=20)
    reference = fields.CharField(
        max_length=7, unique=True, description="short, for people: K7M4QP, shown as K7M-4QP"
    )
    form_key = fields.BinaryField(description="128 random bits of the form: sent twice books once")
    queue_no = fields.BigIntField(
        null=True, description="place in the queue's order; set once, under the lock"
    )
    link_version = fields.IntField(
        default=1, db_default=1, description="raised to revoke the links in messages"
    )
    lang = fields.CharField(max_length=5)
    held_until = fields.DatetimeField(null=True, description="an offered seat must be answered by then")
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "booking"


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
