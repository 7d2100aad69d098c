"""A goal's number is a sum of stored cells, or a quotient of two, and nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from marketplace.goals.figures.rules import Verdict
from marketplace.goals.figures.series import Series, Wanted, series
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import AT_MEETING, FocusArea, Goal, GoalFigure, Population
from marketplace.statistics import stored
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import By, Cells
from organizations.directory.models import District
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import goal
from tests.marketplace.goals.closed import close, growing

LATER = datetime(2028, 3, 1, 9, 0, tzinfo=UTC)


async def of(made: Goal, *, year: int | None = None, beside: bool = False) -> Series:
    loaded: Any = await Goal.get(id=made.id).select_related("focus_area__plan", "dialogue")
    stretch = Span.of(loaded).stretch(NOW, year)
    return (await series([Wanted(loaded, stretch)], NOW, beside=beside))[0]


async def numbers(made: Goal, **asked: Any) -> dict[tuple[int, int], int]:
    return {(one.year, one.number): one.shown for one in (await of(made, **asked)).points}


async def test_a_goal_adds_the_cells_it_names_and_no_others(area: FocusArea) -> None:
    lura = await District.create(municipality=await make.municipality(), slug="lura", name="Lura")
    await close(growing("people", 10, 20, first=8), main_audience="seniors", kind="course", district=lura)
    await close(growing("people", 5, 15, first=8), main_audience="seniors", kind="group", evening=True)
    await close(growing("people", 100, 200, first=8), main_audience="youth", kind="course")
    await close(growing("people", 40, 40, first=8), main_audience="staff", kind="staff_training")
    for slug, narrowed, expected in (
        ("all", {}, 235),
        ("seniors", {"audiences": ["seniors"]}, 35),
        ("courses", {"kinds": ["course"]}, 220),
        ("both", {"audiences": ["seniors"], "kinds": ["course"]}, 20),
        ("evening", {"evening": True}, 15),
        ("day", {"evening": False}, 220),
        ("lura", {"districts": [lura.id]}, 20),
        ("nowhere", {"districts": [None]}, 215),
        ("either", {"districts": [lura.id, None]}, 235),
        ("staff", {"audiences": ["staff"]}, 40),
    ):
        made = await goal(area, slug=slug, **narrowed)
        assert (await numbers(made))[2026, 9] == expected, slug


async def test_a_goal_equals_what_the_pages_of_statistics_say_of_the_same_cells(area: FocusArea) -> None:
    await close(growing("attendances", 10, 20), main_audience="seniors")
    await close(growing("attendances", 5, 35), main_audience="seniors", kind="group")
    made = await goal(area, "attendances", audiences=["seniors"])
    here = (await make.municipality()).id
    months = await stored.by(Cells(here, audiences=("seniors",)), 2026, [Measure.ATTENDANCES], By.MONTH)
    point = (await of(made)).points[-1]
    assert (point.shown, round(point.error)) == (
        months[2][Measure.ATTENDANCES].value,
        months[2][Measure.ATTENDANCES].error,
    )


async def test_organizations_are_chosen_by_who_owns_the_offer(area: FocusArea) -> None:
    club = await make.organization("Turlaget")
    await close(growing("sessions", 3, 4), owner=club)
    await close(growing("sessions", 8, 9))
    assert (await numbers(await goal(area, "sessions", organizations=[club.id])))[2026, 2] == 4


async def test_months_before_anything_was_held_are_blank_and_not_zero(area: FocusArea) -> None:
    await close(growing("people", 0, 0, sessions=0) | growing("people", 10, 15, first=3))
    assert await numbers(await goal(area)) == {(2026, 3): 10, (2026, 4): 15}


async def test_what_is_closed_and_empty_to_its_end_is_nought(area: FocusArea) -> None:
    await close(growing("people", *[0] * 12, sessions=0))
    assert await numbers(await goal(area)) == {(2026, 12): 0}
    assert (await of(await goal(area, slug="b"))).progress.verdict is Verdict.NOT_REACHED


async def test_nothing_closed_is_nothing_known(area: FocusArea) -> None:
    assert (await of(await goal(area))).progress.verdict is Verdict.WAITING


async def test_exact_figures_have_no_error_and_rounded_ones_have_that_of_their_cells(area: FocusArea) -> None:
    for audience in ("seniors", "youth", "adults", "parents"):
        await close(growing("people", 10), main_audience=audience)
    assert (await of(await goal(area))).points[-1].error == 8
    assert (await of(await goal(area, "sessions", slug="s"))).points[-1].error == 0


async def test_a_share_of_all_has_the_same_below_the_line_as_above_it(area: FocusArea) -> None:
    await close(growing("sessions", 10, 20), evening=True)
    await close(growing("sessions", 30, 40), main_audience="youth")
    await close(growing("sessions", 50, 50), main_audience="staff")
    made = await goal(area, "sessions", counted_as="share_of_all", evening=True, target=30)
    assert await numbers(made) == {(2026, 1): 25, (2026, 2): 33}


async def test_a_share_of_what_the_indicator_is_part_of(area: FocusArea) -> None:
    await close(growing("sessions", 6, 9, due=10))
    assert await numbers(await goal(area, "sessions", counted_as="share")) == {(2026, 1): 60, (2026, 2): 90}


async def test_a_share_of_nothing_is_not_shown(area: FocusArea) -> None:
    await close(
        {1: {"completed": 0, "started": 0, "people": 60}, 2: {"completed": 5, "started": 10, "people": 60}}
    )
    assert await numbers(await goal(area, "completed", counted_as="share")) == {(2026, 2): 50}


async def test_what_is_of_the_whole_municipality_only_waits_for_fifty_people(area: FocusArea) -> None:
    await close({1: {"came_three": 20, "people": 45}, 2: {"came_three": 25, "people": 50}})
    assert await numbers(await goal(area, "came_three")) == {(2026, 2): 25}


async def test_a_rate_is_of_the_population_of_the_year_or_the_newest_before_it(area: FocusArea) -> None:
    await close(growing("people", 50, 100))
    made = await goal(area, counted_as="per_thousand")
    assert await numbers(made) == {}, "nobody has said how many live there"
    here = await make.municipality()
    for year, number in ((2020, 5_000), (2024, 10_000), (2027, 1)):
        await Population.create(municipality=here, year=year, number=number, source="SSB")
    assert await numbers(made) == {(2026, 1): 5, (2026, 2): 10}
    assert (await of(made)).points[-1].error == 0.4


async def test_an_autumn_is_what_came_after_june_and_a_spring_what_came_before(area: FocusArea) -> None:
    await close(growing("attendances", *range(10, 91, 10)))
    spring = await goal(area, "attendances", term="spring")
    autumn = await goal(area, "attendances", slug="autumn", term="autumn")
    assert await numbers(spring) == {(2026, number): 10 * number for number in range(1, 7)}
    assert await numbers(autumn) == {(2026, 7): 10, (2026, 8): 20, (2026, 9): 30}
    assert round((await of(autumn)).points[-1].error, 1) == 6  # 4 × √2: the cell counts twice


async def test_years_are_added_with_what_was_saved_late_of_them(area: FocusArea) -> None:
    cell = await close(growing("sessions", *range(1, 13)) | {13: {"sessions": 15}}, year=2025)
    await close(growing("sessions", 2, 5), kind="group", owner=await cell.organization)
    made = await goal(area, "sessions", first_year=2025, last_year=2026)
    found = await numbers(made)
    assert (found[2025, 12], found[2026, 1], found[2026, 2]) == (12, 17, 20)
    assert (2025, 13) not in found, "it is in what follows"


async def test_people_of_several_years_are_shown_year_by_year(area: FocusArea) -> None:
    await close(growing("people", 80, first=12), year=2025)
    await close(growing("people", 30), kind="group")
    made = await goal(area, first_year=2025, last_year=2026, each_year=True)
    assert await numbers(made) == {(2026, 1): 30}
    assert await numbers(made, year=2025) == {(2025, 12): 80}


async def test_last_year_stands_beside_and_is_never_added(area: FocusArea) -> None:
    await close(growing("people", 80, first=12), year=2025)
    await close(growing("people", 30), kind="group")
    made = await goal(area)
    found = await of(made, beside=True)
    assert [(one.year, one.shown) for one in found.last_year] == [(2025, 80)]
    assert [one.shown for one in found.points] == [30]
    assert (await of(made)).last_year == []


async def test_completeness_is_that_of_the_goals_own_cells(area: FocusArea) -> None:
    await close(growing("people", 10, sessions=8, due=10), main_audience="seniors")
    await close(growing("people", 10, sessions=1, due=50), main_audience="youth")
    found = await of(await goal(area, audiences=["seniors"]))
    assert (found.sessions, found.due) == (8, 10)


async def test_what_the_old_rule_showed_stands_and_is_added_to_nothing(area: FocusArea) -> None:
    made = await goal(area)
    await close(growing("people", 10, 20))
    for month, number in ((8, None), (9, 25)):
        await GoalFigure.create(goal=made, month=date(2026, month, 1), value=number, counted_at=NOW)
    found = await of(made)
    assert (found.frozen, found.hidden) == (True, 1)
    assert [(one.number, one.shown) for one in found.points] == [(9, 25)]


async def test_a_goal_that_does_not_know_its_cells_has_no_number(area: FocusArea) -> None:
    await close(growing("people", 10, 20))
    assert await numbers(await goal(area, cells_known=False)) == {}


async def test_a_goal_of_meetings_without_a_dialogue_has_none_either(area: FocusArea) -> None:
    assert await numbers(await goal(area, AT_MEETING)) == {}


async def test_thirty_goals_are_read_in_as_many_statements_as_one(
    area: FocusArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    await close(growing("people", 10, 20))
    counted: list[str] = []
    original = AsyncpgDBClient.execute_query

    async def counting(self: Any, query: str, values: Any = None) -> Any:
        counted.append(query)
        return await original(self, query, values)

    wanted: list[Wanted] = []
    for number in range(30):
        made = await goal(area, "sessions" if number % 2 else "people", slug=f"goal-{number}")
        loaded: Any = await Goal.get(id=made.id).select_related("focus_area__plan", "dialogue")
        wanted.append(Wanted(loaded, Span.of(loaded)))
    monkeypatch.setattr(AsyncpgDBClient, "execute_query", counting)
    await series(wanted[:1], NOW)
    one, counted[:] = len(counted), []
    assert [found.points[-1].shown for found in await series(wanted, NOW)][:2] == [20, 1]
    assert len(counted) == one < 5


@pytest.mark.parametrize("where", [{"evening": True}, {"kinds": ["course"]}, {"audiences": ["seniors"]}])
async def test_what_is_of_the_whole_only_is_not_told_of_a_part_that_an_old_goal_asks_for(
    area: FocusArea, where: dict[str, Any]
) -> None:
    """Else the page of a goal from before would say which offer a peer leads."""
    await close(growing("led_together", 1, 2, people=60))
    assert await numbers(await goal(area, "led_together", **where)) == {}
    assert (
        await of(await goal(area, "led_together", slug="share", counted_as="share", **where))
    ).points == []
