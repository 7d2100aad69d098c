"""Writes of goals: what is wanted, what of it was changed and why, and what is said of it. One transaction each."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.dialogue.queries import members
from marketplace.goals.acts import Act
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import Changed, FocusArea, Goal, GoalChange, PlanComment
from organizations.members.impartial import only_impartial


class Locked(Refused):
    """The goal's time is over: what was aimed for stands."""

    def __init__(self) -> None:
        super().__init__(_("Tida målet gjelder, er over. Da kan tallet ikke endres mer."))


async def make(area: FocusArea, *, by: UUID, now: datetime, title: dict[str, str], **facts: Any) -> Goal:
    """A new goal under a focus area. Raises OwnOrganization when it is about organisations of which one is the
    person's own: those it names, or those of its dialogue."""
    await _impartial(facts.get("dialogue_id"), facts.get("organizations", ()), by, "goal.make", now)
    goal = Goal(id=uuid7(), focus_area=area, title=title, **facts)
    async with in_transaction():
        await insert_named(goal, next(iter(title.values())), otherwise="maal")
        await record(Act.GOAL_MADE, now=now, actor=by, object_id=goal.id)
    return goal


async def _impartial(
    dialogue: UUID | None, organizations: Iterable[UUID], by: UUID, act: str, now: datetime
) -> None:
    """A goal of all offers of a kind is nobody's own; those of few organisations are known."""
    about = [*organizations, *([one.id for one in await members(dialogue)] if dialogue else [])]
    if about:
        await only_impartial(by, about, act, now=now)


async def change(
    goal: Goal, *, by: UUID, now: datetime, title: dict[str, str], target: int, why: str
) -> None:
    """Another title, or another target, which says why and stays to be read. Raises Locked when the span is over, and
    OwnOrganization."""
    await _impartial(goal.dialogue_id, goal.organizations, by, "goal.change", now)
    before = goal.target
    if target != before and Span.of(goal).over(now):
        raise Locked
    async with in_transaction():
        goal.title, goal.target = title, target
        await goal.save(update_fields=["title", "target"])
        if target != before:
            await GoalChange.create(
                goal=goal, what=Changed.TARGET, before=before, after=target, why=why, at=now, changed_by_id=by
            )
        await record(Act.GOAL_CHANGED, now=now, actor=by, object_id=goal.id)


async def say_cells(goal: Goal, *, by: UUID, now: datetime, why: str, **cells: Any) -> None:
    """Which cells a goal means that was made before there were any. Said once."""
    await _impartial(None, cells.get("organizations", ()), by, "goal.change", now)
    async with in_transaction():
        await goal.update_from_dict({"cells_known": True} | cells).save()
        await GoalChange.create(goal=goal, what=Changed.CELLS, why=why, at=now, changed_by_id=by)
        await record(Act.GOAL_CHANGED, now=now, actor=by, object_id=goal.id)


async def withdraw(goal: Goal, *, by: UUID, now: datetime, why: str) -> None:
    """The goal is given up, and stays to be read with the reason. Raises Locked when its span is over: a goal that was
    not reached was not reached."""
    await _impartial(goal.dialogue_id, goal.organizations, by, "goal.withdraw", now)
    if Span.of(goal).over(now):
        raise Locked
    async with in_transaction():
        goal.withdrawn_at = now
        await goal.save(update_fields=["withdrawn_at"])
        await GoalChange.create(goal=goal, what=Changed.WITHDRAWN, why=why, at=now, changed_by_id=by)
        await record(Act.GOAL_WITHDRAWN, now=now, actor=by, object_id=goal.id)


async def comment(goal: Goal, body: str, *, by: UUID, now: datetime) -> None:
    async with in_transaction():
        said = await PlanComment.create(goal=goal, body=body, at=now, written_by_id=by)
        await record(Act.GOAL_COMMENTED, now=now, actor=by, object_id=said.id)
