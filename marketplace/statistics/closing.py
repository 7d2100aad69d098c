"""Closing a month: its cells are counted, rounded by their staircases, and stored for good (docs/statistics.md)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.clock import month_start
from marketplace.base.data import jobs
from marketplace.base.data.database import patient, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.statistics import counting
from marketplace.statistics.measures import Measure
from marketplace.statistics.staircase import RULE, Staircase, stored
from offers.attendance.closing.rules import settled_at
from offers.attendance.year_keys import fingerprint

JOB = "close_cells"
LATE = 13
"""The closing of the whole year, a month after it: with what was saved late."""


@dataclass(frozen=True)
class Due:
    """A municipality's month that is over, and not closed."""

    municipality: UUID
    year: int
    number: int

    @property
    def slot(self) -> str:
        return f"{self.municipality}:{self.year}:{self.number}"


def counted_to(year: int, number: int) -> datetime:
    """The moment until which a closing counts: the end of its month in Oslo; of the last one, the year's."""
    return month_start(date(year + 1, 1, 1) if number >= 12 else date(year, number + 1, 1))


def closes_at(year: int, number: int) -> datetime:
    """When it may be closed: when its month is over; the last one, when January is."""
    return settled_at(year) if number == LATE else counted_to(year, number)


def closable(year: int, now: datetime) -> list[int]:
    """The closings of a year that may have been made by now."""
    return [number for number in range(1, LATE + 1) if closes_at(year, number) <= now]


def old_rule_years(municipality: str) -> str:
    """SQL: the years of a municipality that have figures by the old rule (decision 0005), of some goal. One year has
    one rule: where such a year has no closing, it keeps those, and nothing else is counted in it."""
    return f"""SELECT DISTINCT g.first_year AS year FROM goal_figure f JOIN goal g ON g.id = f.goal_id
        JOIN focus_area a ON a.id = g.focus_area_id JOIN plan p ON p.id = a.plan_id
        WHERE p.municipality_id = {municipality}"""


class Counting(NamedTuple):
    """A year that is counted under a key, in a municipality, and the numbers of its closings."""

    municipality: UUID
    year: int
    closed: list[int]


LACKING = f"""SELECT m.id AS municipality, y.year, (SELECT coalesce(array_agg(k.number), '{{}}') FROM closing k
    WHERE k.municipality_id = m.id AND k.year = y.year) AS closed
FROM municipality m CROSS JOIN year_key y WHERE y.closed_at IS NULL
    AND (EXISTS (SELECT FROM closing k WHERE k.municipality_id = m.id AND k.year = y.year)
        OR y.year NOT IN ({old_rule_years("m.id")}))
ORDER BY y.year, m.id"""
"""Years that are counted under a key, in each municipality."""


def _due(counting: Iterable[Counting], now: datetime) -> list[Due]:
    return [
        Due(each.municipality, each.year, number)
        for each in counting
        for number in closable(each.year, now)
        if number not in each.closed
    ]


async def due(now: datetime) -> list[Due]:
    """What is over and not closed, the earliest of each municipality first."""
    return _due(await rows(Counting, LACKING), now)


async def overdue(connection: asyncpg.Connection, now: datetime) -> list[Due]:
    """The same on an open connection, for who looks whether all is well."""
    return _due([Counting(**one) for one in await connection.fetch(LACKING)], now)


STORE = f"""INSERT INTO cell_figure (id, closing_id, cell_id, figures)
SELECT {NEW_ID}, $1, m.cell_id, m.figures::jsonb FROM unnest($2::uuid[], $3::text[]) AS m (cell_id, figures)"""


NEXT = """INSERT INTO closing (id, municipality_id, year, number, closed_at, rule, key_fingerprint)
SELECT $1, $2, $3::int, $4::int, $5, $6, $7 WHERE $4 = 1 OR EXISTS (
    SELECT FROM closing b WHERE b.municipality_id = $2 AND b.year = $3 AND b.number = $4 - 1)
ON CONFLICT DO NOTHING RETURNING id"""
"""A closing comes after the one before it, or not yet: what stands in a month must not be newer than the next one's."""
STANDS = "SELECT EXISTS (SELECT FROM closing WHERE municipality_id = $1 AND year = $2 AND number = $3)"


async def close(what: Due, key: bytes, *, now: datetime) -> bool:
    """Count and store the cells of a closing, as registers and bookings are now. What stands is never changed; what
    is saved later comes with the next. False: the one before it does not stand yet, so that this one has to wait."""
    end = counted_to(what.year, what.number)
    async with patient() as connection, connection.transaction():
        closing = await connection.fetchval(
            NEXT, uuid7(), what.municipality, what.year, what.number, now, RULE, fingerprint(key)
        )
        if closing is None and not await connection.fetchval(
            STANDS, what.municipality, what.year, what.number
        ):
            return False
        if closing:
            await counting.stamp(connection, what.municipality, what.year, end, now)
            counted = await counting.counts(connection, what.municipality, what.year, end, now)
            figures = _rounded(counted, key, what)
            cells = [cell for cell, _figures in figures]
            await connection.execute(STORE, closing, cells, [json.dumps(each) for _cell, each in figures])
        await connection.execute(jobs.DONE, JOB, what.slot, now)
    return True


def _rounded(counted: list[asyncpg.Record], key: bytes, what: Due) -> list[tuple[UUID, dict[Measure, int]]]:
    """What is stored of each cell; cells of which nothing is left are left out."""
    found = []
    for cell in counted:
        stairs = Staircase(
            key, what.year,
            (what.municipality, cell["organization_id"], cell["main_audience"], cell["kind"], cell["district_id"],
             cell["evening"]),
        )  # fmt: skip
        counts = {Measure(measure): number for measure, number in json.loads(cell["counts"]).items()}
        if figures := stored(stairs, counts):
            found.append((cell["id"], figures))
    return found
