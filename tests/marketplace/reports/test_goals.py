"""What the report says of goals: how far they came, plainly, and why where they were not reached."""

import io
from collections.abc import AsyncIterator

import pypdf
import pytest

from marketplace.base.data.database import rows
from marketplace.goals.models import Changed, FocusArea, Goal, GoalChange, Measure, MeasureState
from organizations.directory.models import Municipality
from tests import make
from tests.marketplace.attended import goal, plan
from tests.marketplace.reports.given import FEBRUARY, NOVEMBER, a_year, coordinators, root
from tests.marketplace.reports.test_views import PATH, approved, frozen, made, numbers, written
from tests.visitor import Visitor


@pytest.fixture
async def sandnes(db: None) -> Municipality:
    """With a plan of three goals in 2026: one is reached, one is not, one is of a year to come."""
    here: Municipality = await make.municipality()
    area = await plan(here)
    await goal(area, slug="alle", title={"nb": "Mange er med"}, target=700)
    await goal(area, slug="eldre", title={"nb": "Over 65 år"}, target=140, audiences=["seniors"])
    await goal(area, slug="senere", title={"nb": "Senere"}, first_year=2027)
    await Measure.create(
        focus_area=area, number=1, title={"nb": "Flytte dansen"}, state=MeasureState.GOING,
        responsible=await make.organization("Mestringsenheten", municipality=here),
    )  # fmt: skip
    return here


@pytest.fixture
async def february(sandnes: Municipality) -> AsyncIterator[Visitor]:
    """Nora, the only coordinator, in February 2027, when all of 2026 is counted."""
    (nora,) = await coordinators(await root(sandnes), "Nora")
    await a_year(sandnes)
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(nora)
        yield visitor


async def eldre() -> Goal:
    return await Goal.get(slug="eldre")


async def test_goals_stand_beside_the_year_before_and_say_plainly_how_it_went(february: Visitor) -> None:
    page = await made(february)
    found = numbers(page)
    assert ["Mange er med", "480", "780", "minst 700 personer", "± 7", "Nådd"] in found
    assert ["Over 65 år", "0", "120", "minst 140 personer", "± 4", "Ikke nådd"] in found
    assert "Målene: 1 av 2 er nådd" in page.text
    assert "1 av 2 mål er nådd. Ikke nådd: «Over 65 år»." in page.text, "on the front"
    assert "Ikke nådd: Over 65 år Det ble 120. Målet var minst 140 personer." in page.text
    assert "Senere" not in page.text
    assert "Plan for psykisk helsearbeid" in page.text
    assert ["Flytte dansen", "Mestringsenheten", "–", "I gang", "–"] in found


async def test_the_pdf_says_the_same_of_goals(february: Visitor) -> None:
    await made(february)
    await written(february, f"goal-{(await eldre()).id}", "Bussen går ikke etter kl. 15.")
    answer = await february.open(f"{PATH}/versions/1/report.pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.response.content))
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    for words in (
        "Over 65 år 0 120 minst 140 personer ± 4 Ikke nådd", "Mange er med 480 780 minst 700 personer ± 7 Nådd",
        "Ikke nådd: «Over 65 år».", "Bussen går ikke etter kl. 15.",
    ):  # fmt: skip
        assert words in printed, printed


async def test_it_is_not_approved_before_it_says_why_a_goal_was_not_reached(february: Visitor) -> None:
    await made(february)
    page = await approved(february)
    assert page.status == 422
    assert "Skriv hvorfor målene ikke ble nådd, før rapporten godkjennes." in page.text
    section = f"goal-{(await eldre()).id}"
    assert page.soup.select_one(f"a[href='#{section}']") is not None
    await written(february, section, "   ")
    assert (await approved(february)).status == 422, "blanks are no reason"
    await written(february, section, "Bussen går ikke etter kl. 15.")
    assert (await approved(february)).status == 303
    assert "Bussen går ikke etter kl. 15." in (await february.open(PATH)).text


async def test_goals_that_are_changed_afterwards_change_nothing_that_was_approved(february: Visitor) -> None:
    await made(february)
    await written(february, f"goal-{(await eldre()).id}", "Bussen går ikke.")
    await approved(february)
    before = await frozen(february)
    await Goal.filter(slug="eldre").update(title={"nb": "Noe annet"}, target=100, withdrawn_at=NOVEMBER)
    await Goal.filter(slug="alle").delete()
    await rows("UPDATE focus_area SET title = jsonb_build_object('nb', 'Et annet område')")
    assert await frozen(february) == before
    await february.submit(await february.open(f"{PATH}/correct"), "/correct", reason="Målene er endret.")
    assert "Ingen mål er satt for 2026." in (await february.open(PATH)).text, "the draft follows"
    assert await frozen(february) == before


async def test_while_the_year_is_on_nothing_is_called_missed(sandnes: Municipality) -> None:
    (nora,) = await coordinators(await root(sandnes), "Nora")
    await a_year(sandnes, last=10)
    async with Visitor.at(NOVEMBER) as visitor:
        await visitor.sign_in(nora)
        page = await made(visitor)
    assert "Ikke nådd" not in page.text
    assert "0 av 2 mål er nådd. De andre er ikke avgjort ennå." in page.text
    assert ["Over 65 år", "0", "100", "minst 140 personer", "± 4", "Når ikke målet"] in numbers(page)


async def test_what_was_changed_of_goals_in_the_year_stays_visible_with_its_reason(february: Visitor) -> None:
    one = await eldre()
    for at, before, after, why in ((NOVEMBER, 160, 140, "Nye tall"), (FEBRUARY, 140, 130, "For sent")):
        await GoalChange.create(goal=one, what=Changed.TARGET, before=before, after=after, why=why, at=at)
    await Goal.filter(slug="alle").update(withdrawn_at=NOVEMBER)
    await GoalChange.create(
        goal=await Goal.get(slug="alle"), what=Changed.WITHDRAWN, why="Slått sammen", at=NOVEMBER
    )
    found = numbers(await made(february))
    assert ["Over 65 år", "Nytt måltall", "160", "140", "Nye tall"] in found
    assert ["Mange er med", "Trukket", "–", "–", "Slått sammen"] in found
    assert not [row for row in found if "For sent" in row], "that was in another year"
    assert not [row for row in found if row[0] == "Mange er med" and row[-1] == "Nådd"]


async def test_a_goal_of_several_years_stands_as_it_was_at_the_end_of_the_reports_year(
    february: Visitor,
) -> None:
    await rows("DELETE FROM goal")
    await goal(
        await FocusArea.get(), "sessions", slug="lenge", title={"nb": "Samlinger"}, target=500, first_year=2025,
        last_year=2026,
    )  # fmt: skip
    found = numbers(await made(february, 2025))
    assert ["Samlinger", "–", "120", "minst 500 samlinger", "nøyaktig", "Når ikke målet"] in found
    assert ["Samlinger", "–", "384", "minst 500 samlinger", "nøyaktig", "Ikke nådd"] in numbers(
        await made(february)
    )


async def test_a_goal_that_is_given_up_afterwards_stands_in_the_report_of_the_years_before(
    february: Visitor,
) -> None:
    """Else the year's report says nothing of what was not reached."""
    await Goal.filter(slug="eldre").update(last_year=2028, each_year=True, withdrawn_at=FEBRUARY)
    page = await made(february)
    assert ["Over 65 år", "0", "120", "minst 140 personer", "± 4", "Ikke nådd"] in numbers(page)
    assert "Målene: 1 av 2 er nådd" in page.text
