"""Reads of measures. Fetching is permission: coordinators of the municipality see all of them, the people of a
responsible unit their own; to others they are not there (NotFound)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.errors import NotFound
from marketplace.goals.models import Measure, MeasureState
from organizations.members.models import Role
from organizations.members.queries import coordinated_municipalities, own_organizations
from organizations.notices.models import Notice
from organizations.notices.queries import told

UNIT = [Role.MANAGER, Role.EDITOR]
"""Who speaks for a responsible unit: those who lead it and those who publish for it, in the unit itself."""


@dataclass(frozen=True)
class Access:
    """A measure, and what one is to it: `coordinates` may edit it; both may comment. `unit` is whom one speaks for."""

    measure: Measure
    coordinates: bool
    unit: UUID | None


async def measure_for(person: Any, id: UUID) -> Access:  # noqa: A002 - an id is called id here
    """A measure with its focus area, plan and responsible unit. Raises NotFound for who is neither a coordinator nor
    one who speaks for that unit."""
    measure = await Measure.get_or_none(id=id).select_related("focus_area__plan__municipality", "responsible")
    if measure is None:
        raise NotFound
    coordinates = measure.focus_area.plan.municipality_id in await coordinated_municipalities(person.id)
    speaks = measure.responsible_id in await own_organizations(person.id, UNIT)
    if not coordinates and not speaks:
        raise NotFound
    return Access(measure, coordinates, None if coordinates else measure.responsible_id)


async def measures_in(area: UUID) -> list[Measure]:
    """A focus area's measures, in their order, with who answers for them."""
    return await Measure.filter(focus_area_id=area).order_by("number").select_related("responsible")


async def hears(unit: UUID | None) -> bool:
    """Is there somebody in the unit who is told when it gets a measure? True where no unit answers."""
    return unit is None or bool(
        await value(f"SELECT EXISTS (SELECT FROM {told(Notice.MEASURE)} t WHERE organization_id = $1)", unit)
    )


async def still_theirs(unit: UUID, measures: list[UUID]) -> list[Measure]:
    """Those of the measures that this unit still answers for: not dropped, and of a plan that is in use."""
    return (
        await Measure.filter(id__in=measures, responsible_id=unit, focus_area__plan__retired_at=None)
        .exclude(state=MeasureState.DROPPED)
        .order_by("focus_area__number", "number")
    )


async def measures_of_units(person: Any) -> list[Measure]:
    """What the person's own organisations answer for, of plans that are not retired."""
    own = await own_organizations(person.id, UNIT)
    return (
        await Measure.filter(responsible_id__in=own, focus_area__plan__retired_at=None)
        .order_by("focus_area__plan__slug", "focus_area__number", "number")
        .select_related("focus_area__plan__municipality", "responsible")
    )


class _Comment(NamedTuple):
    measure_id: UUID
    body: str


async def newest_comments(measures: Iterable[UUID]) -> dict[UUID, str]:
    """By measure what was said of it last."""
    found = await rows(
        _Comment,
        """SELECT DISTINCT ON (measure_id) measure_id, body FROM plan_comment
        WHERE measure_id = ANY($1) ORDER BY measure_id, at DESC, id DESC""",
        list(measures),
    )
    return dict(found)
