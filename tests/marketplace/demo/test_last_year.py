"""The demo's year before: what is made of this year's figures."""

import json
from uuid import UUID

import pytest

from marketplace.demo import last_year
from marketplace.demo.last_year import CellNow
from marketplace.statistics.measures import Measure


@pytest.mark.parametrize(("hours", "each"), [(80, 2), (0, 0)])
def test_volunteers_gave_as_many_hours_each_as_this_year(hours: int, each: int) -> None:
    """Where their sessions were so short that the hours round to none, none are stored."""
    figures = {"sessions": 20, "volunteers": 40, "volunteers_said": 20} | (
        {"volunteer_hours": hours} if hours else {}
    )
    cell = CellNow(
        UUID(int=1), UUID(int=2), UUID(int=3), "everyone", "activity", None, False, json.dumps(figures), 8
    )
    found = last_year._stored(cell, 12, 2025, b"key")
    assert found[Measure.VOLUNTEERS] > 0
    assert abs(found.get(Measure.VOLUNTEER_HOURS, 0) - each * found[Measure.VOLUNTEERS]) <= 5
