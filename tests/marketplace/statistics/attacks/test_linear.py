"""Linear programming over all that one role can fetch, on many days, with its own exact numbers: no cell is pinned."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from marketplace.base.data.database import rows
from marketplace.statistics import stored
from marketplace.statistics.jobs import close_cells
from marketplace.statistics.measures import Measure
from marketplace.statistics.staircase import Staircase
from marketplace.statistics.stored import By, Cells
from offers.attendance.year_keys import key_of
from tests.conftest import NOW
from tests.marketplace.statistics.attacks import histories
from tests.marketplace.statistics.attacks.histories import Natural, Recount

OF_PEOPLE = (Measure.PEOPLE, Measure.ATTENDANCES)
FIELDS = ("organizations", "audiences", "kinds", "districts", "evening")
"""Filters of the pages, as they stand in a natural cell after the municipality."""
WAYS = (By.ORGANIZATION, By.AUDIENCE, By.KIND, By.DISTRICT, By.EVENING)
Unknown = tuple[Natural, int, Measure]
"""How many in a cell, until the end of a month."""


@dataclass
class Attacker:
    """Puts all that was fetched into inequalities. `off`: how far a shown number of one cell is from the truth."""

    off: int
    unknowns: dict[Unknown, int] = field(default_factory=dict)
    lines: list[tuple[list[int], float, float]] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)

    def between(self, what: list[Unknown], low: float, high: float) -> None:
        self.lines.append(([self.unknowns.setdefault(each, len(self.unknowns)) for each in what], low, high))

    def part_of(self, part: Unknown, whole: Unknown) -> None:
        self.parts.append((self.unknowns[part], self.unknowns[whole]))

    def spans(self) -> Iterator[tuple[Unknown, int, int]]:
        """Each unknown, with the least and the most that it can be."""
        from scipy.optimize import linprog  # here: every worker collects this file, and one needs scipy

        size = len(self.unknowns)
        matrix, limits = [], []
        for columns, low, high in self.lines:
            line = np.zeros(size)
            line[columns] = 1
            matrix += [line, -line]
            limits += [high, -low]
        for part, whole in self.parts:
            line = np.zeros(size)
            line[part], line[whole] = 1, -1
            matrix.append(line)
            limits.append(0.0)
        for what, column in self.unknowns.items():
            goal = np.zeros(size)
            goal[column] = 1
            ends = [
                linprog(sign * goal, A_ub=np.array(matrix), b_ub=np.array(limits), bounds=(0, None)).fun
                for sign in (1, -1)
            ]
            yield what, round(ends[0]), round(-ends[1])


async def fetched(
    municipality: UUID, month: int, cells: list[Natural]
) -> Iterator[tuple[list[Natural], stored.Sums]]:
    """Every sum that the pages can be asked for: by each filter, by two and by all, however grouped."""
    found: list[tuple[list[Natural], stored.Sums]] = []

    def within(filters: dict[str, Any], place: int | None = None, key: Any = None) -> list[Natural]:
        wanted = {1 + FIELDS.index(name): given for name, given in filters.items()}
        return [
            cell
            for cell in cells
            if all(
                cell[at] in (given if isinstance(given, tuple) else (given,)) for at, given in wanted.items()
            )
            and (place is None or cell[place] == key)
        ]

    choices = [
        {}, *({name: value} for at, name in enumerate(FIELDS, 1) for value in {cell[at] for cell in cells}),
        *(
            {one: a, two: b}
            for (i, one), (j, two) in product(enumerate(FIELDS, 1), enumerate(FIELDS, 1)) if i < j
            for a in {cell[i] for cell in cells} for b in {cell[j] for cell in cells}
        ),
    ]  # fmt: skip
    for choice in choices:
        filters = {name: value if name == "evening" else (value,) for name, value in choice.items()}
        which = Cells(municipality, **filters)
        found.append((within(filters), await stored.total(which, 2026, OF_PEOPLE, month)))
        for place, way in enumerate(WAYS, 1):
            for key, sums in (await stored.by(which, 2026, OF_PEOPLE, way, month)).items():
                found.append((within(filters, place, key), sums))
    for (
        cell
    ) in cells:  # a goal that says all of it, and the coverage map's file, where organisations are together
        everything = dict(zip(FIELDS, ((one,) for one in cell[1:5]), strict=False)) | {"evening": cell[5]}
        found.append(([cell], await stored.total(Cells(municipality, **everything), 2026, OF_PEOPLE, month)))
    for key, sums in (await stored.each(Cells(municipality), 2026, OF_PEOPLE, month)).items():
        found.append(([cell for cell in cells if cell[2:] == key], sums))
    return found


async def attack(off: int, seed: int = 7) -> list[tuple[Unknown, int, int]]:
    """What a coordinator who is an editor of one organisation, too, can make of three months: cells of others that are
    nearly pinned, to fewer than four neighbouring values. (Their own registers they can read.)"""
    await key_of(2026, NOW)
    world = await histories.build(seed, 1)
    municipality = world.municipalities[0]
    recount, attacker = Recount(world), Attacker(off)
    own: UUID | None = None
    for month, soon in list(histories.months())[:3]:
        truth = await recount.count(month, soon)
        await close_cells(soon)
        cells = [
            tuple(each.values())
            for each in await rows(
                """SELECT c.municipality_id, c.organization_id, c.main_audience, c.kind, c.district_id, c.evening
                FROM cell c JOIN cell_figure f ON f.cell_id = c.id JOIN closing k ON k.id = f.closing_id
                WHERE k.number = $1 AND c.main_audience <> 'staff' AND (f.figures ->> 'sessions')::int > 0""",
                month,
            )
        ]
        own = own or cells[0][1]
        for which, sums in await fetched(municipality, month, cells):
            for measure, shown in sums.items():
                if which:
                    assert shown.cells == len(which)
                    error = off * len(which)
                    attacker.between(
                        [(cell, month, measure) for cell in which], shown.value - error, shown.value + error
                    )
        for cell in cells:
            attacker.part_of((cell, month, Measure.PEOPLE), (cell, month, Measure.ATTENDANCES))
            if cell[1] == own:
                exactly = truth.get(cell, {}).get("attendances", 0)
                attacker.between([(cell, month, Measure.ATTENDANCES)], exactly, exactly)
        await histories.correct(world)
    assert len(attacker.lines) > 300
    return [
        (what, low, high) for what, low, high in attacker.spans()
        if high - low < 3 and what[0][1] != own
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [7, *range(100, 100 + int(os.environ.get("TOWNS", "1")))])
async def test_no_cell_is_pinned_by_all_that_can_be_fetched(seed: int, db: None, data_dir: Path) -> None:
    assert await attack(4, seed) == []


async def test_the_same_attack_finds_cells_where_rounding_is_off(
    db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Staircase, "rounded", lambda _self, count: count)
    assert len(await attack(0)) > 3
