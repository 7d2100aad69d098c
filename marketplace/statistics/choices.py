"""What can be chosen on the page of statistics: years, and organisations that something is stored of."""

import json
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import name_order
from marketplace.statistics.closing import old_rule_years


@dataclass(frozen=True)
class Years:
    """`closed`: which closings a year has, the newest first. `old`: years that only have figures by the old rule, which
    are frozen with the goals that they were counted for."""

    closed: dict[int, tuple[int, ...]]
    old: tuple[int, ...]

    @property
    def all(self) -> list[int]:
        """All of them, the newest first."""
        return sorted([*self.closed, *self.old], reverse=True)


class _Year(NamedTuple):
    year: int
    numbers: list[int] | None
    """Its closings; None: it has figures by the old rule only."""


@dataclass(frozen=True)
class Named:
    """An organisation that something is stored of."""

    id: UUID
    slug: str
    name: str


class _District(NamedTuple):
    id: UUID
    name: str


class _Frozen(NamedTuple):
    title: str
    month: date
    value: int | None


@dataclass(frozen=True)
class Frozen:
    """What was shown of a goal by the old rule in its newest month; a value of None was hidden. The title is in every
    language."""

    title: dict[str, str]
    month: date
    value: int | None


async def years(municipality: UUID) -> Years:
    """The years of a municipality that have figures."""
    found = await rows(
        _Year,
        f"""SELECT year, array_agg(number ORDER BY number) AS numbers FROM closing WHERE municipality_id = $1
            GROUP BY year
        UNION ALL SELECT y.year, NULL FROM ({old_rule_years("$1")}) y WHERE NOT EXISTS (SELECT FROM closing k
            WHERE k.municipality_id = $1 AND k.year = y.year)
        ORDER BY year DESC""",
        municipality,
    )
    closed = {one.year: tuple(one.numbers) for one in found if one.numbers}
    return Years(closed, tuple(one.year for one in found if not one.numbers))


async def organizations(municipality: UUID) -> list[Named]:
    """Those that have held something there, by name."""
    return await rows(
        Named,
        f"""SELECT o.id, o.slug, o.name FROM organization o
        WHERE EXISTS (SELECT FROM cell c WHERE c.municipality_id = $1 AND c.organization_id = o.id)
        ORDER BY {name_order("o.name")}, o.id""",
        municipality,
    )


async def districts(municipality: UUID) -> dict[UUID, str]:
    """The names of a municipality's districts."""
    return dict(
        await rows(
            _District,
            f"SELECT id, name FROM district WHERE municipality_id = $1 ORDER BY {name_order('name')}",
            municipality,
        )
    )


async def frozen(municipality: UUID, year: int) -> list[Frozen]:
    """What was shown of each goal of a year by the old rule, in its newest month. What was hidden stays so."""
    found = await rows(
        _Frozen,
        """SELECT DISTINCT ON (g.id) g.title, f.month, f.value FROM goal_figure f JOIN goal g ON g.id = f.goal_id
            JOIN focus_area a ON a.id = g.focus_area_id JOIN plan p ON p.id = a.plan_id
        WHERE p.municipality_id = $1 AND g.first_year = $2 ORDER BY g.id, f.month DESC""",
        municipality, year,
    )  # fmt: skip
    return [Frozen(json.loads(one.title), one.month, one.value) for one in found]
