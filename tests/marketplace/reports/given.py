"""Closed months of a municipality, as the worker would have stored them; and those who write its report."""

from datetime import UTC, datetime
from typing import Any

from marketplace.people.models import Person
from marketplace.statistics.models import Cell, CellFigure, Closing
from offers.catalogue.kinds import Audience, Kind
from organizations.directory.models import Municipality, Organization, OrganizationKind
from organizations.members.models import Role
from tests import make

FEBRUARY = datetime(2027, 2, 10, 11, 0, tzinfo=UTC)
"""The year 2026 is over, and counted to its end."""
NOVEMBER = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


async def cell(organization: Organization, audience: Audience = Audience.EVERYONE, **other: Any) -> Cell:
    given: dict[str, Any] = {
        "municipality_id": organization.municipality_id, "organization": organization, "main_audience": audience,
        "kind": Kind.ACTIVITY, "evening": False,
    } | other  # fmt: skip
    return await Cell.create(**given)


async def closed(
    municipality: Municipality, year: int, number: int, *figures: tuple[Cell, dict[str, int]]
) -> None:
    """A closing with what is stored of each cell."""
    closing = await Closing.create(
        municipality=municipality,
        year=year,
        number=number,
        closed_at=FEBRUARY,
        rule=1,
        key_fingerprint=b"key",
    )
    for of, found in figures:
        await CellFigure.create(closing=closing, cell=of, figures=found)


def figures(
    people: int, attendances: int, sessions: int, offers: int = 2, due: int | None = None
) -> dict[str, int]:
    return {
        "people": people, "attendances": attendances, "sessions": sessions, "offers": offers,
        "due": sessions if due is None else due,
    }  # fmt: skip


async def a_year(municipality: Municipality, last: int = 13) -> None:
    """2025, and 2026 to closing `last`: a centre for all and for those over 65, and a club in the evenings."""
    centre = await make.organization("Frivilligsentralen", municipality=municipality)
    club = await make.organization("Kulturklubben", municipality=municipality)
    everybody, seniors = await cell(centre), await cell(centre, Audience.SENIORS, kind=Kind.MEETING_PLACE)
    late = await cell(club, Audience.YOUNG_ADULTS, kind=Kind.COURSE, evening=True)
    for number in range(1, 14):
        n = min(number, 12)
        await closed(municipality, 2025, number, (everybody, figures(40 * n, 100 * n, 10 * n)))
    for number in range(1, last + 1):
        n = min(number, 12)
        await closed(
            municipality, 2026, number, (everybody, figures(50 * n, 120 * n, 12 * n, due=13 * n)),
            (seniors, figures(10 * n, 45 * n, 6 * n)), (late, figures(5 * n, 30 * n, 4 * n, offers=1)),
        )  # fmt: skip


async def root(municipality: Municipality) -> Organization:
    """The municipality's own root unit."""
    return await make.organization(
        f"{municipality.name} kommune", kind=OrganizationKind.MUNICIPAL, municipality=municipality
    )


async def coordinators(unit: Organization, *names: str) -> list[Person]:
    return [await make.member(unit, Role.COORDINATOR, name) for name in names]
