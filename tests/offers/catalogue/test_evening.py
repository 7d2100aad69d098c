"""What is evening for who searches is evening in the figures too, summer and winter."""

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from marketplace.base.clock import oslo
from marketplace.base.data.database import rows
from marketplace.statistics.cells import cell_of
from offers.catalogue.queries import outside_office_hours
from offers.search.conditions import EVENING

ROOT = Path(__file__).parents[3]
HALF_HOURS = [datetime(2026, 3, 25, tzinfo=UTC) + timedelta(minutes=30) * number for number in range(7 * 48)]
"""A week in which summer time begins; the week in which it ends is as far ahead of October."""
MOMENTS = [
    *HALF_HOURS,
    *(each + timedelta(weeks=30) for each in HALF_HOURS),
    datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC),
]


def evening(moment: datetime) -> bool:
    local = oslo(moment)
    return local.isoweekday() > 5 or local.time() >= time(16)


async def test_it_is_evening_from_four_by_a_norwegian_clock_and_all_weekend(db: None) -> None:
    found = await rows(
        f"SELECT m, {outside_office_hours('m')} AS late FROM unnest($1::timestamptz[]) m", MOMENTS
    )
    assert {each["m"]: each["late"] for each in found} == {moment: evening(moment) for moment in MOMENTS}


def test_search_and_cells_ask_the_same_and_nobody_else_asks() -> None:
    assert outside_office_hours("s.starts_at") == EVENING
    assert outside_office_hours("s.starts_at") in cell_of("v", "s.starts_at")
    files = [
        file for room in ("marketplace", "offers", "organizations") for file in (ROOT / room).rglob("*.py")
    ]
    own = re.compile(r"isodow FROM [^)]*\) > 5|isoweekday\(\) > 5|>= '?16")
    asks = [file.name for file in files if "migrations" not in file.parts and own.search(file.read_text())]
    assert asks == ["queries.py"]
