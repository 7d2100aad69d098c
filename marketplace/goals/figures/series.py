"""The numbers of goals, read from what is stored of closed months and from nothing else.

Every number is a sum of stored cells, or a quotient of two (statistics/stored.py). What was shown by the rule before
the cube stands as it was (GoalFigure). Organisations at meetings are no people, and are counted as they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import dropwhile
from typing import NamedTuple
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.data.database import rows
from marketplace.dialogue.queries import fewest_at_meetings
from marketplace.goals.figures.rules import Aim, Point, Progress, progress, quotient
from marketplace.goals.figures.spans import LATE, Span
from marketplace.goals.models import AT_MEETING, SHARES, CountedAs, Direction, Goal, Population, Term
from marketplace.statistics.measures import INDICATORS, Measure
from marketplace.statistics.stored import Ask, Cells, Sum, Sums, several

THOUSAND, HUNDRED = 1000, 100
COMPLETENESS = (Measure.SESSIONS, Measure.DUE)


@dataclass(frozen=True)
class Series:
    """What is known of one stretch of a goal. `sessions` of `due` have a register, in the goal's own cells. `frozen`:
    by the rule before; `last_year`: the same cells a year before, where they were counted."""

    aim: Aim
    points: list[Point]
    frozen: bool = False
    sessions: int = 0
    due: int = 0
    hidden: int = 0
    """Months whose number was hidden by the rule before."""
    last_year: list[Point] = field(default_factory=list)
    population: Population | None = None

    @property
    def progress(self) -> Progress:
        return progress(self.aim, self.points, frozen=self.frozen)

    @property
    def before(self) -> Progress:
        """The progress as it was one closing ago."""
        return progress(self.aim, self.points[:-1], frozen=self.frozen)


def cells_of(goal: Goal) -> Cells:
    """Which stored cells a goal adds up. It needs its focus area and plan."""
    return Cells(
        goal.focus_area.plan.municipality_id,
        tuple(goal.organizations),
        tuple(goal.audiences),
        tuple(goal.kinds),
        tuple(goal.districts),
        goal.evening,
    )


def is_counted(goal: Goal) -> bool:
    """Are there numbers for it? It says which cells it means; and a goal from before something was of the whole
    municipality only may ask it of a part."""
    return goal.cells_known and (cells_of(goal).whole or not INDICATORS[Measure(goal.indicator)].whole_only)


def aim_of(goal: Goal, stretch: Span, target: int | None = None) -> Aim:
    return Aim(
        goal.indicator, CountedAs(goal.counted_as), Direction(goal.direction), target or goal.target, stretch
    )


def measure_of(goal: Goal) -> Measure | None:
    """None: organisations at meetings."""
    return None if goal.indicator == AT_MEETING else Measure(goal.indicator)


@dataclass(frozen=True)
class Wanted:
    """A goal, and which stretch of it is asked for. `target`: as it was then, if it was changed since."""

    goal: Goal
    stretch: Span
    target: int | None = None


async def series(wanted: Sequence[Wanted], now: datetime, *, beside: bool = False) -> list[Series]:
    """The series of each, in a constant number of statements. `beside`: the year before, too."""
    old = await _old_figures([one.goal.id for one in wanted])
    met = await _meetings([one for one in wanted if one.goal.indicator == AT_MEETING], now)
    sums = await _sums(
        [one for one in wanted if one.goal.indicator != AT_MEETING and is_counted(one.goal)], beside
    )
    people = await _populations({one.goal.focus_area.plan.municipality_id for one in wanted})
    found = []
    for one in wanted:
        frozen = old.get((one.goal.id, one.stretch.first))
        if frozen is not None:
            found.append(_frozen(one, frozen))
        elif one.goal.indicator == AT_MEETING:
            found.append(
                Series(_aim(one), _met(one.stretch, met[one.goal.dialogue_id, one.stretch.first], now))
            )
        else:
            found.append(_counted(one, sums, _population(people, one), beside))
    return found


def _aim(one: Wanted, stretch: Span | None = None) -> Aim:
    return aim_of(one.goal, stretch or one.stretch, one.target)


# What was shown by the rule before


class _OldFigure(NamedTuple):
    goal_id: UUID
    month: date
    value: int | None
    first_year: int


async def _old_figures(goals: list[UUID]) -> dict[tuple[UUID, int], list[tuple[Point | None, date]]]:
    found: dict[tuple[UUID, int], list[tuple[Point | None, date]]] = defaultdict(list)
    for each in await rows(
        _OldFigure,
        """SELECT f.goal_id, f.month, f.value, g.first_year FROM goal_figure f JOIN goal g ON g.id = f.goal_id
        WHERE f.goal_id = ANY($1) ORDER BY f.goal_id, f.month""",
        goals,
    ):
        year, month = each.first_year, each.month
        number = month.month if month.year == year else LATE
        point = None if each.value is None else Point(year, number, each.value)
        found[each.goal_id, year].append((point, month))
    return found


def _frozen(one: Wanted, figures: list[tuple[Point | None, date]]) -> Series:
    points = [point for point, _month in figures if point]
    return Series(_aim(one), points, frozen=True, hidden=len(figures) - len(points))


# Meetings


async def _meetings(wanted: Sequence[Wanted], now: datetime) -> Mapping[tuple[UUID | None, int], list[int]]:
    years = {year for one in wanted for year in (one.stretch.first,)}
    ends = {
        year: [month_start(date(year + month // 12, month % 12 + 1, 1)) for month in range(1, 13)]
        for year in years
    }
    found: dict[tuple[UUID | None, int], list[int]] = defaultdict(list)
    asked = {(one.goal.dialogue_id, one.stretch.first) for one in wanted if one.goal.dialogue_id}
    for each in await fewest_at_meetings(asked, ends, now) if asked else []:
        found[each.dialogue_id, each.year].append(each.number)
    return found


def _met(stretch: Span, fewest: list[int], now: datetime) -> list[Point]:
    points = [Point(stretch.first, month, number) for month, number in enumerate(fewest, 1)]
    begun = list(dropwhile(lambda point: not point.value, points))
    return begun or points[-1:]


# The cube

Numbers = Mapping[int, Sums]
"""By closing number: what is summed."""


async def _sums(wanted: Sequence[Wanted], beside: bool) -> dict[Ask, Numbers]:
    asks = dict.fromkeys(
        ask for one in wanted for year in _years(one, beside) for ask in _asks(one.goal, year)
    )
    return dict(zip(asks, await several(list(asks)), strict=True))


def _years(one: Wanted, beside: bool) -> Iterable[int]:
    return [*([one.stretch.first - 1] if beside else []), *one.stretch.years]


def _asks(goal: Goal, year: int) -> list[Ask]:
    """What is above the line, with the completeness of the same cells, and what is below it."""
    cells, measure = cells_of(goal), Measure(goal.indicator)
    whole = Cells(cells.municipality)
    per = INDICATORS[measure].per
    above = Ask(cells, year, tuple(dict.fromkeys((measure, *COMPLETENESS))))
    if goal.counted_as == CountedAs.SHARE_OF_ALL:
        return [above, Ask(whole, year, (measure,))]
    if goal.counted_as == CountedAs.SHARE and per:
        return [above, Ask(cells, year, (per,))]
    return [above]


def _counted(one: Wanted, sums: Mapping[Ask, Numbers], population: Population | None, beside: bool) -> Series:
    goal = one.goal
    if not is_counted(goal):
        return Series(_aim(one), [])
    stretch = one.stretch
    read = {year: [sums[ask] for ask in _asks(goal, year)] for year in _years(one, beside)}
    before = Span(stretch.first - 1, stretch.first - 1, stretch.term)
    newest = max((year for year in stretch.years if read[year][0]), default=None)
    last = read[newest][0][max(read[newest][0])] if newest else {}
    return Series(
        _aim(one),
        _points(goal, stretch, read, population),
        sessions=last[Measure.SESSIONS].value if last else 0,
        due=last[Measure.DUE].value if last else 0,
        last_year=_points(goal, before, read, population)
        if beside and stretch.first == stretch.last else [],
        population=population,
    )  # fmt: skip


def _points(
    goal: Goal, stretch: Span, read: Mapping[int, Sequence[Numbers]], population: Population | None
) -> list[Point]:
    above = _line(stretch, {year: lines[0] for year, lines in read.items()}, Measure(goal.indicator))
    below: dict[tuple[int, int], Sum] = {}
    if goal.counted_as in SHARES:
        per = Measure(goal.indicator)
        if goal.counted_as == CountedAs.SHARE:
            per = INDICATORS[per].per or per
        below = _line(stretch, {year: lines[1] for year, lines in read.items()}, per)
    points = []
    for (year, number), sum_ in above.items():
        if goal.counted_as == CountedAs.NUMBER:
            value, error = float(sum_.value), float(sum_.error)
        elif goal.counted_as == CountedAs.PER_THOUSAND:
            if population is None:
                return []
            value, error = quotient(sum_.value, sum_.error, population.number, 0, THOUSAND)
        elif (year, number) in below and below[year, number].value:
            under = below[year, number]
            value, error = quotient(sum_.value, sum_.error, under.value, under.error, HUNDRED)
        else:
            continue  # of nothing there is no share
        points.append((sum_.cells, Point(year, number, value, error)))
    begun = list(dropwhile(lambda one: not one[0], points)) or points[-1:]
    return [point for _cells, point in begun]


def _line(stretch: Span, read: Mapping[int, Numbers], measure: Measure) -> dict[tuple[int, int], Sum]:
    """The sum from the start of a stretch to each closing in it. Years are added up; an autumn is what came after
    June, in which is also what was saved late of the spring."""
    found: dict[tuple[int, int], Sum] = {}
    before = Sum(0, 0, exact=True)
    for year in stretch.years:
        numbers = {number: sums[measure] for number, sums in read.get(year, {}).items() if measure in sums}
        since = numbers.get(6) if stretch.term is Term.AUTUMN else None
        if stretch.term is Term.AUTUMN and since is None:
            continue
        for number, sum_ in numbers.items():
            if (stretch.term is Term.SPRING and number > 6) or (since is not None and number <= 6):
                continue
            if number == LATE and year != stretch.last:
                continue
            found[year, number] = before + (sum_ if since is None else _less(sum_, since))
        if numbers:
            before += numbers[max(numbers)]
    return found


def _less(sum_: Sum, since: Sum) -> Sum:
    """Both are of the same cells, and each may be wrong by as much: the cells count twice."""
    return Sum(max(sum_.value - since.value, 0), 2 * sum_.cells, sum_.exact)


# Populations


async def _populations(municipalities: set[UUID]) -> dict[UUID, list[Population]]:
    found: dict[UUID, list[Population]] = defaultdict(list)
    for one in await Population.filter(municipality_id__in=municipalities).order_by("year"):
        found[one.municipality_id].append(one)
    return found


def _population(known: Mapping[UUID, list[Population]], one: Wanted) -> Population | None:
    """That of the stretch's year, or the newest before it."""
    there: list[Population] = list(known.get(one.goal.focus_area.plan.municipality_id, ()))
    return next((each for each in reversed(there) if each.year <= one.stretch.last), None)
