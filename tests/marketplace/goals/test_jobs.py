"""Months close: six people move the figure by six, once, and it never changes."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest
from marketplace.goals.jobs import close_months

from marketplace.base.database import rows
from marketplace.goals import actions
from marketplace.goals.models import FocusArea, Goal, GoalFigure, Metric
from marketplace.goals.queries import shown_series
from tests.conftest import NOW
from tests.marketplace.attended import CAST, SEPTEMBER, came, goal, held, plan

NOVEMBER, JANUARY, FEBRUARY = (
    datetime(2026, 11, 1, 6, 0, tzinfo=UTC), datetime(2027, 1, 2, 6, 0, tzinfo=UTC),
    datetime(2027, 2, 1, 6, 0, tzinfo=UTC),
)  # fmt: skip
OCTOBER_6 = datetime(2026, 10, 6, 8, 0, tzinfo=UTC)


@pytest.fixture
async def area(db: None) -> FocusArea:
    return await plan()


async def figures(of: Goal) -> dict[int, int]:
    """The numbers as they were measured, by month."""
    found = await GoalFigure.filter(goal=of).order_by("month")
    return {figure.month.month if figure.month.year == 2026 else 13: figure.value for figure in found}


async def shown(of: Goal) -> dict[int, int | None]:
    """The numbers that may be seen, by month."""
    loaded: Any = await Goal.get(id=of.id).select_related("focus_area__plan")
    series = await shown_series(loaded.focus_area.plan.municipality_id, {2026})
    return {month.month: number for month, number in series.get(of.id, [])}


async def test_six_people_in_a_closed_month_move_the_figure_by_exactly_six(area: FocusArea) -> None:
    counted = await goal(area)
    await came(await held(), *CAST[:6])
    await came(await held(start=OCTOBER_6), *CAST[6:12])
    await close_months(NOW)
    assert (await shown(counted))[8] is None
    assert (await shown(counted))[9] == 6
    assert 10 not in await shown(counted), "October is open"
    await close_months(NOVEMBER)
    assert (await shown(counted))[10] == 12


async def test_four_more_move_it_by_nothing_until_more_come(area: FocusArea) -> None:
    counted = await goal(area)
    await came(await held(), *CAST[:6])
    await came(await held(start=OCTOBER_6), *CAST[6:10])
    await came(await held(start=datetime(2026, 11, 3, 9, 0, tzinfo=UTC)), CAST[10])
    await close_months(JANUARY)
    assert await figures(counted) == dict.fromkeys(range(1, 9), 0) | {9: 6, 10: 10, 11: 11, 12: 11}
    assert [(await shown(counted))[month] for month in (9, 10, 11)] == [6, 6, 11]


async def test_a_figure_that_stands_is_not_changed_and_who_was_saved_late_is_in_the_next(
    area: FocusArea,
) -> None:
    counted = await goal(area)
    offer = await held()
    await came(offer, *CAST[:6])
    await close_months(NOW)
    await came(await held(), *CAST[6:12])  # in September, saved in October
    await close_months(NOW)
    assert (await figures(counted))[9] == 6
    await close_months(NOVEMBER)
    assert await figures(counted) == dict.fromkeys(range(1, 9), 0) | {9: 6, 10: 12}


async def test_who_was_saved_late_in_december_is_in_the_figure_of_january(area: FocusArea) -> None:
    counted = await goal(area)
    await close_months(JANUARY)
    await came(await held(start=datetime(2026, 12, 30, 9, 0, tzinfo=UTC)), *CAST[:6])
    await came(await held(start=datetime(2027, 1, 4, 9, 0, tzinfo=UTC)), *CAST[6:])
    await close_months(JANUARY)
    assert (await figures(counted))[12] == 0
    await close_months(FEBRUARY)
    await close_months(FEBRUARY.replace(month=6))
    assert await figures(counted) == dict.fromkeys(range(1, 13), 0) | {13: 6}


async def test_closing_twice_and_by_two_workers_writes_once(area: FocusArea) -> None:
    goals = [await goal(area, slug=f"mal-{number}") for number in range(5)]
    await came(await held(), *CAST[:6])
    await asyncio.gather(*(close_months(NOW) for _worker in range(3)))
    await close_months(NOW)
    assert [await figures(each) for each in goals] == [dict.fromkeys(range(1, 9), 0) | {9: 6}] * 5
    assert await rows(
        "SELECT count(*) AS runs, count(done_at) AS done FROM job_run WHERE job = 'close_months'"
    ) == [{"runs": 5, "done": 5}]


async def test_a_figure_is_kept_even_when_a_worker_held_its_lease_too_long(area: FocusArea) -> None:
    counted = await goal(area)
    september = [date(2026, 9, 1)]
    await actions.close(counted.id, september, "slot", now=NOW)
    await came(await held(), *CAST[:6])
    await actions.close(counted.id, september, "slot", now=NOW)
    assert await figures(counted) == {9: 0}


async def test_a_killed_workers_goal_is_done_by_the_next(area: FocusArea) -> None:
    counted = await goal(area)
    slot = f"{counted.id}:2026-09"
    await rows(
        "INSERT INTO job_run (id, job, slot, leased_until) VALUES (gen_random_uuid(), 'close_months', $1, $2)",
        slot, NOW,
    )  # fmt: skip
    await close_months(NOW)
    assert await figures(counted) == {}, "its lease has not run out"
    await close_months(NOW.replace(minute=1))
    assert len(await figures(counted)) == 9


async def test_a_goal_made_later_gets_the_figures_of_the_months_before(area: FocusArea) -> None:
    await came(await held(), *CAST[:7])
    first = await goal(area, slug="forst")
    await close_months(NOW)
    later = await goal(area, Metric.SESSIONS_HELD, slug="senere")
    await close_months(NOW)
    assert (await figures(first))[9] == 7
    assert (await figures(later))[9] == 1
    assert (await shown(later))[9] == 1, "sessions are no persons"


async def test_groups_are_written_with_the_newest_month_only(area: FocusArea) -> None:
    counted = await goal(area)
    await came(await held(audiences=["seniors"]), *CAST[:6])
    await close_months(NOW)
    found = await GoalFigure.filter(goal=counted, groups__isnull=False)
    assert [(figure.month, figure.groups) for figure in found] == [(date(2026, 9, 1), {"seniors": 6})]
    assert SEPTEMBER.month == 9


async def test_two_goals_of_which_one_is_a_part_of_the_other_do_not_tell_their_difference(
    area: FocusArea,
) -> None:
    everybody = await goal(area, slug="alle")
    seniors = await goal(area, slug="eldre", audience="seniors")
    await came(await held(audiences=["seniors"]), *CAST[:8])
    await came(await held(audiences=["youth"]), *CAST[8:10])
    await close_months(NOW)
    assert [(await shown(each))[9] for each in (everybody, seniors)] == [10, None]
