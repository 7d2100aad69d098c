"""How a goal is going, from what is stored: its verdict, what it comes to if it goes on, and why. Pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import ceil, sqrt

from marketplace.base.i18n import lazy
from marketplace.base.numbers import share
from marketplace.goals.figures.spans import LATE, Span
from marketplace.goals.models import AT_MEETING, CountedAs, Direction
from marketplace.statistics.measures import INDICATORS, Measure

PERSONS = frozenset(
    {Measure.PEOPLE, Measure.CAME_THREE, Measure.MISSED, Measure.CAME_BACK, Measure.WAITED, Measure.PLACED,
     Measure.LEFT}
)  # fmt: skip
"""Measures of different people: of one year each, because nobody knows who is the same in the next."""
LOOKS_BACK = 3
"""How many months a projection looks back."""
DIRECTION_LABELS = {Direction.AT_LEAST: lazy("Minst"), Direction.AT_MOST: lazy("Høyst")}
COUNTED_AS_LABELS = {
    CountedAs.NUMBER: lazy("Et antall"),
    CountedAs.SHARE_OF_ALL: lazy("En andel av det samme i hele kommunen, i prosent"),
    CountedAs.SHARE: lazy("En andel av det indikatoren er en del av, i prosent"),
    CountedAs.PER_THOUSAND: lazy("Et antall for hver 1 000 innbyggere i kommunen"),
}


class Verdict(StrEnum):
    WAITING = "waiting"
    REACHED = "reached"
    ON_TRACK = "on_track"
    UNCERTAIN = "uncertain"
    WILL_NOT = "will_not"
    NOT_REACHED = "not_reached"


VERDICT_LABELS = {
    Verdict.WAITING: lazy("Ingen tall ennå"),
    Verdict.REACHED: lazy("Nådd"),
    Verdict.ON_TRACK: lazy("På vei"),
    Verdict.UNCERTAIN: lazy("Usikkert"),
    Verdict.WILL_NOT: lazy("Når ikke målet"),
    Verdict.NOT_REACHED: lazy("Ikke nådd"),
}


@dataclass(frozen=True)
class Aim:
    """What is to be reached: enough to judge by."""

    indicator: str
    counted_as: CountedAs
    direction: Direction
    target: int
    span: Span

    @property
    def adds_up(self) -> bool:
        """Does the number grow towards the target? A share does not, nor what holds for each meeting."""
        return self.indicator != AT_MEETING and self.counted_as in (
            CountedAs.NUMBER, CountedAs.PER_THOUSAND,
        )  # fmt: skip


@dataclass(frozen=True)
class Point:
    """The number when a closing was done: from the start of the stretch to the end of a month. `number` 13 has what
    was saved after New Year. `value` may be a fraction; `error` is how far the true number may well be away."""

    year: int
    number: int
    value: float
    error: float = 0

    @property
    def shown(self) -> int:
        return round(self.value)


@dataclass(frozen=True)
class Progress:
    """A goal at its newest closing. `expected` is where it ends if it goes on, give or take `margin`. `fewest` and
    `most` are how much came in a month lately, `needed` how much must come in each that is left."""

    verdict: Verdict
    at: Point | None = None
    percent: int = 0
    expected: float | None = None
    margin: float = 0
    fewest: int = 0
    most: int = 0
    needed: int = 0
    left: int = 0


def progress(aim: Aim, points: Sequence[Point], *, frozen: bool = False) -> Progress:
    """How it goes, from the points in order of time. `frozen`: by the rule before, and nothing more will come."""
    if not points:
        return Progress(Verdict.WAITING)
    at, left = points[-1], aim.span.left_after(points[-1].year, points[-1].number)
    percent = share(at.value, aim.target) or 0
    reached = at.value >= aim.target if aim.direction is Direction.AT_LEAST else at.value <= aim.target
    if aim.indicator == AT_MEETING:
        return Progress(_of_meetings(points, aim, left), at, percent, left=left)
    if not left:
        return Progress(Verdict.REACHED if reached else Verdict.NOT_REACHED, at, percent)
    if frozen:
        sure = reached and aim.direction is Direction.AT_LEAST and aim.adds_up
        return Progress(Verdict.REACHED if sure else Verdict.UNCERTAIN, at, percent)
    return _going(aim, points, percent, left)


def _of_meetings(points: Sequence[Point], aim: Aim, left: int) -> Verdict:
    """It holds for each meeting: one that had too few is never made up for. 0 at first is no meeting yet, and later
    one that nobody came to."""
    at = points[-1]
    if not at.value and len(points) == 1 and left:
        return Verdict.WAITING
    if at.value < aim.target:
        return Verdict.WILL_NOT if left else Verdict.NOT_REACHED
    return Verdict.ON_TRACK if left else Verdict.REACHED


def _going(aim: Aim, points: Sequence[Point], percent: int, left: int) -> Progress:
    at = points[-1]
    values = [one.value for one in points]
    if aim.adds_up:
        # In the first month everybody is new: it says little of the others, as soon as there are any.
        known = values if aim.indicator in PERSONS and len(values) >= LOOKS_BACK else [0, *values]
        begun = known[-LOOKS_BACK - 1 :]
        steps = [after - before for before, after in pairwise(begun)]
        expected = at.value + left * sum(steps) / len(steps)
        spread = left * (max(steps) - min(steps)) / 2
        needed = max(ceil((aim.target - at.value) / left), 0)
        fewest, most = round(min(steps)), round(max(steps))
    else:
        lately = values[-LOOKS_BACK:]
        expected, spread, needed, fewest, most = at.value, (max(lately) - min(lately)) / 2, 0, 0, 0
    margin = sqrt(at.error**2 + spread**2)
    verdict = _projected(aim, at, expected, margin, sure=len(points) >= LOOKS_BACK)
    return Progress(verdict, at, percent, expected, margin, fewest, most, needed, left)


def _projected(aim: Aim, at: Point, expected: float, margin: float, *, sure: bool) -> Verdict:
    """A verdict inside the likely error is no verdict, nor one of a month or two."""
    least = aim.direction is Direction.AT_LEAST
    if aim.adds_up and at.value - at.error >= aim.target + (not least):
        return Verdict.REACHED if least else Verdict.WILL_NOT
    if not sure:
        return Verdict.UNCERTAIN
    low, high = expected - margin, expected + margin
    if least:
        return (
            Verdict.ON_TRACK if low >= aim.target
            else Verdict.WILL_NOT if high < aim.target else Verdict.UNCERTAIN
        )  # fmt: skip
    return (
        Verdict.ON_TRACK if high <= aim.target
        else Verdict.WILL_NOT if low > aim.target else Verdict.UNCERTAIN
    )  # fmt: skip


def planned(aim: Aim, year: int, number: int) -> int:
    """What the number should be when a closing is done: evenly to the target, or the whole target all the time."""
    if not aim.adds_up or aim.direction is Direction.AT_MOST:
        return aim.target
    months = len(aim.span.months())
    return round(aim.target * (months - aim.span.left_after(year, number)) / months)


def quotient(over: float, error: float, under: float, under_error: float, times: int) -> tuple[float, float]:
    """A share or a rate and its likely error; both are sums of stored cells. Of nothing it is nothing."""
    if under <= 0:
        return 0, 0
    share = times * over / under
    return share, sqrt((times * error / under) ** 2 + (share * under_error / under) ** 2)


def late(point: Point) -> bool:
    return point.number == LATE


def of_people(indicator: str) -> bool:
    """Is it stored rounded, so that a likely error goes with it?"""
    return indicator != AT_MEETING and not INDICATORS[Measure(indicator)].exact
