"""Decisions about several dates of one offer: no database, no clock."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import NamedTuple, Protocol
from uuid import UUID

from marketplace.base.clock import oslo

MOST_DATES = 20
"""Dates that one form may book."""
MOST_WEEKS = 12
"""So many dates of "samme tid hver uke" are ticked at once."""


Slot = tuple[int, time, time]


class Date(Protocol):
    """A session by when it is."""

    @property
    def session_id(self) -> UUID: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class Pattern(NamedTuple):
    """The first of so many dates at the same weekday and time."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    times: int


class Choice(NamedTuple):
    """A date as the form shows it: `text` is of its seats, `reason` why it was refused, `gone` for good."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    full: bool
    gone: bool
    text: str
    reason: str
    chosen: bool
    elsewhere: str | None
    sequence: int

    @property
    def field(self) -> str:
        """To tick a date with room is to book it, and one without to wait for it."""
        return "waits" if self.full or self.reason else "dates"

    @property
    def ticked(self) -> bool:
        """What is refused is to be chosen anew."""
        return self.chosen and not self.reason


def slot(starts: datetime, ends: datetime) -> Slot:
    """Weekday and time by a Norwegian clock: a course at 18 stays at 18 when clocks change."""
    begins, stops = oslo(starts), oslo(ends)
    return begins.weekday(), begins.time(), stops.time()


def weekly(dates: Iterable[Date], like: UUID) -> list[UUID]:
    """Sessions at the weekday and time of one of them, from it on, at most MOST_WEEKS."""
    dates = list(dates)
    first = next((one for one in dates if one.session_id == like), None)
    if first is None:
        return []
    wanted = slot(first.starts_at, first.ends_at)
    later = [one for one in dates if one.starts_at >= first.starts_at]
    same = [one.session_id for one in later if slot(one.starts_at, one.ends_at) == wanted]
    return same[:MOST_WEEKS]


def patterns(dates: Iterable[Date]) -> list[Pattern]:
    """The first date of each weekday and time that comes back, for "samme tid hver uke"."""
    groups: dict[Slot, list[Date]] = {}
    for one in dates:
        groups.setdefault(slot(one.starts_at, one.ends_at), []).append(one)
    return [Pattern(group[0].session_id, group[0].starts_at, group[0].ends_at, min(len(group), MOST_WEEKS))
            for group in groups.values() if len(group) > 1]  # fmt: skip
