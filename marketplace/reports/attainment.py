"""What a year's report says of plans: their focus areas, the goals of that year and how far they came, and what the
municipality does about it (tiltak)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.i18n import pick
from marketplace.goals.models import Plan


@dataclass(frozen=True)
class Aim:
    """A goal in the year. `last` and `now`: its number last year and this, None where none is known; `reached`: None
    until it is settled; `result`: that in words."""

    id: UUID
    title: str
    unit: str
    last: int | None
    now: int | None
    target: int
    limit: str
    error: int
    reached: bool | None
    result: str


@dataclass(frozen=True)
class Area:
    """A focus area of a plan that holds in the year. `measures`: what is done, by whom, until when, how far."""

    id: UUID
    title: str
    summary: str
    aims: tuple[Aim, ...]
    measures: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Attainment:
    plans: tuple[str, ...]
    areas: tuple[Area, ...]

    @property
    def aims(self) -> list[Aim]:
        return [aim for area in self.areas for aim in area.aims]


async def attainment(municipality: UUID, year: int, now: datetime) -> Attainment:
    """Of all the municipality's plans that hold in the year."""
    plans = (
        await Plan.filter(municipality_id=municipality, first_year__lte=year, last_year__gte=year)
        .order_by("first_year", "slug")
        .prefetch_related("focus_areas__goals", "focus_areas__measures")
    )
    areas = tuple(
        Area(area.id, pick(area.title), pick(area.summary), (), ())
        for plan in plans
        for area in sorted(plan.focus_areas, key=lambda one: one.number)
    )
    return Attainment(tuple(pick(plan.title) for plan in plans), areas)
