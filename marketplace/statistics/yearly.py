"""A year of stored sums, month by month, and how it compares with the year before: no database, no words.

Sums are cumulative, from January to the end of a closed month; a month's own number is the difference of two. Months
before anything was held are unknown, not zero: there was nobody yet who wrote down who came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from typing import Any

from marketplace.base.numbers import growth
from marketplace.statistics.closing import LATE
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import Sum, Sums

MONTHS = range(1, 13)
NOTHING = Sum(0, 0)
WHOLE = object()
"""All groups together. No group has this key; None is one, of what lies in no district."""
SHOWN = (Measure.ATTENDANCES, Measure.PEOPLE, Measure.SESSIONS, Measure.DUE)
"""What a page of figures asks of each month and group."""
OF_REGISTERS = (Measure.ATTENDANCES, Measure.PEOPLE)


@dataclass(frozen=True)
class Group:
    """What is stored of some cells in a year, by closing number."""

    sums: Mapping[int, Sums]

    def until(self, number: int, measure: Measure) -> Sum:
        """From January to the end of that month; nothing where nothing is stored."""
        return self.sums.get(number, {}).get(measure, NOTHING)

    def own(self, number: int, measure: Measure) -> int:
        """The month's own number. It may be below zero, when an older register was corrected."""
        return self.until(number, measure).value - self.until(number - 1, measure).value


@dataclass(frozen=True)
class Year:
    """A year: which closings there are, and its groups. `groups` are parts of `whole`, and add up to it."""

    year: int
    closed: tuple[int, ...]
    groups: Mapping[Any, Group]

    @cached_property
    def whole(self) -> Group:
        """All groups together."""
        together: dict[int, Sums] = {}
        for group in self.groups.values():
            for number, sums in group.sums.items():
                have = together.setdefault(number, {})
                for measure, one in sums.items():
                    have[measure] = have[measure] + one if measure in have else one
        return Group(together)

    def part(self, key: Any) -> Group:
        """One group, empty where there is none of this key; or all together (WHOLE)."""
        return self.whole if key is WHOLE else self.groups.get(key, Group({}))

    @property
    def last(self) -> int:
        """The newest closing: 1 to 12, or 13 when what was saved late is in; 0 when none is closed."""
        return max(self.closed, default=0)

    @cached_property
    def first(self) -> int | None:
        """The first month in which something was held, or None: what is before it is blank."""
        return next(
            (number for number in sorted(self.closed) if self.whole.until(number, Measure.SESSIONS).value),
            None,
        )

    def total(self, measure: Measure, group: Group | None = None) -> Sum:
        """All of the year that is closed."""
        return (group or self.whole).until(self.last, measure)

    def own(self, number: int, measure: Measure, group: Group | None = None) -> int | None:
        """A month's own number; None where it is not closed, before the first data, and where something was held but
        nobody has saved a register: that is unknown, and not zero."""
        if number not in self.closed or self.first is None or number < self.first:
            return None
        part = group or self.whole
        if (
            measure in OF_REGISTERS
            and not part.own(number, Measure.SESSIONS)
            and part.own(number, Measure.DUE) > 0
        ):
            return None
        return part.own(number, measure)

    def by_month(self, measure: Measure, group: Group | None = None) -> list[int | None]:
        return [self.own(number, measure, group) for number in MONTHS]

    def late(self, measure: Measure, group: Group | None = None) -> int | None:
        """What was saved after the year's end, where that is closed."""
        return self.own(LATE, measure, group)


@dataclass(frozen=True)
class Span:
    """The same months of two years, so that they compare: those in which both have data."""

    first: int
    last: int

    def of(self, group: Group, measure: Measure) -> tuple[int, float]:
        """What is from the beginning of `first` to the end of `last`, and its likely error. People are those who were
        new in these months."""
        to, before = group.until(self.last, measure), group.until(self.first - 1, measure)
        return to.value - before.value, hypot(to.error, before.error)


def same_span(this: Year, before: Year | None) -> Span | None:
    """The months that both years have; None when there are none."""
    if before is None or this.first is None or before.first is None:
        return None
    last = LATE if this.last == before.last == LATE else min(this.last, before.last, 12)
    span = Span(max(this.first, before.first), last)
    return span if span.first <= span.last else None


@dataclass(frozen=True)
class Change:
    """From one year to the next in the same months. `percent` is None where the year before has nothing; `unsure` when
    the difference lies within the likely error."""

    now: int
    before: int
    unsure: bool

    @property
    def percent(self) -> int | None:
        return growth(self.before, self.now)


def change(span: Span, this: Group, before: Group, measure: Measure) -> Change:
    (now, error), (then, other) = span.of(this, measure), span.of(before, measure)
    return Change(now, then, abs(now - then) <= hypot(error, other))


def median_class(counts: Sequence[int]) -> int | None:
    """The class in which the one in the middle is: a median of classes is never finer than they are."""
    half, so_far = sum(counts) / 2, 0
    if not half:
        return None
    for place, count in enumerate(counts):
        so_far += count
        if so_far >= half:
            return place
    return None
