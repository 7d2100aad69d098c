"""Which copy comes next, which is too old, and from which one a moment is reached. No file is read here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.base.data.backed_up import FULL_EVERY, KEPT

EVERY = timedelta(days=1)
SKEW = timedelta(hours=1)
"""So far ahead of us may be what was written down: later than that is of a clock that ran ahead and was put right."""
SEGMENT = 16 * 1024 * 1024
"""Bytes of a file of the log, as initdb has it."""


@dataclass(frozen=True)
class Copy:
    """A copy of the cluster that was proven whole. `upon`: the copy that it only holds the changes since. `starts` and
    `ends` are places in the log."""

    name: str
    upon: str | None
    timeline: int
    starts: int
    ends: int
    began_at: datetime
    ended_at: datetime
    bytes: int


@dataclass(frozen=True)
class Stretch:
    """A part of the log without a gap, streamed into one folder. Up to `seen_at`, which is `seen`, it is on disk."""

    name: str
    timeline: int
    began_at: datetime
    seen_at: datetime | None
    seen: int
    segments: frozenset[int]


@dataclass(frozen=True)
class Line:
    """A restore makes a new line of the log, which parts from `parent` at `forked`. What happened from `began_at` on
    happened on it."""

    number: int
    parent: int
    forked: int
    began_at: datetime


def place(text: str) -> int:
    """A place in the log as PostgreSQL writes it, as a number: 1/2A in bytes."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def segment_of(name: str) -> int:
    """The number of a segment from its file's name, whatever its timeline."""
    return int(name[8:16], 16) * (2**32 // SEGMENT) + int(name[16:24], 16)


def chain(copies: Iterable[Copy], last: Copy) -> list[Copy] | None:
    """The full copy and the changes upon it, up to `last`; None when one is missing."""
    by_name = {each.name: each for each in copies}
    found = [last]
    while (upon := found[0].upon) is not None:
        if upon not in by_name:
            return None
        found.insert(0, by_name[upon])
    return found


def newest_of(copies: Iterable[Copy]) -> Copy | None:
    """The one made last, by its place in the log: clocks are put right, the log only goes on."""
    return max(copies, key=lambda each: (each.timeline, each.ends), default=None)


def is_due(copies: Collection[Copy], since: datetime, now: datetime) -> bool:
    """Is it time for a copy? One a day, and one where a stretch of the log begins (`since`): what lies before it cannot
    be carried on from there."""
    newest = newest_of(copies)
    return newest is None or newest.began_at < since or not -SKEW <= now - newest.began_at < EVERY


def to_build_on(copies: Collection[Copy], timeline: int, now: datetime) -> Copy | None:
    """The copy whose changes are enough for the next one, or None for a full one: each week, and after a restore."""
    newest = newest_of(copies)
    if newest is None or newest.timeline != timeline:
        return None
    found = chain(copies, newest)
    return newest if found and -SKEW <= now - found[0].began_at < FULL_EVERY else None


def outdated(copies: Collection[Copy], now: datetime) -> list[Copy]:
    """Copies to be deleted: their full one is too old, or missing. The newest that is whole stays, however old."""
    chains = {each.name: chain(copies, each) for each in copies}
    whole = [each for each in copies if chains[each.name]]
    newest = newest_of(whole)
    kept = {each.name for each in (chains[newest.name] or [] if newest else [])}
    return [
        each for each in copies
        if each.name not in kept and not ((found := chains[each.name]) and now - found[0].began_at < KEPT)
    ]  # fmt: skip


def ancestry(lines: Collection[Line], number: int) -> dict[int, int | None]:
    """The lines that lead to this one, each with the place where the next parts from it (None for the last)."""
    by_number = {each.number: each for each in lines}
    found: dict[int, int | None] = {number: None}
    while number in by_number:
        line = by_number[number]
        found[line.parent] = line.forked
        number = line.parent
    return found


def line_at(lines: Collection[Line], newest: int, until: datetime | None) -> int:
    """On which line it happened that stood in the database at that time of the clock."""
    by_number = {each.number: each for each in lines}
    number = newest
    while until and number in by_number and until < by_number[number].began_at:
        number = by_number[number].parent
    return number


def candidates(
    copies: Collection[Copy], lines: Collection[Line], number: int, until: datetime | None
) -> list[Copy]:
    """Whole copies from which the log of this line leads to that moment, the nearest first."""
    leads = ancestry(lines, number)
    fits = [
        each for each in copies
        if each.timeline in leads
        and ((fork := leads[each.timeline]) is None or each.ends <= fork)
        and (until is None or each.ended_at <= until)
        and chain(copies, each)
    ]  # fmt: skip
    return sorted(fits, key=lambda each: each.ended_at, reverse=True)


def reached(copy: Copy, stretches: Iterable[Stretch], lines: Collection[Line], number: int) -> datetime:
    """Up to when the log leads on from a copy without a gap."""
    leads = ancestry(lines, number)
    ours = [each for each in stretches if each.timeline in leads]
    here = frozenset[int]().union(*(each.segments for each in ours))
    end = copy.starts // SEGMENT
    while end in here:
        end += 1
    times = [
        each.seen_at for each in ours
        if each.seen_at and copy.ends <= each.seen <= end * SEGMENT
        and ((fork := leads[each.timeline]) is None or each.seen <= fork)
    ]  # fmt: skip
    return max([copy.ended_at, *times])
