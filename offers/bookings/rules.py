"""Decisions about bookings: no database, no clock. The actions read, ask here, and write."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.base.text import isolated, same_name
from offers.bookings.rows import BookedDate, OwnBooking
from offers.catalogue.arriving import in_time
from offers.catalogue.states import OfferState
from offers.seats import rules as seats_rules
from offers.seats.models import BookingState, Claimed


class Reach(StrEnum):
    """Who gives somebody word: a message, those who lead the offer by telephone, the guide who booked, or nobody."""

    WRITTEN = "written"
    CALL = "call"
    GUIDE = "guide"
    NOBODY = "nobody"


def party_words(name: str, seats: int) -> str:
    """A party in words: Ola og én til."""
    name = isolated(name)
    if seats == 1:
        return name
    return ngettext("%(name)s og én til", "%(name)s og %(num)s til", seats - 1, name=name)


def coming(sessions: Iterable[BookedDate], now: datetime) -> list[BookedDate]:
    """The sessions that one can still come to: not over, and not cancelled."""
    return [each for each in sessions if each.ends_at > now and not each.called_off]


def one_by_one(booking: OwnBooking) -> bool:
    """Is it for several times, of which one may be away from one and keep the others? Also where one is left: whoever
    has been there before has a place, and perhaps a certificate, to lose."""
    return booking.pool_session_id is None and sum(not each.called_off for each in booking.sessions) > 1


def arriving(sessions: Iterable[BookedDate], now: datetime) -> list[BookedDate]:
    """The sessions at which one may say now that one has come."""
    return [each for each in sessions if each.checks_in and in_time(each.starts_at, each.ends_at, now)]


def cancelled(sessions: list[BookedDate], now: datetime) -> list[BookedDate]:
    """The cancelled sessions that one would still come to; the past ones too where no other ever was."""
    off = [each for each in sessions if each.called_off]
    return off if len(off) == len(sessions) else [each for each in off if each.ends_at > now]


def called_off(booking: OwnBooking, now: datetime) -> bool:
    """Has the organiser cancelled all that was left of it? Whoever left before that, or got no place, hears that."""
    if not booking.active:
        return booking.ended_with_all
    if not booking.sessions:
        return booking.offer_state == OfferState.CANCELLED
    return bool(cancelled(booking.sessions, now)) and not coming(booking.sessions, now)


def over(booking: OwnBooking, now: datetime) -> bool:
    """Is all of an active booking held, so that there is nothing left to come to or to cancel?"""
    return booking.active and booking.ends_at is not None and booking.ends_at <= now


class Begins(Protocol):
    """What is booked (queries.Bookable), as far as it says when."""

    @property
    def session_starts(self) -> datetime | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def next_session_at(self) -> datetime | None: ...
    @property
    def next_session_ends(self) -> datetime | None: ...


def asked_first(booking: OwnBooking, now: datetime) -> bool:
    """When it is their turn in the queue, are they asked, or is the place theirs at once?"""
    return seats_rules.asks_first(booking.promotion, booking.joining, booking.starts_at, now)


@dataclass(frozen=True, slots=True)
class Standing(Claimed):
    """How a booking stands, for its own page: its state, or that it is called off, over, or held no longer."""

    state: str

    @property
    def called_off(self) -> bool:
        return self.state == "called_off"

    @property
    def over(self) -> bool:
        return self.state == "over"

    @property
    def expired(self) -> bool:
        return self.state == BookingState.EXPIRED

    @property
    def declined(self) -> bool:
        return self.state == BookingState.DECLINED


def standing(booking: OwnBooking, now: datetime) -> Standing:
    """How it stands now."""
    if called_off(booking, now):
        return Standing("called_off")
    if over(booking, now):
        return Standing("over")
    lapsed = booking.offered and booking.held_until is not None and booking.held_until <= now
    return Standing(BookingState.EXPIRED if lapsed else booking.state)


def not_over(booking: OwnBooking, now: datetime) -> None:
    """Raises Refused when there is nothing left to cancel."""
    if over(booking, now):
        raise Refused(_("Dette er over, så det er ikke noe å melde av."))


def participant_name(other: str | None, typed: str, account: str | None) -> str | None:
    """The name of whoever comes, when that is not the booker's own Person. `other`: the booker said it is another.

    A name that is not the account's is somebody else as far as we know: two may share an account.
    """
    if other or not account or same_name(typed, account):
        return other
    return typed


def begins(found: Begins, now: datetime) -> datetime | None:
    """When what is booked begins: of a group that one may ask to join while it meets, its next date. None: no date is
    known."""
    starts = found.session_starts or found.starts_at
    if starts is None or starts > now or found.session_starts:
        return starts
    ends = found.next_session_ends
    return found.next_session_at if ends and ends > now else None
