"""Which goals turned with the newest closing; and by which target a year is measured."""

from datetime import UTC, datetime

from marketplace.goals.figures.rules import Verdict
from marketplace.goals.figures.spans import Span
from marketplace.goals.figures.standings import targets, turned
from marketplace.goals.models import GoalChange, Plan
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


async def test_a_year_that_is_over_is_measured_by_the_target_of_then(db: None) -> None:
    made = await goal(await plan(), target=100, first_year=2026, last_year=2028, each_year=True)
    change = await GoalChange.create(
        goal=made, what="target", before=100, after=70, why="Lettere", at=NEXT_YEAR
    )
    later = await GoalChange.create(
        goal=made, what="target", before=70, after=60, why="Lettere", at=NEXT_YEAR
    )
    made.target = 60
    newest_first = [later, change]
    assert targets(made, newest_first, Span(2026, 2026)) == 100
    assert targets(made, newest_first, Span(2027, 2027)) == 60
    change.at = later.at = datetime(2026, 6, 1, tzinfo=UTC)
    assert targets(made, newest_first, Span(2026, 2026)) == 60
