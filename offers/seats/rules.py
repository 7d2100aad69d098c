"""The law of seats: states, the moves between them, and why somebody cannot have one. No database, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.catalogue.models import Joining, Promotion
from offers.catalogue.opening import course_begun, why_closed
from offers.seats.models import SEATED, BookingState, EndedBy

MOST_ACTIVE, MOST_WAITING = 40, 15
"""Bookings and waiting places of one signed-in person at a time."""


SHORTEST_HOLD = timedelta(minutes=30)


CALLED_OFF = frozenset({EndedBy.SESSION, EndedBy.OFFER})
"""The organiser cancelled what it was for, and not this booking alone."""


def left(state: str, ended_by: str | None) -> bool:
    """Did they leave it themselves, be it a seat, the queue or a request?"""
    return state == BookingState.CANCELLED and ended_by == EndedBy.SELF


GIVEN_BACK_BEFORE = timedelta(hours=24)
"""Whoever gives a place back so long before what it is for begins does it in time for somebody else."""


def given_back(
    old: BookingState, new: BookingState, ended_by: EndedBy | None, starts: datetime | None, now: datetime
) -> bool | None:
    """Does this move give back a place, and in time? None: it gives none back. That is to have one, and to leave it
    oneself before it begins; what comes later to the time it begins does not change what was done."""
    if old not in SEATED or not left(new, ended_by) or (starts is not None and now >= starts):
        return None
    return starts is None or now <= starts - GIVEN_BACK_BEFORE


def had_place(seated_at: datetime | None) -> bool:
    """Did they ever have a place, be it one that was held for them? Whoever only waited or asked had none to lose.
    The statement is sql.py:had_place."""
    return seated_at is not None


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
    """Why booking is not open, whoever asks (catalogue/opening.py)."""
    for why in why_closed(pool.joining, pool.starts_at, pool.ends_at, pool.opens_at, pool.closes_at, now):
        yield Objection(why.value)


def asks_first(promotion: str, joining: str, starts_at: datetime | None, now: datetime) -> bool:
    """Is whoever is next asked whether they want the seat, and not given it? So the offer may say; and in a course that
    has begun nobody is moved into the middle."""
    return promotion == Promotion.HELD or course_begun(joining, starts_at, now)


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


class Said(NamedTuple):
    """When something begins, and how often it has been moved or has lost a date (the pool's `sequence`; None: nothing
    is said of that), as a page says it."""

    begins: datetime
    sequence: int | None = None


Shown = Mapping[UUID | None, Said]
"""What whoever books has read: by session, None being all of an offer. They have chosen that time and place, and not
another one that it was moved to meanwhile. Where nothing was said it is as if that had been what holds."""


NOTHING_SAID: Shown = MappingProxyType({})


class Moved(Refused):
    """It is at another time or place than they have read."""


def moved_words() -> str:
    return _("Tiden er endret siden du åpnet siden. Se den nye tiden, og send en gang til hvis den passer.")


def moved(shown: Shown, session: UUID | None, begins: datetime | None, sequence: int | None = None) -> str:
    """What is otherwise than they have read, in words for them; "" when nothing is."""
    said = shown.get(session)
    if said is None:
        return ""
    if said.begins != begins:
        return moved_words()
    if sequence is not None and said.sequence not in (None, sequence):
        return _(
            "Tid eller sted er endret siden du åpnet siden. Se hvordan det er nå, og send en gang til hvis det passer."
        )
    return ""


def check_unmoved(
    shown: Shown, session: UUID | None, begins: datetime | None, sequence: int | None = None
) -> None:
    """Raises Moved when it is otherwise than they have read."""
    if words := moved(shown, session, begins, sequence):
        raise Moved(words)
