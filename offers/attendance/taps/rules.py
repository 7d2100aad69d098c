"""What becomes of a tap: no database, no clock.

Every tap says which version of its field the page showed (`saw`). Fields that differ are merged. A tap that has seen
what stands is kept. One that has not, and says otherwise, is a conflict: both are kept, the later by the phones'
clocks counts, and until somebody chooses, both are shown. To choose is to tap again, having seen the conflict. To
un-mark is to tap too: nothing that was un-marked comes back unseen.

A page that taps a field again before it has an answer has seen its own tap: `after` is that tap's id. In one request
this goes without saying. So it is with heads and their parts: to count eleven, and then three of them as children, is
no conflict with oneself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from marketplace.base.first_names import first_name
from marketplace.base.i18n import gettext as _
from offers.attendance.models import AttendanceState, Cause
from offers.attendance.rules import MOST_OF_A_PARTY, OPENS_BEFORE
from offers.attendance.taps.models import Field, Outcome

MOST = 50
"""Taps of one request."""
MOST_HEADS = 1000
AHEAD = timedelta(minutes=2)
"""So far may a corrected clock be ahead of ours."""
LATE = timedelta(days=7)
"""So long after somebody has stopped leading, what waited on their phone may arrive. The time of a tap is the phone's
word, so it must not be for good."""
STATES = {state.value for state in AttendanceState}
OF_A_BOOKING = (Field.STATE, Field.SEATS)
HEADS = frozenset({Field.HEADS, Field.ADULTS, Field.CHILDREN})
TOUCHES: dict[Field, frozenset[Field]] = {
    Field.HEADS: HEADS,
    Field.ADULTS: frozenset({Field.HEADS, Field.ADULTS}),
    Field.CHILDREN: frozenset({Field.HEADS, Field.CHILDREN}),
}
"""The plain number and its parts are told at the expense of each other; the parts are not."""


class Why(StrEnum):
    """Why a tap is refused. It is shown to whoever tapped, and never dropped."""

    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"
    ROLE = "role"
    CANCELLED = "cancelled"
    MOVED = "moved"
    EARLY = "early"
    FUTURE = "future"
    YEAR = "year"
    GONE = "gone"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Tap:
    """What a phone sends. `at`: when it was tapped, by our clock as well as we know."""

    id: UUID
    at: datetime
    booking: UUID | None
    field: Field
    value: str | None
    saw: int
    after: UUID | None = None


class Logged(NamedTuple):
    """A tap with what became of it. `name`: of whoever tapped."""

    id: UUID
    booking_id: UUID | None
    field: str
    value: str | None
    saw: int
    version: int
    tapped_at: datetime
    person_id: UUID | None
    substitute_id: UUID | None
    outcome: str
    why: str | None
    chosen_at: datetime | None
    name: str | None = None
    here: bool = True
    """Of this session? An id that is another's is forged."""
    void: bool = False
    """Of before the session was moved: it counts no more, but its version has been."""

    @property
    def by(self) -> str | None:
        """What whoever tapped is called."""
        return first_name(self.name) or (_("vikar") if self.substitute_id else None)

    @property
    def written(self) -> bool:
        return self.outcome in (Outcome.KEPT, Outcome.CONFLICT)

    @property
    def undecided(self) -> bool:
        return self.outcome == Outcome.CONFLICT and self.chosen_at is None

    def had_seen(self, other: "Logged") -> bool:
        """Was the other there before it, in a field that it is told at the expense of? Itself it has seen too."""
        return other.version <= self.version and other.field in touched((self.booking_id, Field(self.field)))


@dataclass(frozen=True, slots=True)
class Sender:
    """Who taps, and during which time they lead the session: None is without an end. `cause`: what their marks come
    of."""

    person: UUID | None
    substitute: UUID | None = None
    name: str | None = None
    until: datetime | None = None
    cause: Cause = Cause.TAP

    def led(self, at: datetime) -> bool:
        return self.until is None or at < self.until

    def tapped(self, tap: Logged) -> bool:
        return (tap.person_id, tap.substitute_id) == (self.person, self.substitute)


@dataclass(frozen=True, slots=True)
class Ground:
    """The session that is tapped for, as it stands now. `ended_at`: when its register began anew, for the session was
    moved. `over`: its year is settled. `most`: how many may have come with each booking that is here."""

    starts_at: datetime
    called_off: bool
    ended_at: datetime | None
    over: bool
    most: dict[UUID, int]


def most_of(seats: int) -> int:
    """How many may have come with a booking: more than it has, when others came along."""
    return max(seats, MOST_OF_A_PARTY)


def refusal(tap: Tap, ground: Ground, sender: Sender, now: datetime) -> Why | None:
    """Why this tap cannot be kept, whatever stands."""
    if not sender.led(tap.at) or (sender.until and now > sender.until + LATE):
        return Why.ROLE
    if ground.called_off:
        return Why.CANCELLED
    if tap.at > now + AHEAD:
        return Why.FUTURE
    if ground.ended_at and tap.at <= ground.ended_at:
        return Why.MOVED
    if tap.at < ground.starts_at - OPENS_BEFORE:
        return Why.EARLY
    if ground.over:
        return Why.YEAR
    if (tap.booking in ground.most) != (tap.field in OF_A_BOOKING) or (
        tap.booking and tap.field not in OF_A_BOOKING
    ):
        # Whoever leads it no more is not told who has left since.
        return Why.ROLE if sender.until else Why.GONE
    return None if _sayable(tap, ground) else Why.VALUE


def plain(tap: Tap) -> bool:
    """Is what it says anything that this field can hold? What is not stands in no log, whyever it is refused."""
    if tap.value is None:
        return True
    if tap.field is Field.STATE:
        return tap.value in STATES
    return tap.value.isascii() and tap.value.isdigit() and len(tap.value) < 5


def _sayable(tap: Tap, ground: Ground) -> bool:
    if not plain(tap):
        return False
    if tap.value is None or tap.field is Field.STATE:
        return True
    if tap.booking:
        return 1 <= int(tap.value) <= ground.most[tap.booking]
    return int(tap.value) <= MOST_HEADS


Place = tuple[UUID | None, Field]


def touched(place: Place) -> frozenset[Field]:
    """The fields whose taps a tap here must have seen."""
    return TOUCHES.get(place[1], frozenset({place[1]}))


@dataclass(slots=True)
class Face:
    """What a field shows: its value, and when and by whom it was said."""

    value: str | None = None
    at: datetime | None = None
    by: str | None = None


@dataclass
class Board:
    """A register while taps are judged: what each field shows, and what was written of it."""

    faces: dict[Place, Face] = field(default_factory=dict)
    written: dict[UUID | None, list[Logged]] = field(default_factory=dict)
    """Of each booking, and of the session itself."""

    def face(self, place: Place) -> Face:
        found = self.faces.get(place)
        if found is None:
            found = self.faces[place] = Face()
        return found

    def of(self, place: Place) -> list[Logged]:
        """What was written that a tap here must have seen."""
        fields = touched(place)
        return [each for each in self.written.get(place[0], ()) if each.field in fields]

    def version(self, place: Place) -> int:
        """One counter for all that are told at the expense of each other."""
        line = HEADS if place[1] in TOUCHES else {place[1]}
        return max((each.version for each in self.written.get(place[0], ()) if each.field in line), default=0)

    def undecided(self, place: Place) -> list[Logged]:
        return [each for each in self.of(place) if each.undecided]

    def counts(self, tap: Logged) -> bool:
        """Does this count, where it is written now? Of two that did not see each other the later does."""
        stands = self.face((tap.booking_id, Field(tap.field))).at
        return tap.outcome == Outcome.KEPT or stands is None or tap.tapped_at >= stands

    def show(self, tap: Logged) -> None:
        """Show it, if it counts; a part of the heads replaces the plain number, and that its parts."""
        if not self.counts(tap):
            return
        place = tap.booking_id, Field(tap.field)
        for other in touched(place) - {place[1]}:
            self.faces[None, other] = Face(None, tap.tapped_at, tap.by)
        self.faces[place] = Face(tap.value, tap.tapped_at, tap.by)
        if place[1] in (Field.ADULTS, Field.CHILDREN):
            parts = [self.face((None, part)).value for part in (Field.ADULTS, Field.CHILDREN)]
            told = [int(part) for part in parts if part is not None]
            self.faces[None, Field.HEADS].value = str(sum(told)) if told else None

    def add(self, tap: Logged) -> None:
        """Write it: it stands in the log, and is shown where it counts."""
        if not tap.void:
            self.show(tap)
        self.written.setdefault(tap.booking_id, []).append(tap)

    def settle(self, place: Place, now: datetime) -> list[UUID]:
        """Somebody who had seen the conflicts here has chosen. Returns which they were."""
        chosen = {each.id for each in self.undecided(place)}
        mine = self.written.get(place[0], [])
        mine[:] = [each._replace(chosen_at=now) if each.id in chosen else each for each in mine]
        return [*chosen]

    def judge(self, tap: Tap, sender: Sender, before: Iterable[Logged]) -> Outcome:
        """What becomes of a tap that is not refused. `before`: taps that it comes after; the sender's own count."""
        place, seen = (tap.booking, tap.field), [each for each in before if self._saw(each, tap, sender)]
        unseen = any(
            each.version > tap.saw and not any(one.had_seen(each) for one in seen) for each in self.of(place)
        )
        if self.face(place).value == tap.value and (unseen or not self.undecided(place)):
            return Outcome.SAME
        return Outcome.CONFLICT if unseen else Outcome.KEPT

    def _saw(self, mine: Logged, tap: Tap, sender: Sender) -> bool:
        """Had this one, which the same page tapped before, seen what stood? One that was kept had; one that said the
        same had it before it, but for what is undecided: what a first tap has not seen, the one after it has not
        either."""
        if not sender.tapped(mine) or mine.booking_id != tap.booking:
            return False
        hidden = any(each.version > tap.saw for each in self.undecided((mine.booking_id, Field(mine.field))))
        return mine.outcome == Outcome.KEPT or (mine.outcome == Outcome.SAME and not hidden)


def corrected(at: datetime, sent: datetime | None, now: datetime) -> datetime:
    """When it was tapped by our clock: the phone's is wrong by as much as when it sent this. Never after now, where
    the difference is only that of clocks."""
    by_ours = at + (now - sent) if sent else at
    return now if now < by_ours <= now + AHEAD else by_ours


def choices(taps: Iterable[Logged]) -> list[Logged]:
    """What one may choose between where some of these taps are in conflict: the latest of each value, since the last
    that was not."""
    since: list[Logged] = []
    for tap in taps:
        since = [*since, tap] if tap.outcome == Outcome.CONFLICT and tap.undecided else [tap]
    latest = {(tap.field, tap.value): tap for tap in since}
    return sorted(latest.values(), key=lambda tap: tap.tapped_at)
