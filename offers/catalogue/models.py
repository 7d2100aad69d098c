"""What is offered: offers, their texts and sessions, the seats, and the places where they meet."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.db_defaults import SqlDefault

from marketplace.base.models import Row
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.states import Dated, OfferState, SessionStatus, Stated


class Joining(StrEnum):
    """The ways to take part (product.md, "How booking behaves")."""

    WHOLE = "whole"
    PER_SESSION = "per_session"
    REQUEST = "request"
    DROP_IN = "drop_in"
    EXTERNAL = "external"
    NONE = "none"


BOOKED = frozenset({Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST})
"""Ways to join that have seats of ours. Whoever books gets the dates with the confirmation."""
WHOLE_COURSE = frozenset({Joining.WHOLE, Joining.REQUEST})
"""Where one booking is for all of it, so that it can be told how much of it somebody was at."""
ELSEWHERE = frozenset({Joining.EXTERNAL, Joining.NONE})
"""Ways to join where nobody meets anybody through us."""


class Visibility(StrEnum):
    PUBLIC = "public"
    STAFF = "staff"
    MEMBERS = "members"


class Cost(StrEnum):
    """What it costs to take part. We take no payment: whoever comes pays there."""

    FREE = "free"
    SOME = "some"


class Promotion(StrEnum):
    """What happens to a freed seat: given at once to the first who fits, or held for them until a deadline."""

    AUTOMATIC = "automatic"
    HELD = "held"


class Venue(Row):
    """A place. Access facts are null when nobody has checked: unknown is not no."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "venues", on_delete=fields.RESTRICT)
    name = fields.TextField()
    street = fields.TextField(null=True)
    postcode = fields.CharField(max_length=4, null=True)
    city = fields.TextField(null=True)
    lat = fields.FloatField(null=True)
    lon = fields.FloatField(null=True)
    step_free = fields.BooleanField(null=True)
    hearing_loop = fields.BooleanField(null=True)
    accessible_toilet = fields.BooleanField(null=True)

    class Meta:
        table = "venue"


class VenueText(Row):
    venue_id: UUID
    venue = fields.ForeignKeyField("marketplace.Venue", "texts", on_delete=fields.CASCADE)
    lang = fields.CharField(max_length=5)
    entrance = fields.TextField(default="", description="where to come in")
    transport = fields.TextField(default="", description="bus, train, parking")

    class Meta:
        table = "venue_text"
        unique_together = (("venue", "lang"),)


class Offer(Stated, Row):
    """What one organisation offers. Columns from next_session_at down are copies, kept in the same transaction as
    the sessions they come from, so that lists need no look at the sessions."""

    slug = fields.CharField(max_length=80, unique=True)
    owner_id: UUID
    owner = fields.ForeignKeyField("marketplace.Organization", "offers", on_delete=fields.RESTRICT)
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "offers", on_delete=fields.RESTRICT)
    kind = fields.CharEnumField(Kind, max_length=20)
    audiences: fields.Field[list[str]] = ArrayField("text", description="empty while a draft does not say")
    main_audience: fields.Field[Audience | None] = fields.CharEnumField(  # type: ignore[assignment]
        Audience, max_length=20, null=True,
        description="whom it is most for: what it counts as. The database keeps it among the audiences",
    )  # fmt: skip
    joining = fields.CharEnumField(Joining, max_length=20)
    visibility = fields.CharEnumField(Visibility, max_length=20, default=Visibility.PUBLIC)
    sensitive = fields.BooleanField(default=False)
    state = fields.CharEnumField(OfferState, max_length=20, default=OfferState.DRAFT)
    source_lang = fields.CharField(max_length=5, default="nb")
    venue_id: UUID | None
    venue = fields.ForeignKeyField("marketplace.Venue", "offers", null=True, on_delete=fields.RESTRICT)
    online_url = fields.TextField(
        null=True, description="where it happens online, or where to book (external)"
    )
    contact_name = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    max_party = fields.IntField(default=10)
    promotion = fields.CharEnumField(Promotion, max_length=20, default=Promotion.AUTOMATIC)
    hold_hours = fields.IntField(default=24)
    opens_at = fields.DatetimeField(null=True, description="when one can book; null: at once")
    narrowed_at = fields.DatetimeField(
        null=True, description="no longer shown to everybody since; who subscribes to its calendar did before"
    )
    closes_hours = fields.IntField(
        null=True, description="booking closes so many hours before the start; null: at the start"
    )
    age_from = fields.IntField(null=True, description="years; asked as a statement, never as a date of birth")
    age_to = fields.IntField(null=True)
    spoken: fields.Field[list[str]] = ArrayField(
        "text", default=list, db_default=SqlDefault("'{}'"),
        description="languages besides Norwegian that somebody speaks there (spoken.py)",
    )  # fmt: skip
    cost: fields.Field[Cost | None] = fields.CharEnumField(  # type: ignore[assignment]
        Cost, max_length=10, null=True, description="null: nobody has said"
    )
    cost_text = fields.CharField(
        max_length=80,
        default="",
        db_default="",
        description="how much, and for what; only where it costs something",
    )
    remind_hours: fields.Field[list[int] | None] = ArrayField(
        "int", null=True, description="reminders, hours before the start; null: 24 and 2"
    )
    certificate_share = fields.SmallIntField(
        null=True, description="per cent of the sessions that a certificate asks for; null: there is none"
    )
    keep_months = fields.IntField(
        default=6, description="names and contacts go this long after the last session"
    )
    continues_id: UUID | None
    continues = fields.ForeignKeyField(
        "marketplace.Offer", "continued_by", null=True, on_delete=fields.SET_NULL
    )
    picture_id: UUID | None
    picture = fields.ForeignKeyField("marketplace.Picture", "offers", null=True, on_delete=fields.SET_NULL)
    picture_text = fields.TextField(
        default="", db_default="", description="what the picture shows, for whoever does not see it"
    )
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    published_at = fields.DatetimeField(null=True)
    session_count = fields.IntField(default=0, description="sessions that are not cancelled")
    next_session_at = fields.DatetimeField(
        null=True, description="start of the first session that is not over"
    )
    next_session_ends = fields.DatetimeField(null=True)
    last_session_ends = fields.DatetimeField(null=True, description="null: no dates, always current")

    class Meta:
        table = "offer"

    @property
    def booked(self) -> bool:
        """Does one book seats of ours?"""
        return self.joining in BOOKED

    @property
    def meets(self) -> bool:
        """Do people meet through us, so that there is a register?"""
        return self.joining not in ELSEWHERE


class OfferText(Row):
    """What an offer says in one language. The column `search` is made by the database from these."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "texts", on_delete=fields.CASCADE)
    lang = fields.CharField(max_length=5)
    title = fields.TextField()
    summary = fields.TextField()
    body = fields.TextField(default="")
    meets_you = fields.TextField(default="")
    way_in = fields.TextField(default="")
    bring_someone = fields.TextField(default="")
    what_happens = fields.TextField(default="")
    may_leave = fields.TextField(default="")
    bring = fields.TextField(default="", description="what to bring")
    found_by = fields.TextField(
        default="", db_default="", description="other words that people search for: found, not shown"
    )
    keywords = fields.TextField(
        default="", description="names of organiser, place and kind: found, not shown"
    )

    class Meta:
        table = "offer_text"
        unique_together = (("offer", "lang"),)


class OfferOrganizer(Row):
    """A co-organiser. The owner is not repeated here."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "organizers", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField(
        "marketplace.Organization", "co_organized", on_delete=fields.CASCADE
    )
    may_edit = fields.BooleanField(default=False)

    class Meta:
        table = "offer_organizer"
        unique_together = (("offer", "organization"),)


class OfferAudienceOrganization(Row):
    """Members of these organisations see an offer whose visibility is `members`."""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "visible_to", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "sees_offers", on_delete=fields.CASCADE)

    class Meta:
        table = "offer_audience_organization"
        unique_together = (("offer", "organization"),)


class Session(Dated, Row):
    """One dated meeting of an offer. (A sign-in is never called a session: that is a SignIn.)"""

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "sessions", on_delete=fields.CASCADE)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    venue_id: UUID | None
    venue = fields.ForeignKeyField("marketplace.Venue", "sessions", null=True, on_delete=fields.RESTRICT)
    status = fields.CharEnumField(SessionStatus, max_length=20, default=SessionStatus.SCHEDULED)
    note = fields.TextField(default="", description="public, e.g. why it is cancelled")
    sequence = fields.IntField(default=0, description="iCalendar SEQUENCE: raised with time, place or status")
    vevent = fields.BinaryField(null=True, description="the VEVENT for public feeds; null: to be made")
    changed_at = fields.DatetimeField()
    untold_since = fields.DatetimeField(
        null=True, description="added then to what people had booked already; null: they have been told"
    )

    class Meta:
        table = "session"


class SeatPool(Row):
    """Capacity and seats taken, for one offer (booked once) or one session (booked one by one).

    taken = seats of confirmed and offered bookings; waiting = parties in the queue. Both change only under the
    row's lock, together with the booking that changes them. Free = capacity - taken - reserved.
    """

    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "pools", on_delete=fields.CASCADE)
    session_id: UUID | None
    session = fields.OneToOneField("marketplace.Session", "pool", null=True, on_delete=fields.CASCADE)
    capacity = fields.IntField(null=True, description="null: unlimited")
    taken = fields.IntField(default=0, db_default=0)
    waiting = fields.IntField(default=0, db_default=0)
    reserved = fields.IntField(
        default=0, db_default=0, description="seats that the hosts keep for those who come later"
    )
    starts_at = fields.DatetimeField(
        null=True, description="nobody is promoted after this; the first session"
    )
    ends_at = fields.DatetimeField(null=True, description="end of the last session: booking is over")
    opens_at = fields.DatetimeField(null=True)
    closes_at = fields.DatetimeField(null=True, description="null: at the start")
    sequence = fields.IntField(
        default=0,
        db_default=0,
        description="of its session, or the sum of all: who books has read one of them",
    )

    class Meta:
        table = "seat_pool"
