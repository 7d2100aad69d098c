"""What a year's report says of plans: their focus areas, the goals of that year and how far they came, what was changed
of them, and what the municipality does about it (tiltak)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.i18n import pick, short_day
from marketplace.goals.figures.rules import VERDICT_LABELS, Verdict, progress
from marketplace.goals.figures.series import Series, Wanted, series
from marketplace.goals.figures.spans import Span
from marketplace.goals.figures.standings import targets
from marketplace.goals.models import Changed, Goal, GoalChange, Measure, Plan
from marketplace.goals.plans.measures.queries import newest_comments
from marketplace.goals.plans.measures.rules import STATE_LABELS
from marketplace.goals.words import aimed

NONE = "–"
SETTLED = {Verdict.REACHED: True, Verdict.NOT_REACHED: False}


@dataclass(frozen=True)
class Aim:
    """A goal in the year. `last` and `now`: its number last year and this, None where none is known; `reached`: None
    until it is settled; `result`: that in words; `aimed`: «minst 140 personer»."""

    id: UUID
    title: str
    last: int | None
    now: int | None
    aimed: str
    error: int
    reached: bool | None
    result: str


@dataclass(frozen=True)
class Doing:
    """A measure (tiltak): who answers for it, until when, how far it is, and what was said of it last."""

    title: str
    responsible: str
    deadline: str
    state: str
    said: str


@dataclass(frozen=True)
class Change:
    """What was changed of a goal in the year, and why. Without numbers it was withdrawn, or counts something else."""

    goal: str
    what: Changed
    before: int | None
    after: int | None
    why: str


@dataclass(frozen=True)
class Area:
    """A focus area of a plan that holds in the year."""

    id: UUID
    title: str
    summary: str
    aims: tuple[Aim, ...]
    measures: tuple[Doing, ...]


@dataclass(frozen=True)
class Attainment:
    plans: tuple[str, ...]
    areas: tuple[Area, ...]
    changes: tuple[Change, ...]

    @property
    def aims(self) -> list[Aim]:
        return [aim for area in self.areas for aim in area.aims]


async def attainment(municipality: UUID, year: int, now: datetime) -> Attainment:
    """Of all the municipality's plans that hold in the year, in as many statements for one goal as for a hundred."""
    plans = (
        await Plan.filter(municipality_id=municipality, first_year__lte=year, last_year__gte=year)
        .order_by("first_year", "slug")
        .prefetch_related("focus_areas__goals", "focus_areas__measures__responsible")
    )
    areas = []
    for plan in plans:
        for area in sorted(plan.focus_areas, key=lambda one: one.number):
            area.plan = plan
            areas.append(area)
    goals = [goal for area in areas for goal in area.goals if goal.first_year <= year <= goal.last_year]
    for area in areas:
        for goal in area.goals:
            goal.focus_area = area
    changes = await GoalChange.filter(goal_id__in=[goal.id for goal in goals]).order_by("-at", "-id")
    over = month_start(date(year + 1, 1, 1))
    stood = [goal for goal in goals if goal.withdrawn_at is None or goal.withdrawn_at >= over]
    aims = await _aims(stood, changes, year, now)
    said = await newest_comments([measure.id for area in areas for measure in area.measures])
    return Attainment(
        tuple(pick(plan.title) for plan in plans),
        tuple(
            Area(
                area.id, pick(area.title), pick(area.summary),
                tuple(aims[goal.id] for goal in sorted(area.goals, key=lambda one: one.slug) if goal.id in aims),
                tuple(_doing(one, said) for one in sorted(area.measures, key=lambda one: one.number)),
            )
            for area in areas
        ),
        _changes(goals, changes, year),
    )  # fmt: skip


async def _aims(
    goals: Sequence[Goal], changes: Sequence[GoalChange], year: int, now: datetime
) -> dict[UUID, Aim]:
    of: dict[UUID, list[GoalChange]] = defaultdict(list)
    for change in changes:
        of[change.goal_id].append(change)
    wanted = []
    for goal in goals:
        stretch = Span.of(goal).stretch(now, year)
        wanted.append(Wanted(goal, stretch, targets(goal, of[goal.id], stretch)))
    found = await series(wanted, now, beside=True)
    return {one.goal.id: _aim(one.goal, each, year) for one, each in zip(wanted, found, strict=True)}


def _aim(goal: Goal, found: Series, year: int) -> Aim:
    """The goal as it stood at the end of the year: a report is not about what came later."""
    points = [point for point in found.points if point.year <= year]
    going = progress(found.aim, points, frozen=found.frozen)
    last = found.last_year[-1].shown if found.last_year else None
    if last is None and goal.baseline_year == year - 1:
        last = goal.baseline
    return Aim(
        goal.id, pick(goal.title), last, going.at.shown if going.at else None, aimed(found.aim),
        round(going.at.error) if going.at else 0, SETTLED.get(going.verdict), str(VERDICT_LABELS[going.verdict]),
    )  # fmt: skip


def _doing(measure: Measure, said: dict[UUID, str]) -> Doing:
    return Doing(
        pick(measure.title),
        measure.responsible.name if measure.responsible else NONE,
        short_day(measure.deadline) if measure.deadline else NONE,
        str(STATE_LABELS[measure.state]),
        said.get(measure.id, NONE),
    )


def _changes(goals: Sequence[Goal], changes: Sequence[GoalChange], year: int) -> tuple[Change, ...]:
    """Those of the year, in order of time."""
    titles = {goal.id: pick(goal.title) for goal in goals}
    starts, ends = (month_start(date(each, 1, 1)) for each in (year, year + 1))
    return tuple(
        Change(titles[one.goal_id], Changed(one.what), one.before, one.after, one.why)
        for one in reversed(changes)
        if starts <= one.at < ends
    )
