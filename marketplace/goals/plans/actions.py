"""Writes of plans and their focus areas. One transaction each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.dialogue.models import Dialogue
from marketplace.goals.acts import Act
from marketplace.goals.models import (
    AT_MEETING,
    FocusArea,
    Goal,
    Measure,
    MeasureState,
    Plan,
)
from marketplace.goals.plans.measures.actions import tell_units
from marketplace.goals.plans.order import alone, next_number
from marketplace.goals.plans.rules import Texts
from marketplace.goals.starter import Starter
from organizations.directory.models import Municipality


async def make(
    municipality: Municipality, *, by: UUID, now: datetime, title: Texts, summary: Texts, first_year: int,
    last_year: int, starter: Starter | None = None,
) -> Plan:  # fmt: skip
    """A new plan, empty or with what a starter plan has, to be edited: its goals are of the plan's first year. One of
    dialogue meetings comes only where there is a dialogue."""
    plan = Plan(id=uuid7(), municipality=municipality, title=title, summary=summary, first_year=first_year,
                last_year=last_year)  # fmt: skip
    dialogue = await Dialogue.filter(municipality=municipality).order_by("slug").first()
    async with in_transaction():
        await insert_named(plan, next(iter(title.values())), otherwise="plan")
        for number, area in enumerate(starter.areas if starter else (), 1):
            made = await FocusArea.create(plan=plan, number=number, title=area.title, summary=area.summary)
            await Measure.bulk_create(
                [
                    Measure(focus_area=made, number=at, title=words)
                    for at, words in enumerate(area.measures, 1)
                ]
            )
            for goal in area.goals:
                facts = goal.facts | {"first_year": first_year, "last_year": first_year}
                if facts["indicator"] == AT_MEETING:
                    facts["dialogue"] = dialogue
                if facts["indicator"] != AT_MEETING or dialogue:
                    await _insert(Goal(id=uuid7(), focus_area=made, title=goal.title, **facts))
        await record(Act.PLAN_MADE, now=now, actor=by, object_id=plan.id)
    return plan


async def _insert(goal: Goal) -> None:
    await insert_named(goal, next(iter(goal.title.values())), otherwise="maal")


async def edit(plan: Plan, *, by: UUID, now: datetime, **facts: Any) -> None:
    async with in_transaction():
        await plan.update_from_dict(facts).save()
        await record(Act.PLAN_CHANGED, now=now, actor=by, object_id=plan.id)


async def copy(plan: Plan, *, by: UUID, now: datetime, title: Texts, first_year: int) -> Plan:
    """The next plan, with what this one has: as many years from `first_year`, measures that nobody has begun, and the
    goals that were not withdrawn, moved by as many years. Comments and what was changed stay where they were. Units are
    told of all that they answer for in the new one, once."""
    moved, measures = first_year - plan.first_year, list[Measure]()
    made = Plan(id=uuid7(), municipality=plan.municipality, title=title, summary=plan.summary,
                first_year=first_year, last_year=plan.last_year + moved)  # fmt: skip
    async with in_transaction():
        await insert_named(made, next(iter(title.values())), otherwise="plan")
        for area in plan.focus_areas:
            new = await FocusArea.create(
                plan=made, number=area.number, title=area.title, summary=area.summary
            )
            here = [
                Measure(focus_area=new, number=one.number, title=one.title, responsible_id=one.responsible_id)
                for one in area.measures if one.state != MeasureState.DROPPED
            ]  # fmt: skip
            await Measure.bulk_create(here)
            measures += here
            for goal in area.goals:
                if not goal.withdrawn_at:
                    await _insert(_moved(goal, new, moved))
        await record(Act.PLAN_COPIED, now=now, actor=by, object_id=made.id)
        await tell_units(measures, now)
    return made


SAME = ("title", "indicator", "counted_as", "direction", "target", "term", "each_year", "audiences", "kinds",
        "districts", "organizations", "evening", "dialogue_id", "cells_known")  # fmt: skip
"""What a copied goal has of the one it is copied from. A baseline is of its own time."""


def _moved(goal: Goal, area: FocusArea, years: int) -> Goal:
    facts = {name: getattr(goal, name) for name in SAME}
    return Goal(
        id=uuid7(), focus_area=area, first_year=goal.first_year + years, last_year=goal.last_year + years, **facts
    )  # fmt: skip


async def retire(plan: Plan, *, by: UUID, now: datetime) -> None:
    """It stays to be read; nothing in it is changed any more."""
    async with in_transaction():
        plan.retired_at = now
        await plan.save(update_fields=["retired_at"])
        await record(Act.PLAN_RETIRED, now=now, actor=by, object_id=plan.id)


async def bring_back(plan: Plan, *, by: UUID, now: datetime) -> None:
    async with in_transaction():
        plan.retired_at = None
        await plan.save(update_fields=["retired_at"])
        await record(Act.PLAN_BROUGHT_BACK, now=now, actor=by, object_id=plan.id)


# Focus areas


async def make_area(plan: Plan, *, by: UUID, now: datetime, title: Texts, summary: Texts) -> FocusArea:
    async with in_transaction():
        area = await FocusArea.create(
            plan=plan,
            number=await next_number("focus_area", plan.id),
            title=title,
            summary=summary,
        )
        await record(Act.FOCUS_AREA_MADE, now=now, actor=by, object_id=area.id)
    return area


async def edit_area(area: FocusArea, *, by: UUID, now: datetime, **facts: Any) -> None:
    async with in_transaction():
        await area.update_from_dict(facts).save()
        await record(Act.FOCUS_AREA_CHANGED, now=now, actor=by, object_id=area.id)


async def remove_area(area: FocusArea, *, by: UUID, now: datetime) -> None:
    """An empty one. Raises Refused when something stands in it."""
    async with in_transaction():
        await alone("focus_area", area.plan_id)
        if await Goal.filter(focus_area=area).exists() or await Measure.filter(focus_area=area).exists():
            raise Refused(_("Det står mål eller tiltak i innsatsområdet, så det kan ikke slettes."))
        await rows("DELETE FROM focus_area WHERE id = $1", area.id)
        await record(Act.FOCUS_AREA_REMOVED, now=now, actor=by, object_id=area.id)
