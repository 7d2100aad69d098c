"""What is stored is the rule applied to what somebody else counts, on random histories; and totals are right."""

import os
import random
from collections import Counter
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any
from uuid import UUID, uuid4

import pytest

from marketplace.base.data.database import rows
from marketplace.statistics import stored
from marketplace.statistics.jobs import close_cells
from marketplace.statistics.measures import EXACT, Measure
from marketplace.statistics.own import queries as own
from marketplace.statistics.staircase import Staircase
from marketplace.statistics.stored import By, Cells
from offers.attendance.keys import year_key
from offers.attendance.year_keys import key_of
from offers.catalogue.models import Offer
from tests.conftest import NOW
from tests.marketplace.statistics.attacks import histories
from tests.marketplace.statistics.attacks.histories import COUNTED, Natural, Recount

HISTORIES = int(os.environ.get("HISTORIES", "60"))
"""Municipalities, each with a history of its own; 200 in `make soak`."""


async def stored_cells(month: int) -> dict[Natural, dict[str, int]]:
    """By cell, what stands at a closing, straight from the store."""
    found = await rows(
        """SELECT c.municipality_id, c.organization_id, c.main_audience, c.kind, c.district_id, c.evening, j.key,
            j.value::int AS value
        FROM closing k JOIN cell_figure f ON f.closing_id = k.id JOIN cell c ON c.id = f.cell_id
            CROSS JOIN LATERAL jsonb_each_text(f.figures) j WHERE k.number = $1""",
        month,
    )
    cells: dict[Natural, dict[str, int]] = {}
    for each in found:
        *cell, key, value = each.values()
        if key in COUNTED:
            cells.setdefault(tuple(cell), {})[key] = value
    return cells


def hours(key: bytes, cell: Natural, counts: Counter[str]) -> int:
    """The rounded volunteers, as long as the sessions lasted on average that say who helped (their minutes)."""
    volunteers, said = Staircase(key, 2026, cell).rounded(counts["volunteers"]), counts["volunteers_said"]
    return 5 * round(volunteers * (counts["volunteer_hours"] / said) / 300) if said else 0


def by_the_rule(counted: dict[Natural, Counter[str]]) -> dict[Natural, dict[str, int]]:
    key = year_key(2026)
    found = {
        cell: {
            name: number if Measure(name) in EXACT else Staircase(key, 2026, cell).rounded(number)
            for name, number in counts.items()
        }
        | {"volunteer_hours": hours(key, cell, counts)}
        for cell, counts in counted.items()
    }
    without_nothing = {
        cell: {name: number for name, number in counts.items() if number} for cell, counts in found.items()
    }
    return {cell: counts for cell, counts in without_nothing.items() if counts}


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_cell_of_every_month_is_the_rule_of_the_recount(
    seed: int, db: None, data_dir: Path
) -> None:
    await key_of(2026, NOW)
    world = await histories.build(seed, HISTORIES // 2)
    recount = Recount(world)
    for month, soon in histories.months():
        expected = by_the_rule(await recount.count(month, soon))
        await close_cells(soon)
        found = await stored_cells(month)
        assert {
            (cell, name): (found.get(cell, {}).get(name), expected.get(cell, {}).get(name))
            for cell in found | expected
            for name in COUNTED
            if found.get(cell, {}).get(name) != expected.get(cell, {}).get(name)
        } == {}
        assert len(expected) > HISTORIES
        await histories.correct(world)
    for municipality in world.municipalities[:10]:
        await parts_are_their_totals(municipality)


async def parts_are_their_totals(municipality: UUID) -> None:
    """However cells are grouped, their sums are the same."""
    whole = Cells(municipality)
    measures = [Measure.PEOPLE, Measure.ATTENDANCES, Measure.SESSIONS, Measure.MINUTES]
    months = await stored.by(whole, 2026, measures, By.MONTH)
    for month in months:
        total = await stored.total(whole, 2026, measures, month)
        assert total == months[month]
        for way in (By.ORGANIZATION, By.KIND, By.AUDIENCE, By.DISTRICT, By.EVENING):
            parts = await stored.by(whole, 2026, measures, way, month)
            for measure in measures:
                together = sum(
                    (part[measure] for part in parts.values()), start=stored.Sum(0, 0, measure in EXACT)
                )
                assert together == total[measure]


def test_totals_are_right_on_average_and_within_their_likely_error() -> None:
    chance = random.Random(1108)
    counts = [chance.randint(1, 40) for _ in range(80)]
    cells: list[Any] = [(uuid4(),) for _ in counts]
    errors = []
    for _ in range(1000):
        key = chance.randbytes(32)
        total = sum(
            Staircase(key, 2026, cell).rounded(number) for cell, number in zip(cells, counts, strict=True)
        )
        errors.append(total - sum(counts))
    assert abs(fmean(errors)) < 3 * stdev(errors) / sqrt(len(errors))
    likely = stored.Sum(0, len(counts)).error
    assert likely == round(4 * sqrt(len(counts)))
    assert sum(abs(error) <= likely for error in errors) >= 920


def test_a_number_is_a_neighbouring_multiple_of_five_and_grows_with_the_count() -> None:
    for seed in range(200):
        stairs = Staircase(seed.to_bytes(32), 2026, ("cell",))
        numbers = [stairs.rounded(count) for count in range(60)]
        assert numbers == sorted(numbers)
        assert all(number % 5 == 0 and abs(number - count) < 5 for count, number in enumerate(numbers))
        assert all(numbers[count] == count for count in range(0, 60, 5))
    treads = Counter(Staircase(b"key", 2026, ("cell",)).tread(step) for step in range(10_000))
    assert {*treads} == {1, 2, 3, 4, 5}
    assert all(1850 < number < 2150 for number in treads.values())


def test_another_year_and_another_cell_have_other_staircases() -> None:
    def treads(stairs: Staircase) -> list[int]:
        return [stairs.tread(step) for step in range(40)]

    one = treads(Staircase(b"key", 2026, (None, True, "a")))
    assert one == treads(Staircase(b"key", 2026, (None, True, "a")))
    assert one not in (
        treads(Staircase(b"other", 2026, (None, True, "a"))), treads(Staircase(b"key", 2027, (None, True, "a"))),
        treads(Staircase(b"key", 2026, (None, False, "a"))),
    )  # fmt: skip


async def own_by_hand(organization: UUID, now: datetime) -> dict[tuple[UUID, int], dict[str, int]]:
    """An organisation's own numbers of each offer and month, by loops over plain rows."""
    offers = {
        each["id"]: each
        for each in await rows(
            "SELECT * FROM offer WHERE owner_id = $1 AND main_audience <> 'staff'", organization
        )
    }
    registers = {
        each["session_id"] for each in await rows("SELECT * FROM register WHERE closed_at IS NOT NULL")
    }
    marks, heads = await rows("SELECT * FROM attendance"), await rows("SELECT * FROM head_count")
    found: dict[tuple[UUID, int], dict[str, int]] = {}
    seen = set()
    for session in await rows("SELECT * FROM session ORDER BY starts_at, id"):
        local = session["starts_at"].astimezone(histories.OSLO)
        if (session["offer_id"] not in offers or session["status"] == "cancelled" or local.year != 2026
                or session["ends_at"] > now):  # fmt: skip
            continue
        counts = found.setdefault(
            (session["offer_id"], local.month), dict.fromkeys(("attendances", "people", "sessions", "due"), 0)
        )
        counts["due"] += 1
        if session["id"] not in registers:
            continue
        counts["sessions"] += 1
        here = [one for one in marks if one["session_id"] == session["id"] and one["state"] == "present"]
        counts["attendances"] += sum(one["seats_present"] for one in here)
        counts["attendances"] += sum(one["count"] for one in heads if one["session_id"] == session["id"])
        counts["people"] += len({one["pseudonym"] for one in here} - seen)
        seen |= {one["pseudonym"] for one in here}
    return found


async def test_an_organisations_own_numbers_are_those_of_a_recount(db: None, data_dir: Path) -> None:
    world = await histories.build(3, 8)
    now = histories.end_of(histories.MONTHS).astimezone(UTC)
    for _ in range(3):
        await histories.correct(world)
    told = 0
    for organization in {each.owner_id for each in world.made[Offer]}:
        groups, _evening = await own.figures(organization, 2026, own.OwnBy.OFFER, now)
        by_hand = await own_by_hand(organization, now)
        for offer in {*groups} | {offer for offer, _month in by_hand}:
            for measure in ("attendances", "people", "sessions", "due"):
                so_far = 0
                for month in range(1, own.last_month(2026, now) + 1):
                    so_far += by_hand.get((offer, month), {}).get(measure, 0)
                    told += so_far
                    assert groups[offer][month][Measure(measure)].value == so_far, (measure, month)
    assert told > 1000
