"""Figures as they were stored when months closed: the only way in which pages, goals and reports read them.

All that is here is a sum of stored cells (docs/statistics.md). Nothing is rounded again, and nothing is hidden.
Closings are append-only, so the same question about the same closing has the same answer for ever.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt
from typing import Any
from uuid import UUID

from marketplace.base.data.statement import Statement
from marketplace.statistics.measures import EXACT, INDICATORS, WHOLE_FROM, Measure
from marketplace.statistics.role import read
from offers.catalogue.kinds import Audience


@dataclass(frozen=True)
class Cells:
    """Which cells of a municipality; an empty tuple is all. A district of None is what lies in none. What is for staff
    only is left out unless staff are among the audiences."""

    municipality: UUID
    organizations: tuple[UUID, ...] = ()
    audiences: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    districts: tuple[UUID | None, ...] = ()
    evening: bool | None = None

    @property
    def whole(self) -> bool:
        """Is it all of the municipality?"""
        return self == Cells(self.municipality)


class By(StrEnum):
    """How sums are grouped. By month they are from January to the end of each closed month."""

    MONTH = "month"
    ORGANIZATION = "organization"
    KIND = "kind"
    AUDIENCE = "audience"
    DISTRICT = "district"
    EVENING = "evening"


Key = int | UUID | str | bool | None
KEYS = {
    By.MONTH: "k.number",
    By.ORGANIZATION: "c.organization_id",
    By.KIND: "c.kind",
    By.AUDIENCE: "c.main_audience",
    By.DISTRICT: "c.district_id",
    By.EVENING: "c.evening",
}


@dataclass(frozen=True)
class Sum:
    """A sum of stored cells; `cells` are those of them that are not empty: something has been held."""

    value: int
    cells: int
    exact: bool = False
    weight: float = 1
    """How much one of the people is in it: of volunteers' hours as many as they gave on average."""

    @property
    def error(self) -> int:
        """The likely error: in 95 of 100 the true number is no farther away. 0 where nobody is counted."""
        return 0 if self.exact else round(4 * sqrt(self.cells) * self.weight)

    def __add__(self, other: "Sum") -> "Sum":
        """The sum of other cells with these: parts that are merged are added, and never rounded again."""
        weight = max(self.weight, other.weight)
        return Sum(self.value + other.value, self.cells + other.cells, self.exact and other.exact, weight)


Sums = dict[Measure, Sum]


@dataclass(frozen=True)
class Closed:
    """A closing: number 1 to 12 is its month, and 13 the whole year with what was saved late."""

    year: int
    number: int
    closed_at: datetime
    rule: int


HELD_CELLS = """count(*) FILTER (WHERE (f.figures ->> 'sessions')::int > 0) AS held_cells,
    count(*) FILTER (WHERE (f.figures ->> 'sessions')::int > 0 OR (f.figures ->> 'listed')::int > 0) AS there,
    min(k.rule) AS rule"""
"""How many cells are not empty: something has been held there; and something has been held or published. And the rule
of their closing."""
COUNTED_OTHERWISE = frozenset({Measure.EXPECTED, Measure.NO_SHOWS, Measure.VOLUNTEER_HOURS})
"""What rule 1 counted in another way: it told more than it should, and cannot be compared with what they mean now."""


class TooFine(ValueError):
    """This measure is for the whole municipality only; a part of it was asked for."""


async def closings(municipality: UUID, years: Iterable[int] | None = None) -> list[Closed]:
    """What is closed, in order of time."""
    return await read(
        Closed,
        """SELECT year, number, closed_at, rule FROM closing
        WHERE municipality_id = $1 AND ($2::int[] IS NULL OR year = ANY($2)) ORDER BY year, number""",
        municipality, None if years is None else list(years),
    )  # fmt: skip


async def total(cells: Cells, year: int, measures: Iterable[Measure], number: int | None = None) -> Sums:
    """The sums of a year at closing `number` (None: the newest). Empty where that is not closed.

    A measure of the whole municipality only is not there while fewer than WHOLE_FROM people are shown, nor what is
    COUNTED_OTHERWISE now in a closing of before."""
    found = await _sums(cells, year, list(measures), "k.number", number, at="=")
    return next(iter(found.values()), {})


async def by(
    cells: Cells, year: int, measures: Iterable[Measure], by: By, number: int | None = None
) -> dict[Any, Sums]:
    """The same in groups: by closing number (1 to 13, cumulative), organisation's id, kind, main audience, district's
    id (None: in none) or evening."""
    asked = list(measures)
    if by is not By.MONTH and any(INDICATORS[measure].whole_only for measure in asked):
        raise TooFine
    return await _sums(cells, year, asked, KEYS[by], number, at="<=" if by is By.MONTH else "=")


async def months(
    cells: Cells, years: Iterable[int], measures: Iterable[Measure], by: By
) -> dict[int, dict[Any, dict[int, Sums]]]:
    """All of some years at once, for a page that draws them: {year: {group: {closing number: sums from January on}}}.
    A group or a month in which nothing was stored is not there; which months are closed, `closings` says."""
    asked = list(measures)
    if any(INDICATORS[measure].whole_only for measure in asked):
        raise TooFine
    statement = Statement(cells.municipality, list(years))
    found = await read(
        f"""SELECT k.year, k.number, {KEYS[by]} AS key, {_summed(asked, statement)}, {HELD_CELLS}
        FROM closing k JOIN cell_figure f ON f.closing_id = k.id
            JOIN cell c ON c.id = f.cell_id AND {_which_cells(cells, statement)}
        WHERE k.municipality_id = $1 AND k.year = ANY($2::int[]) GROUP BY 1, 2, 3 ORDER BY 1, 2""",
        *statement.values,
    )
    grouped: dict[int, dict[Any, dict[int, Sums]]] = {}
    for each in found:
        group = grouped.setdefault(each["year"], {}).setdefault(each["key"], {})
        group[each["number"]] = _as_sums(each, asked)
    return grouped


async def each(
    cells: Cells, year: int, measures: Iterable[Measure], number: int | None = None
) -> dict[tuple[str, str, UUID | None, bool], Sums]:
    """The same by main audience, kind, district's id and evening at once. What is merged of it is added."""
    asked = list(measures)
    if any(INDICATORS[measure].whole_only for measure in asked):
        raise TooFine
    key = "jsonb_build_array(c.main_audience, c.kind, c.district_id, c.evening)::text"
    found = await _sums(cells, year, asked, key, number, at="=")
    keys = {text: json.loads(text) for text in found}
    return {
        (audience, kind, UUID(district) if district else None, evening): found[text]
        for text, (audience, kind, district, evening) in keys.items()
    }


async def organizations(cells: Cells, year: int, number: int | None = None) -> int:
    """How many organisations have held something."""
    return len(
        [each for each in (await by(cells, year, [Measure.SESSIONS], By.ORGANIZATION, number)).values()
         if each[Measure.SESSIONS].value]
    )  # fmt: skip


async def _sums(
    cells: Cells, year: int, measures: Sequence[Measure], key: str, number: int | None, at: str
) -> dict[Any, Sums]:
    if not cells.whole and any(INDICATORS[measure].whole_only for measure in measures):
        raise TooFine
    statement = Statement(cells.municipality, year)
    sums = _summed(measures, statement)
    newest = "(SELECT max(number) FROM closing WHERE municipality_id = $1 AND year = $2)"
    which = f"{statement.value(number)}::int" if number else newest
    # Of a closing there is always a row, also where it has no such cells: what is closed and empty is zero.
    join = "LEFT JOIN" if key == "k.number" else "JOIN"
    found = await read(
        f"""SELECT {key} AS key, {sums}, {HELD_CELLS}
        FROM closing k {join} (cell_figure f JOIN cell c ON c.id = f.cell_id AND {_which_cells(cells, statement)})
            ON f.closing_id = k.id
        WHERE k.municipality_id = $1 AND k.year = $2 AND k.number {at} {which}
        GROUP BY 1 ORDER BY 1 NULLS LAST""",
        *statement.values,
    )
    return {each["key"]: _as_sums(each, measures) for each in found}


def _summed(measures: Sequence[Measure], statement: Statement) -> str:
    """SQL: the sum under its name of each measure, and of what goes with them."""
    return ", ".join(
        f"coalesce(sum((f.figures ->> {statement.value(measure.value)})::int), 0)::bigint AS {measure.value}"
        for measure in _with(measures)
    )


def _with(measures: Sequence[Measure]) -> list[Measure]:
    """These measures; people, whose number decides what is shown of others; and whom hours are of."""
    volunteers = [Measure.VOLUNTEERS] if Measure.VOLUNTEER_HOURS in measures else []
    return list(dict.fromkeys([*measures, Measure.PEOPLE, *volunteers]))


def _as_sums(found: dict[str, Any], measures: Sequence[Measure]) -> Sums:
    sums = {}
    for measure in measures:
        whole_only = INDICATORS[measure].whole_only
        if whole_only and found[Measure.PEOPLE.value] < WHOLE_FROM:
            continue
        if measure in COUNTED_OTHERWISE and found["rule"] == 1:
            continue
        # What is booked counts in cells of offers that nothing has been held of yet, too.
        count = found["there" if whole_only else "held_cells"]
        whom = found[Measure.VOLUNTEERS.value] if measure == Measure.VOLUNTEER_HOURS else 0
        weight = found[measure.value] / whom if whom else 1
        sums[measure] = Sum(found[measure.value], count, measure in EXACT, weight)
    return sums


def _which_cells(cells: Cells, statement: Statement) -> str:
    conditions = []
    if cells.organizations:
        conditions.append(f"c.organization_id = ANY({statement.value(list(cells.organizations))}::uuid[])")
    if cells.audiences:
        conditions.append(f"c.main_audience = ANY({statement.value(list(cells.audiences))}::text[])")
    else:
        conditions.append(f"c.main_audience <> {statement.value(Audience.STAFF.value)}")
    if cells.kinds:
        conditions.append(f"c.kind = ANY({statement.value(list(cells.kinds))}::text[])")
    if cells.districts:
        named = [district for district in cells.districts if district]
        nowhere = " OR c.district_id IS NULL" if None in cells.districts else ""
        conditions.append(f"(c.district_id = ANY({statement.value(named)}::uuid[]){nowhere})")
    if cells.evening is not None:
        conditions.append(f"c.evening = {statement.value(cells.evening)}")
    return " AND ".join(conditions)


@dataclass(frozen=True)
class Ask:
    """Sums by month of one year, as `by(cells, year, measures, By.MONTH)` gives them."""

    cells: Cells
    year: int
    measures: tuple[Measure, ...]


async def several(asks: Sequence[Ask]) -> list[dict[int, Sums]]:
    """What is asked, each by closing number, in one statement: for pages that show many goals."""
    statement, branches, wanted = Statement(), [], []
    for number, ask in enumerate(asks):
        if not ask.cells.whole and any(INDICATORS[measure].whole_only for measure in ask.measures):
            raise TooFine
        wanted.append(_with(ask.measures))
        sums = ", ".join(
            f"coalesce(sum((f.figures ->> '{measure.value}')::int), 0)::bigint" for measure in wanted[-1]
        )
        which = _which_cells(ask.cells, statement)
        branches.append(
            f"""SELECT {number} AS ask, k.number, ARRAY[{sums}] AS sums,
                {HELD_CELLS}
            FROM closing k LEFT JOIN (cell_figure f JOIN cell c ON c.id = f.cell_id AND {which}) ON f.closing_id = k.id
            WHERE k.municipality_id = {statement.value(ask.cells.municipality)} AND k.year = {statement.value(ask.year)}
            GROUP BY k.number"""
        )
    found: list[dict[int, Sums]] = [{} for _ask in asks]
    for each in (
        await read(" UNION ALL ".join(branches) + " ORDER BY 1, 2", *statement.values) if branches else []
    ):
        measures = wanted[each["ask"]]
        named = dict(zip((measure.value for measure in measures), each["sums"], strict=True))
        found[each["ask"]][each["number"]] = _as_sums(named | each, asks[each["ask"]].measures)
    return found
