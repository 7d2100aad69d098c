"""Writes of plans: focus areas, measures and what is said of them, and populations. One transaction each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
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
from marketplace.goals import mails
from marketplace.goals.acts import Act
from marketplace.goals.models import (
    AT_MEETING,
    FocusArea,
    Goal,
    Measure,
    MeasureState,
    Plan,
    PlanComment,
    Population,
)
from marketplace.goals.starter import Starter
from offers.work.actions import tell_members
from organizations.directory.models import Municipality
from organizations.notices.models import Notice

Texts = dict[str, str]


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
        await _tell(measures, now)
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
            plan=plan, number=await _next("focus_area", "plan_id", plan.id), title=title, summary=summary
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
        await _alone("focus_area", area.plan_id)
        if await Goal.filter(focus_area=area).exists() or await Measure.filter(focus_area=area).exists():
            raise Refused(_("Det står mål eller tiltak i innsatsområdet, så det kan ikke slettes."))
        await rows("DELETE FROM focus_area WHERE id = $1", area.id)
        await record(Act.FOCUS_AREA_REMOVED, now=now, actor=by, object_id=area.id)


# Measures


async def _tell(measures: Iterable[Measure], now: datetime) -> None:
    """Tell each unit of the measures that it answers for from now on, in one message."""
    of = defaultdict[UUID, list[str]](list)
    for one in measures:
        if one.responsible_id and one.state != MeasureState.DROPPED:
            of[one.responsible_id].append(str(one.id))
    for unit, given in of.items():
        act = f"{given[0]}:{now.isoformat()}"
        await tell_members(mails.measures_given, Notice.MEASURE, unit, act, now, measures=given)


async def make_measure(area: FocusArea, *, by: UUID, now: datetime, title: Texts, **facts: Any) -> Measure:
    """A new measure. The unit that answers for it is told, also when an edit makes it another."""
    async with in_transaction():
        measure = await Measure.create(
            focus_area=area, number=await _next("measure", "focus_area_id", area.id), title=title, **facts
        )
        await record(Act.MEASURE_MADE, now=now, actor=by, object_id=measure.id,
                     organization=measure.responsible_id)  # fmt: skip
        await _tell([measure], now)
    return measure


async def edit_measure(measure: Measure, *, by: UUID, now: datetime, **facts: Any) -> None:
    handed_over = facts.get("responsible_id", measure.responsible_id) != measure.responsible_id
    if handed_over:  # else what is noted meanwhile of who was told stays
        facts["told_at"] = None
    async with in_transaction():
        await measure.update_from_dict(facts).save(update_fields=[*facts])
        await record(Act.MEASURE_CHANGED, now=now, actor=by, object_id=measure.id,
                     organization=measure.responsible_id)  # fmt: skip
        if handed_over:
            await _tell([measure], now)


async def comment(
    measure: Measure, body: str, state: MeasureState, *, unit: UUID | None, by: UUID, now: datetime
) -> None:
    """What the responsible unit (or, with none, a coordinator) says of a measure, and how far it has come."""
    async with in_transaction():
        if body:
            await PlanComment.create(
                measure=measure, organization_id=unit, body=body, at=now, written_by_id=by
            )
        if measure.state != state:
            measure.state = state
            await measure.save(update_fields=["state"])
        await record(Act.MEASURE_COMMENTED, now=now, actor=by, object_id=measure.id, organization=unit,
                     details={"state": state.value})  # fmt: skip


# Order

PARENT = {"focus_area": "plan_id", "measure": "focus_area_id"}


async def move(table: str, parent: UUID, row: UUID, by_one: int, *, by: UUID, now: datetime) -> None:
    """One place up (-1) or down (1) among its own. At the end of the list it stays; numbers are made 1, 2, 3 …"""
    async with in_transaction():
        await _alone(table, parent)
        found = await rows(f"SELECT id FROM {table} WHERE {PARENT[table]} = $1 ORDER BY number", parent)
        order = [each["id"] for each in found]
        at = order.index(row)
        order.insert(min(max(at + by_one, 0), len(order)), order.pop(at))
        # Numbers are unique: they step aside first.
        await rows(f"UPDATE {table} SET number = -number - 1 WHERE {PARENT[table]} = $1", parent)
        await rows(
            f"""UPDATE {table} t SET number = o.number
            FROM unnest($1::uuid[]) WITH ORDINALITY o (id, number) WHERE t.id = o.id""",
            order,
        )
        await record(Act(f"{table}.moved"), now=now, actor=by, object_id=row)


async def _next(table: str, column: str, parent: UUID) -> int:
    await _alone(table, parent)
    found = await rows(
        f"SELECT coalesce(max(number), 0) + 1 AS number FROM {table} WHERE {column} = $1", parent
    )
    return int(found[0]["number"])


async def _alone(table: str, parent: UUID) -> None:
    """Nobody else numbers the same list until this is written."""
    await rows("SELECT pg_advisory_xact_lock(hashtextextended($1, 7))", f"{table}:{parent}")


# Populations


async def save_population(
    municipality: UUID, *, by: UUID, now: datetime, year: int, number: int, source: str
) -> None:
    """What the coordinator has read of a year, in the place of what stood there."""
    async with in_transaction():
        await Population.update_or_create(
            {"number": number, "source": source}, municipality_id=municipality, year=year
        )
        await record(Act.POPULATION_SAVED, now=now, actor=by, object_id=municipality,
                     details={"year": year})  # fmt: skip


def merged(texts: Mapping[str, str], lang: str, text: str) -> Texts:
    """The texts with one language written anew."""
    return {**texts, lang: text}
