"""A booking and its dates as whoever has its link reads them: what queries.py gives, and rules.py decides on."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from offers.catalogue.rules import web_address
from offers.catalogue.states import Dated
from offers.seats import links, rules
from offers.seats.models import BookingState, Claimed, EndedBy
from offers.seats.rules import CALLED_OFF


@dataclass(frozen=True, slots=True)
class BookedDate(Dated):
    """A session of what is booked. `sent_word`: they have said that they cannot come to it. `checks_in`: a host lets
    people who come say so."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    note: str
    sequence: int
    changed_at: datetime
    venue: str | None
    street: str | None
    postcode: str | None
    city: str | None
    lat: float | None
    lon: float | None
    sent_word: bool
    checks_in: bool

    @property
    def whole_place(self) -> str:
        """Where it is, as a calendar says it; empty where no place is named."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.venue, self.street, town) if part)


class Ending(Claimed):
    """What whoever has a booking's `state` and `ended_by` asks of how it ended."""

    __slots__ = ()
    ended_by: str | None

    @property
    def ended_with_all(self) -> bool:
        """Did it end because the organiser cancelled what it was for?"""
        return self.ended_by in CALLED_OFF

    @property
    def taken_off(self) -> bool:
        """Did those who lead the offer end it?"""
        return self.ended_by == EndedBy.HOST

    @property
    def said_no(self) -> bool:
        """Did they decline a seat that was held for them?"""
        return bool(self.state == BookingState.DECLINED) and self.ended_by == EndedBy.SELF

    @property
    def left(self) -> bool:
        """Did they leave it themselves, or say no?"""
        return rules.left(self.state, self.ended_by) or self.said_no


@dataclass(frozen=True, slots=True)
class FoundBooking(Ending):
    """The statement's row (queries.BOOKING). `booker`: whom its messages greet: who booked, or who comes when the
    address is theirs (a guide has booked). `alias`: what lists show instead of the name, if somebody wished so;
    `hidden` tells of their address, and is for messages to it alone. `open`: is the offer, and its organisation, there
    for new ones? `closed`: the municipality has closed the organisation. `starts_at`, `ends_at`: of all that it is for.
    `tells_who_came`: may whoever has its link hear whether they came? (seats/known.py)"""

    id: UUID
    state: str
    ended_by: str | None
    seats: int
    reference: str
    link_version: int
    queue_no: int | None
    held_until: datetime | None
    reply: str
    talk_asked_at: datetime | None
    created_at: datetime
    changed_at: datetime
    pool_id: UUID
    booked_by_id: UUID
    participant_id: UUID
    made_with_id: UUID | None
    moved_to_id: UUID | None
    participant: str | None
    booker: str | None
    alias: str | None
    hidden: bool
    channel: str | None
    address: str | None
    reach: str
    tells_who_came: bool
    offer_id: UUID
    slug: str
    kind: str
    joining: str
    sensitive: bool
    promotion: str
    hold_hours: int
    offer_phone: str
    online_url: str
    offer_state: str
    open: bool
    closed: bool
    owner: str
    owner_phone: str
    owner_email: str
    title: str
    text_lang: str
    meets_you: str
    way_in: str
    bring: str
    waiting_there: int
    pool_session_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    sequence: int

    @property
    def own(self) -> bool:
        """Have they booked for themselves?"""
        return self.participant_id == self.booked_by_id

    def tells_attendance(self, person: UUID | None) -> bool:
        """May whoever has its link, signed in as this person or as nobody, hear whether they came?"""
        return self.tells_who_came or person == self.participant_id

    @property
    def online(self) -> str:
        """The link to where it happens, for those who have a place and nobody else."""
        return web_address(self.online_url) if self.confirmed else ""

    @property
    def shown_reference(self) -> str:
        return links.shown_reference(self.reference)


@dataclass(frozen=True, slots=True)
class OwnBooking(FoundBooking):
    """The booking with its dates in time, its place in the queue, the path of its link, and who comes (`party`), in
    words."""

    sessions: list[BookedDate]
    place: int | None
    path: str
    party: str


@dataclass(frozen=True, slots=True)
class Together(Ending, Dated):
    """One of several dates that one form booked, with its own link."""

    id: UUID
    state: str
    ended_by: str | None
    reference: str
    link_version: int
    changed_at: datetime
    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    note: str
    sequence: int
    session_changed: datetime
    venue: str | None
    street: str | None
    postcode: str | None
    city: str | None
    lat: float | None
    lon: float | None

    @property
    def path(self) -> str:
        return links.link_path(self.id, self.link_version)

    @property
    def shown_reference(self) -> str:
        return links.shown_reference(self.reference)

    @property
    def session(self) -> BookedDate:
        return BookedDate(
            self.session_id, self.starts_at, self.ends_at, self.status, self.note, self.sequence, self.session_changed,
            self.venue, self.street, self.postcode, self.city, self.lat, self.lon, sent_word=False,
            checks_in=False,
        )  # fmt: skip
