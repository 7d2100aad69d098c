"""How goals stand: of a plan, of a year, and which turned. For pages, the yearly report and the page of today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.clock import today
from marketplace.base.i18n import pick
from marketplace.base.text import by_name
from marketplace.goals.figures.rules import Verdict
from marketplace.goals.figures.series import Series, Wanted, series
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import Changed, Goal, GoalChange, Plan


def targets(goal: Goal, changed: Sequence[GoalChange], stretch: Span) -> int:
    """The target as it was when a stretch ended: what was changed afterwards is of later years."""
    later = [one for one in changed if one.what == Changed.TARGET and today(one.at) > stretch.ends]
    return later[-1].before or goal.target if later else goal.target


async def standings(goals: Sequence[Goal], now: datetime) -> dict[UUID, Series]:
    """By goal, the series of the stretch that is on. They need their focus areas and plans; in a constant number of
    statements."""
    wanted = [Wanted(goal, Span.of(goal).stretch(now)) for goal in goals]
    return {one.goal.id: each for one, each in zip(wanted, await series(wanted, now), strict=True)}


async def goals_in(plan: Plan, now: datetime) -> dict[UUID, Series]:
    """The standings of a plan's goals, of those that are not withdrawn."""
    goals = []
    for area in plan.focus_areas:
        area.plan = plan
        for goal in area.goals:
            goal.focus_area = area
            if not goal.withdrawn_at:
                goals.append(goal)
    return await standings(goals, now)


@dataclass(frozen=True)
class Turned:
    """A goal whose verdict was another one closing ago."""

    slug: str
    title: str
    municipality: UUID
    before: Verdict
    now: Verdict


async def turned(municipalities: Sequence[UUID], now: datetime) -> list[Turned]:
    """Goals that turned with the newest closing, those that fell behind first: for whoever asks what is new today."""
    goals = (
        await Goal.filter(
            withdrawn_at=None,
            focus_area__plan__municipality_id__in=list(municipalities),
            focus_area__plan__retired_at=None,
        )
        .order_by("slug")
        .select_related("focus_area__plan")
    )
    known = await standings(goals, now)
    found = []
    for goal in goals:
        verdict, before = known[goal.id].progress.verdict, known[goal.id].before.verdict
        if verdict is not before and Verdict.WAITING not in (verdict, before):
            found.append(
                Turned(goal.slug, pick(goal.title), goal.focus_area.plan.municipality_id, before, verdict)
            )
    worse = list(Verdict)
    return sorted(found, key=lambda one: (-worse.index(one.now), by_name(one.title)))
