"""Writes of measures, and what is said of them. One transaction each."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.goals.acts import Act
from marketplace.goals.models import FocusArea, Measure, MeasureState, PlanComment
from marketplace.goals.plans.measures import mails
from marketplace.goals.plans.order import next_number
from marketplace.goals.plans.rules import Texts
from offers.work.actions import tell_members
from organizations.notices.models import Notice


async def tell_units(measures: Iterable[Measure], now: datetime) -> None:
    """Tell each unit of the measures that it answers for from now on, in one message."""
    of = defaultdict[UUID, list[str]](list)
    for one in measures:
        if one.responsible_id and one.state != MeasureState.DROPPED:
            of[one.responsible_id].append(str(one.id))
    for unit, given in of.items():
        act = f"{given[0]}:{now.isoformat()}"
        await tell_members(mails.measures_given, Notice.MEASURE, unit, act, now, measures=given)


async def make(area: FocusArea, *, by: UUID, now: datetime, title: Texts, **facts: Any) -> Measure:
    """A new measure. The unit that answers for it is told, also when an edit makes it another."""
    async with in_transaction():
        measure = await Measure.create(
            focus_area=area,
            number=await next_number("measure", area.id),
            title=title,
            **facts,
        )
        await record(Act.MEASURE_MADE, now=now, actor=by, object_id=measure.id,
                     organization=measure.responsible_id)  # fmt: skip
        await tell_units([measure], now)
    return measure


async def edit(measure: Measure, *, by: UUID, now: datetime, **facts: Any) -> None:
    handed_over = facts.get("responsible_id", measure.responsible_id) != measure.responsible_id
    if handed_over:  # else what is noted meanwhile of who was told stays
        facts["told_at"] = None
    async with in_transaction():
        await measure.update_from_dict(facts).save(update_fields=[*facts])
        await record(Act.MEASURE_CHANGED, now=now, actor=by, object_id=measure.id,
                     organization=measure.responsible_id)  # fmt: skip
        if handed_over:
            await tell_units([measure], now)


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
