"""An offer in the index, and what holds of it at a moment. Nothing here knows the database."""

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from offers.catalogue.models import Joining
from offers.catalogue.opening import course_begun, why_closed

Key = tuple[Hashable, Hashable]
"""What a mask is of: ("kind", "course"), ("is", "public"), (("on", day), Cell) …"""
SLACK = timedelta(hours=1)
"""So far back sessions are known that are over: requests of other moments come in any order."""
HOURS = (12, 16, 17)
"""Between which a day is divided: all that is asked of the time of day holds for a whole piece (asking.py)."""


class Seats(NamedTuple):
    """A pool of seats. `room`: is a seat left?"""

    room: bool
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None


class Date(NamedTuple):
    """A session that will be. `hour`: of its start, counted from 1970 by a Norwegian clock; `venue`: where it is, and
    `access`: what is known of that place, as bits; `seats`: its own, if it has any."""

    starts_at: datetime
    ends_at: datetime
    hour: int
    venue: UUID | None
    access: int
    seats: Seats | None

    @property
    def day(self) -> int:
        return self.hour // 24

    @property
    def weekday(self) -> int:
        """1 is Monday."""
        return weekday(self.day)

    @property
    def piece(self) -> int:
        """Of the day: HOURS."""
        hour = self.hour % 24
        return sum(hour >= bound for bound in HOURS)


class Cell(NamedTuple):
    """What sessions of a day have in common. `room`: those with a seat of their own that can be booked now; such a
    session is also in the cell without."""

    piece: int
    access: int
    room: bool


def weekday(day: int) -> int:
    """1 is Monday; the first of January 1970 was a Thursday."""
    return (day + 3) % 7 + 1


class Offered:
    """An offer with its sessions in time.

    `always`: of which masks it is whatever the time, and `marked`: of which in all. `slot`: its bit in each of them.
    `until`: the moment from which what holds of it now may no longer hold. `serial`: another for all that it has ever
    been: what was drawn of it is true while it stands."""

    __slots__ = ("always", "dates", "id", "joining", "last_ends", "marked", "next_at", "next_ends", "sensitive",
                 "serial", "slot", "until", "venue", "whole")  # fmt: skip

    def __init__(
        self, offer_id: UUID, joining: str, sensitive: bool, next_at: datetime | None, next_ends: datetime | None,
        last_ends: datetime | None, venue: UUID | None, whole: Seats | None, dates: tuple[Date, ...],
        always: tuple[Key, ...],
    ) -> None:  # fmt: skip
        self.id, self.joining, self.sensitive, self.whole = offer_id, joining, sensitive, whole
        self.next_at, self.next_ends, self.last_ends, self.venue = next_at, next_ends, last_ends, venue
        self.dates, self.always = dates, always
        self.marked: tuple[Key, ...] = ()
        self.slot = self.serial = -1
        self.until: datetime | None = None

    def free(self, seats: Seats | None, now: datetime) -> bool:
        """Can a seat be booked now? How full a sensitive offer is is nobody's business, so it counts as not full."""
        if seats is None or not (seats.room or self.sensitive):
            return False
        shut = why_closed(self.joining, seats.starts_at, seats.ends_at, seats.opens_at, seats.closes_at, now)
        return next(shut, None) is None

    def keys(self, now: datetime) -> Iterator[Key]:
        """Of which masks it is at this moment, and may not be at the next."""
        if self.last_ends is None or (self.last_ends > now and self.next_at is not None):
            yield "is", "current"  # offers/catalogue/queries.py:CURRENT
        if self.joining in (Joining.DROP_IN, Joining.PER_SESSION) or self.free(self.whole, now):
            yield "is", "free"  # or each session says so
        if self.whole and course_begun(self.joining, self.whole.starts_at, now):
            yield "is", "begun"
        yield "next venue", self.next_venue(now)
        one_by_one = self.joining == Joining.PER_SESSION
        for date in self.dates:
            if date.ends_at <= now:
                continue
            day, piece = date.day, date.piece
            cell = Cell(piece, date.access, False)
            yield "day", day
            yield ("on", day), cell
            yield ("weekly", weekday(day)), cell
            if one_by_one and self.free(date.seats, now):
                cell = Cell(piece, date.access, True)
                yield ("on", day), cell
                yield ("weekly", weekday(day)), cell

    def next_venue(self, now: datetime) -> UUID | None:
        """Where its next session is: one with a place of its own says so (offers/search/conditions.py:ELSEWHERE)."""
        elsewhere = (one.venue for one in self.dates
                     if one.starts_at == self.next_at and one.ends_at > now and one.venue != self.venue)  # fmt: skip
        return next(elsewhere, self.venue)

    def moments(self) -> Iterator[datetime]:
        """At which time alone may change what holds of it, or what is said of it."""
        if self.last_ends:
            yield self.last_ends
        for date in self.dates:
            yield date.starts_at
            yield date.ends_at
        for seats in (self.whole, *(date.seats for date in self.dates)):
            if seats:
                yield from (moment for moment in seats[1:] if moment)
