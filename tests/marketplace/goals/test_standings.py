"""Which goals turned with the newest closing; and how those of a year stand."""

from datetime import UTC, datetime

from marketplace.goals.models import Plan
from marketplace.goals.rules import Verdict
from marketplace.goals.standings import of_year, turned
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import elsewhere, goal, plan
from tests.marketplace.goals.closed import close, growing

NEXT_YEAR = datetime(2027, 2, 3, 9, 0, tzinfo=UTC)


async def test_goals_that_turned_are_told_the_worst_first_and_others_are_not(db: None) -> None:
    area = await plan()
    here = (await make.municipality()).id
    await goal(area, "sessions", slug="behind", title={"nb": "Etter"}, target=100, kinds=["course"])
    await goal(area, "sessions", slug="reached", title={"nb": "Nådd"}, target=60, kinds=["group"])
    await goal(area, "sessions", slug="as-before", title={"nb": "Som før"}, target=1000)
    await close(growing("sessions", 30, 40, 50, 60, 60, 60, first=4), kind="course")
    await close(growing("sessions", 10, 20, 30, 40, 50, 60, first=4), kind="group")
    found = await turned([here], NOW)
    assert [(one.slug, one.before, one.now) for one in found] == [
        ("behind", Verdict.UNCERTAIN, Verdict.WILL_NOT),
        ("reached", Verdict.ON_TRACK, Verdict.REACHED),
    ]
    assert found[0].municipality == here
    assert await turned([(await elsewhere()).id], NOW) == []
    await Plan.all().update(retired_at=NOW)
    assert await turned([here], NOW) == []


async def test_the_first_number_of_a_goal_is_no_turn(db: None) -> None:
    await goal(await plan(), "sessions", target=10)
    await close(growing("sessions", 30, first=9))
    assert await turned([(await make.municipality()).id], NOW) == []


async def test_the_goals_of_a_year_are_those_that_are_about_it_and_stand(db: None) -> None:
    area = await plan()
    here = (await make.municipality()).id
    await goal(area, "sessions", slug="a", target=10)
    await goal(area, "sessions", slug="b", target=10, first_year=2025)
    await goal(area, "sessions", slug="c", target=10, withdrawn_at=NOW)
    await goal(area, slug="d", target=10, first_year=2025, last_year=2027, each_year=True)
    await close(growing("sessions", 12, first=12, people=8))
    found = await of_year(here, 2026, NEXT_YEAR)
    assert [(one.slug, series.progress.verdict) for one, series in found] == [
        ("a", Verdict.REACHED),
        ("d", Verdict.NOT_REACHED),
    ]
