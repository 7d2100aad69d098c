"""One party's claim on a seat pool."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from marketplace.base.i18n import gettext as _
from marketplace.base.models import Row


class BookingState(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"


ACTIVE = frozenset(
    {BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.WAITING, BookingState.OFFERED}
)
SEATED = frozenset({BookingState.CONFIRMED, BookingState.OFFERED})
"""States whose seats count as taken."""


class Claimed:
    """What whoever has a booking's state asks of it: a Booking, and rows that hold its `state`."""

    __slots__ = ()
    state: Any  # a BookingState, or the word of one

    @property
    def requested(self) -> bool:
        return bool(self.state == BookingState.REQUESTED)

    @property
    def confirmed(self) -> bool:
        return bool(self.state == BookingState.CONFIRMED)

    @property
    def waiting(self) -> bool:
        return bool(self.state == BookingState.WAITING)

    @property
    def offered(self) -> bool:
        return bool(self.state == BookingState.OFFERED)

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def seated(self) -> bool:
        """Are its seats taken?"""
        return self.state in SEATED

    @property
    def unsettled(self) -> bool:
        """Does it wait: for a seat, or for an answer of either side?"""
        return self.active and not self.confirmed

    @property
    def can_be_left(self) -> bool:
        """A seat that is held for them is answered instead."""
        return self.active and not self.offered

    @property
    def leaving(self) -> str:
        """What the link says by which one leaves it."""
        if self.waiting:
            return _("Gå ut av ventelista")
        return _("Trekk forespørselen") if self.requested else _("Meld av")


class EndedBy(StrEnum):
    """What ended a booking: stored by whoever acts, never inferred. `self` is the participant, the booker, or whoever
    has their link (a guide books, and cancels, as they were asked to); `host`, those who lead the offer; `session` and
    `offer`, that it was cancelled; `time_changed`, a booking at another time took its place; `expired`, nobody answered
    a held seat; `erased`, the person is forgotten at their wish."""

    SELF = "self"
    HOST = "host"
    SESSION = "session"
    OFFER = "offer"
    TIME_CHANGED = "time_changed"
    EXPIRED = "expired"
    ERASED = "erased"


class Booking(Claimed, Row):
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
    ended_by = fields.CharEnumField(
        EndedBy, max_length=20, null=True,
        description="set exactly while the state is cancelled, declined or expired",
    )  # fmt: skip
    reference = fields.CharField(
        max_length=7, unique=True, description="short, for people: K7M4QP, shown as K7M-4QP"
    )
    form_key = fields.BinaryField(
        description="made from the form's 128 random bits and who comes: sent twice books once"
    )
    form_digest = fields.BinaryField(
        null=True, description="a keyed digest of what was sent; null when who it was is forgotten"
    )
    queue_no = fields.BigIntField(
        null=True, description="place in the queue's order; set once, under the lock"
    )
    link_version = fields.IntField(
        default=1, db_default=1, description="raised to revoke the links in messages"
    )
    by_host = fields.BooleanField(
        default=False, db_default=False, description="those who lead the offer added it: they know who it is"
    )  # fmt: skip
    handed_over_at = fields.DatetimeField(
        null=True,
        description="when whoever made it for somebody stopped acting for them, and it became their own",
    )
    lang = fields.CharField(max_length=5)
    held_until = fields.DatetimeField(null=True, description="an offered seat must be answered by then")
    waited_at = fields.DatetimeField(null=True, description="when it first entered the queue")
    placed_at = fields.DatetimeField(null=True, description="when the queue first gave it a seat")
    seated_at = fields.DatetimeField(
        null=True, description="when it first had a place, or one was held for it; null: never"
    )
    given_back_in_time = fields.BooleanField(
        null=True,
        description="they gave a place back before it began: a day before, or later; null: they did not",
    )
    asked = fields.BooleanField(
        default=False, db_default=False, description="it began as a request, which the organisation answers"
    )
    talk_asked_at = fields.DatetimeField(
        null=True, description="the organisation wants a talk before it answers the request"
    )
    answered_at = fields.DatetimeField(
        null=True, description="the organisation accepted or declined the request"
    )
    told_times = fields.IntField(
        default=0,
        db_default=0,
        description="those who may answer the request were told: at once, and reminded twice",
    )
    reply = fields.TextField(default="", db_default="", description="what the organisation wrote to them")
    made_with_id: UUID | None = fields.UUIDField(
        null=True, description="the first of the bookings of several dates that one form made"
    )
    moved_to_id: UUID | None = fields.UUIDField(
        null=True, description="the booking that took its place when its time was changed"
    )
    told_useful_at = fields.DatetimeField(
        null=True, description="they have said whether it was of use; what, is counted elsewhere"
    )
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "booking"
