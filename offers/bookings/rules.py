"""Decisions about bookings: no database, no clock. The actions read, ask here, and write."""

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.base.signing import signature
from marketplace.base.text import SIGNS, clean, isolated, same_name
from offers.bookings.models import BookingState, EndedBy
from offers.catalogue.models import Joining, OfferState

ALPHABET = SIGNS
REFERENCE_LENGTH = 6
MOST_ACTIVE, MOST_WAITING = 40, 15
"""Bookings and waiting places of one signed-in person at a time."""
SHORTEST_HOLD = timedelta(minutes=30)

ACTIVE = frozenset(
    {BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.WAITING, BookingState.OFFERED}
)
SEATED = frozenset({BookingState.CONFIRMED, BookingState.OFFERED})
"""States whose seats count as taken."""
ENDED = frozenset(BookingState) - ACTIVE
"""States that something has ended: `Booking.ended_by` says what."""
CALLED_OFF = frozenset({EndedBy.SESSION, EndedBy.OFFER})
"""The organiser cancelled what it was for, and not this booking alone."""

MOVES: dict[BookingState | None, frozenset[BookingState]] = {
    None: frozenset({BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.WAITING}),
    BookingState.REQUESTED: frozenset({BookingState.CONFIRMED, BookingState.WAITING, BookingState.DECLINED,
                                       BookingState.CANCELLED}),
    BookingState.CONFIRMED: frozenset({BookingState.CANCELLED}),
    BookingState.WAITING: frozenset({BookingState.CONFIRMED, BookingState.OFFERED, BookingState.CANCELLED}),
    BookingState.OFFERED: frozenset({BookingState.CONFIRMED, BookingState.EXPIRED, BookingState.CANCELLED,
                                     BookingState.DECLINED}),
    BookingState.CANCELLED: frozenset(),
    BookingState.DECLINED: frozenset(),
    BookingState.EXPIRED: frozenset({BookingState.CONFIRMED, BookingState.WAITING}),
}  # fmt: skip
"""Every move a booking may make; None is before it exists."""


def may_move(old: BookingState | None, new: BookingState) -> bool:
    return new in MOVES[old]


class Reach(StrEnum):
    """Who gives somebody word: a message, those who lead the offer by telephone, the guide who booked, or nobody."""

    WRITTEN = "written"
    CALL = "call"
    GUIDE = "guide"
    NOBODY = "nobody"


class Objection(StrEnum):
    """Why nobody can book here now."""

    OVER = "over"
    NOT_OPEN = "not_open"
    CLOSED = "closed"
    TOO_MANY = "too_many"
    NEVER_FITS = "never_fits"
    NOT_TOGETHER = "not_together"
    MANY_ACTIVE = "many_active"
    MANY_WAITING = "many_waiting"


@dataclass(frozen=True)
class Pool:
    """What a decision needs of a locked seat pool and its offer."""

    capacity: int | None
    taken: int
    waiting: int
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    max_party: int
    joining: Joining
    reserved: int = 0

    @property
    def free(self) -> int | None:
        """Seats left; None is no limit."""
        return None if self.capacity is None else self.capacity - self.taken - self.reserved

    def fits(self, seats: int) -> bool:
        return self.free is None or seats <= self.free


def closed(pool: Pool, now: datetime) -> Iterator[Objection]:
    """Why booking is not open, whoever asks. A course that has begun is closed; a group that one asks to join is open
    as long as it meets, and the organisation decides."""
    over = pool.ends_at if pool.joining is Joining.REQUEST else pool.starts_at
    if over is not None and over <= now:
        yield Objection.OVER
    elif pool.closes_at is not None and pool.closes_at <= now:
        yield Objection.CLOSED
    if pool.opens_at is not None and now < pool.opens_at:
        yield Objection.NOT_OPEN


def only_not_open(pool: Pool, now: datetime) -> bool:
    """Will booking open, and nothing else is in the way?"""
    return [*closed(pool, now)] == [Objection.NOT_OPEN]


def objections(pool: Pool, seats: int, now: datetime, waiting_ok: bool) -> Iterator[Objection]:
    """Why this party cannot book here now. `waiting_ok`: a party that does not fit would rather wait together."""
    yield from closed(pool, now)
    if seats > pool.max_party:
        yield Objection.TOO_MANY
    elif pool.capacity is not None and seats > pool.capacity:
        yield Objection.NEVER_FITS
    elif pool.joining is not Joining.REQUEST and not pool.fits(seats) and pool.free and not waiting_ok:
        yield Objection.NOT_TOGETHER


def first_state(pool: Pool, seats: int) -> BookingState:
    """Where a new booking begins. A party that fits is confirmed even past a queue: when seats are left, nobody in
    the queue fits (promotion has seen to that under the same lock)."""
    if pool.joining is Joining.REQUEST:
        return BookingState.REQUESTED
    return BookingState.CONFIRMED if pool.fits(seats) else BookingState.WAITING


def caps(active: int, waiting: int, state: BookingState) -> Iterator[Objection]:
    """Why a signed-in person who has so many bookings cannot have one more in this state."""
    if active >= MOST_ACTIVE:
        yield Objection.MANY_ACTIVE
    elif state is BookingState.WAITING and waiting >= MOST_WAITING:
        yield Objection.MANY_WAITING


def promoted(free: int | None, queue: Iterable[tuple[UUID, int]]) -> list[UUID]:
    """Who of the queue, (booking, seats) in order, gets the free seats: each the first that fits what is left."""
    chosen = []
    for booking, seats in queue:
        if free is None or seats <= free:
            chosen.append(booking)
            free = None if free is None else free - seats
    return chosen


def hold_until(starts: datetime | None, hours: int, now: datetime) -> datetime:
    """The deadline of a held seat: these hours, but at most half of what is left until what they would come to starts,
    at least half an hour of it. `starts` is not past; None is no date."""
    until = now + timedelta(hours=hours)
    if starts is None:
        return until
    return min(until, now + max((starts - now) / 2, SHORTEST_HOLD), starts)


def answered(state: BookingState, yes: bool) -> bool:
    """Is a held seat answered so already? A button is pressed twice, and a page is sent again."""
    said = (
        {BookingState.CONFIRMED, BookingState.WAITING}
        if yes
        else {BookingState.DECLINED, BookingState.EXPIRED}
    )
    return state in said


def new_reference() -> str:
    """A short reference for people: it opens nothing without the name or the address, and lists show its beginning only
    (participants/queries.py:SIGN)."""
    number, signs = secrets.randbelow(len(ALPHABET) ** REFERENCE_LENGTH), ""
    for _sign in range(REFERENCE_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs += ALPHABET[sign]
    return signs


def shown_reference(reference: str) -> str:
    """K7M4QP is shown as K7M-4QP."""
    return f"{reference[:3]}-{reference[3:]}"


def party_words(name: str, seats: int) -> str:
    """A party in words: Ola og én til."""
    name = isolated(name)
    if seats == 1:
        return name
    return ngettext("%(name)s og én til", "%(name)s og %(num)s til", seats - 1, name=name)


def typed_reference(text: str) -> str:
    """A reference as somebody typed or pasted it: any case, with or without hyphen or spaces, also with words before
    it as it stands in our messages ("Nummer: K7M-4QP")."""
    text = clean(text).upper()
    found = re.fullmatch(
        rf"(?:.*[^\w])?([{ALPHABET}]{{3}})[\s\-\u2010-\u2015]*([{ALPHABET}]{{3}})\W*", text, re.DOTALL
    )
    return found[1] + found[2] if found else "".join(sign for sign in text if sign.isalnum())


def _mac(booking: UUID, version: int) -> bytes:
    return bytes.fromhex(signature("booking-link", booking.hex, str(version)))[:12]


def link_path(booking: UUID, version: int) -> str:
    """The path that opens a booking: made from the server's key, so it can be made again, and revoked by raising
    the version."""
    token = base64.urlsafe_b64encode(booking.bytes + _mac(booking, version)).rstrip(b"=").decode()
    return f"/bookings/{token}"


def token_booking(token: str) -> tuple[UUID, bytes] | None:
    """The booking a token speaks of, and its seal, still to be checked with `seal_holds`. None: not a token."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    return (UUID(bytes=raw[:16]), raw[16:]) if len(raw) == 28 else None


def seal_holds(booking: UUID, version: int, seal: bytes) -> bool:
    return hmac.compare_digest(seal, _mac(booking, version))


def coming(sessions: Iterable[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The sessions that one can still come to: not over, and not cancelled."""
    return [each for each in sessions if each["ends_at"] > now and each["status"] != "cancelled"]


def cancelled(sessions: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """The cancelled sessions that one would still come to; the past ones too where no other ever was."""
    off = [each for each in sessions if each["status"] == "cancelled"]
    return off if len(off) == len(sessions) else [each for each in off if each["ends_at"] > now]


def called_off(booking: dict[str, Any], now: datetime) -> bool:
    """Has the organiser cancelled all that was left of it? Whoever left before that, or got no place, hears that."""
    if booking["state"] in ENDED:
        return booking["ended_by"] in CALLED_OFF
    if not booking["sessions"]:
        return bool(booking["offer_state"] == OfferState.CANCELLED)
    return bool(cancelled(booking["sessions"], now)) and not coming(booking["sessions"], now)


def over(booking: dict[str, Any], now: datetime) -> bool:
    """Is all of an active booking held, so that there is nothing left to come to or to cancel?"""
    return booking["state"] in ACTIVE and booking["ends_at"] is not None and booking["ends_at"] <= now


def participant_name(other: str | None, typed: str, account: str | None) -> str | None:
    """The name of whoever comes, when that is not the booker's own Person. `other`: the booker said it is another.

    A name that is not the account's is somebody else as far as we know: two may share an account.
    """
    if other or not account or same_name(typed, account):
        return other
    return typed


def objection_text(objection: Objection, pool: Pool, sensitive: bool) -> str:
    """The reason in the user's words. A sensitive offer tells no numbers."""
    if objection is Objection.TOO_MANY:
        return ngettext(
            "Du kan melde på %(num)s person om gangen.",
            "Du kan melde på høyst %(num)s personer om gangen.",
            pool.max_party,
        )
    if objection is Objection.NOT_TOGETHER and not sensitive:
        return ngettext(
            "Det er %(num)s ledig plass. Velg færre, eller kryss av for venteliste.",
            "Det er %(num)s ledige plasser. Velg færre, eller kryss av for venteliste.",
            pool.free or 0,
        )
    return {
        Objection.OVER: _("Dette har begynt eller er over, så du kan ikke melde deg på lenger."),
        Objection.CLOSED: _("Påmeldingen er stengt."),
        Objection.NOT_OPEN: _("Påmeldingen er ikke åpnet ennå."),
        Objection.NEVER_FITS: _("Det er ikke plass til så mange her."),
        Objection.NOT_TOGETHER: _(
            "Det er ikke plass til så mange nå. Velg færre, eller kryss av for venteliste."
        ),
        Objection.MANY_ACTIVE: _(
            "Du har %(num)s påmeldinger som ikke er over. Meld av en av dem, så kan du melde på igjen.",
            num=MOST_ACTIVE,
        ),
        Objection.MANY_WAITING: _(
            "Du står på %(num)s ventelister. Gå ut av en av dem, så kan du stille deg i en ny kø.",
            num=MOST_WAITING,
        ),
    }[objection]


def begins(found: Mapping[str, Any], now: datetime) -> datetime | None:
    """When what is booked (a row of queries.bookable) begins: of a group that one may ask to join while it meets, its
    next date. None: no date is known."""
    starts: datetime | None = found["session_starts"] or found["starts_at"]
    if starts is None or starts > now or found["session_starts"]:
        return starts
    ends = found["next_session_ends"]
    return found["next_session_at"] if ends and ends > now else None
