"""Writes of goals: the figures of closed months, and goals themselves."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base import jobs
from marketplace.base.audit import record
from marketplace.base.database import in_transaction
from marketplace.base.slugs import insert_named
from marketplace.dialogue.queries import members
from marketplace.goals.models import FocusArea, Goal, GoalFigure, Metric
from marketplace.goals.queries import measure, scope_of
from marketplace.goals.rules import measured_to
from marketplace.statistics.queries import people_in_groups
from organizations.members.impartial import only_impartial

JOB = "close_months"


async def close(goal_id: UUID, months: list[date], slot: str, *, now: datetime) -> None:
    """Write the figures of closed months, in order of time. A figure that stands is never changed.

    They are measured as registers are now: what is saved later counts in the next month's. How people fall into
    groups is written with the newest only.
    """
    goal = await Goal.get(id=goal_id).select_related("focus_area__plan")
    ends = [measured_to(month, goal.year) for month in months]
    async with in_transaction():
        moments = sorted(set(ends))  # December's and the January after end alike
        numbers = dict(zip(moments, await measure(goal, moments, now), strict=True))
        groups = None
        if goal.metric == Metric.DISTINCT_PEOPLE:
            municipality = goal.focus_area.plan.municipality_id
            groups = await people_in_groups(scope_of(goal), municipality, goal.year, ends[-1], now)
        figures = [
            GoalFigure(goal=goal, month=month, value=numbers[end], groups=groups if month == months[-1] else None,
                       counted_at=now)
            for month, end in zip(months, ends, strict=True)
        ]  # fmt: skip
        await GoalFigure.bulk_create(figures, ignore_conflicts=True)
        await jobs.done(JOB, slot, now=now)


async def make(area: FocusArea, *, by: UUID, now: datetime, title: dict[str, str], **facts: Any) -> Goal:
    """A new goal under a focus area. Its closed months are measured by the worker. Raises OwnOrganization when it
    measures a dialogue in which the person's own takes part, as `change` does."""
    await _impartial(facts.get("dialogue_id"), by, "goal.make", now)
    goal = Goal(id=uuid7(), focus_area=area, title=title, **facts)
    async with in_transaction():
        await insert_named(goal, next(iter(title.values())))
        await record("goal.made", now=now, actor=by, object_id=goal.id)
    return goal


async def _impartial(dialogue: UUID | None, by: UUID, act: str, now: datetime) -> None:
    """A goal of all offers of a kind is nobody's own; a dialogue's members are few, and known."""
    if dialogue:
        await only_impartial(by, [one["id"] for one in await members(dialogue)], act, now=now)


async def change(goal: Goal, *, by: UUID, now: datetime, **facts: Any) -> None:
    await _impartial(goal.dialogue_id, by, "goal.change", now)
    async with in_transaction():
        await goal.update_from_dict(facts).save()
        await record("goal.changed", now=now, actor=by, object_id=goal.id)
