"""Nora coordinates in Sandnes, Ingeborg in Søndre Land; Kari leads an organisation."""

from datetime import UTC, datetime
from typing import Any

import pytest
from marketplace.goals.jobs import close_months
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.goals.models import FocusArea, Goal, Metric
from marketplace.people.models import Person
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import CAST, came, coordinator, elsewhere, goal, held, plan
from tests.visitor import Visitor

GOAL = {"title": "Flere over 65 år er med", "target": "40", "year": "2026", "metric": "distinct_people",
        "audience": "seniors", "kind": "", "evenings_only": None}  # fmt: skip


@pytest.fixture
async def area(db: None) -> FocusArea:
    return await plan()


@pytest.fixture
async def nora(visitor: Visitor) -> Person:
    person: Person = await coordinator()
    await visitor.sign_in(person)
    return person


async def test_the_goals_page_shows_the_figure_its_share_its_chart_and_its_table(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area)
    await came(await held(), *CAST[:6])
    await close_months(NOW)
    page = await visitor.open("/goals/flere-er-med")
    assert page.heading == "Flere er med"
    assert "Mål for 2026: minst 12 personer." in page.text
    assert "6 personer til og med september. Det er 50 prosent av målet." in page.text
    assert "Etter planen skulle tallet vært 9 ved utgangen av september." in page.text
    assert "må omtrent 2 nye bli med hver måned ut året" in page.text
    assert [row.get_text(" ", strip=True) for row in page.soup.select("details tbody tr")] == [
        "september 6 6 9"
    ]
    chart = page.soup.select_one("svg.tp-chart")
    assert chart is not None
    assert len(chart.select(".c-bar")) == 1
    assert chart["aria-label"] == (
        "Søylediagram: personer for hver ferdig måned i 2026, og planen. Tallene står i tabellen under."
    )


async def test_four_people_are_not_shown_anywhere(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    await goal(area, target=30)
    await came(await held(), *CAST[:4])
    await close_months(NOW)
    for path in ("/goals/flere-er-med", "/plans/plan"):
        page = await visitor.open(path)
        assert "kjult" in page.text
        assert "4" not in page.text.split()
        assert "13" not in page.text.split(), "per cent"


async def test_the_open_month_is_not_shown(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    await goal(area)
    await came(await held(start=datetime(2026, 10, 6, 8, 0, tzinfo=UTC)), *CAST[:6])
    await close_months(NOW)
    assert "6 personer" not in (await visitor.open("/goals/flere-er-med")).text


async def test_groups_are_rounded_and_a_small_one_is_hidden_with_the_next(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=30)
    many = [f"{name} {number}" for name in CAST for number in (1, 2)]
    await came(await held(audiences=["everyone"]), *(name.replace(" ", "") for name in many))
    await came(await held(audiences=["seniors"]), *CAST[:8])
    await came(await held(audiences=["youth"]), *CAST[:3])
    await close_months(NOW)
    page = await visitor.open("/goals/flere-er-med")
    table = page.soup.select_one('[aria-label="Personer i hver gruppe"]')
    assert table is not None
    assert [row.get_text(" ", strip=True) for row in table.select("tbody tr")] == [
        "Åpent for alle 25", "65 år og eldre skjult", "Ungdom skjult",
    ]  # fmt: skip


async def test_of_a_total_that_waits_no_groups_are_shown(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=30)
    await came(await held(audiences=["everyone"]), *CAST)
    await came(await held(audiences=["seniors"]), *[f"{name}2" for name in CAST])
    await close_months(NOW)
    path, table = "/goals/flere-er-med", '[aria-label="Personer i hver gruppe"]'
    assert (await visitor.open(path)).soup.select_one(table)
    october = datetime(2026, 10, 6, 8, tzinfo=UTC)
    await came(await held(start=october, audiences=["everyone"]), "Aud3", "Berit3")
    await close_months(datetime(2026, 11, 5, tzinfo=UTC))
    after = await visitor.open(path)
    assert after.soup.select_one(".tp-figure b").get_text() == "24"
    assert after.soup.select_one(table) is None


async def test_a_goal_without_a_closed_month_says_when_the_first_number_comes(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, year=2027)
    await close_months(NOW)
    page = await visitor.open("/goals/flere-er-med")
    assert "Det første tallet kommer når en hel måned i 2027 er ferdig." in page.text
    assert "Det første tallet kommer når en måned er ferdig." in (await visitor.open("/plans/plan")).text


async def test_the_plan_shows_its_goals_and_how_far_they_are(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area)
    await came(await held(), *CAST[:6])
    await close_months(NOW)
    assert "Plan for psykisk helsearbeid" in (await visitor.open("/plans")).text
    page = await visitor.open("/plans/plan")
    assert "6 av 12 personer i 2026, til og med september · 50 prosent" in page.text


@pytest.mark.parametrize(
    "path", ["/plans/plan", "/goals/flere-er-med", "/plans/plan/goals/new", "/goals/flere-er-med/edit"]
)
async def test_another_municipalitys_coordinator_finds_nothing_and_an_editor_may_not_enter(
    visitor: Visitor, area: FocusArea, path: str
) -> None:
    await goal(area)
    assert (await visitor.open(path)).status == 303, "a visitor signs in first"
    await visitor.sign_in(await coordinator(await elsewhere(), "Ingeborg"))
    assert (await visitor.open(path)).status == 404
    assert "Kommunen har ikke lagt inn noen plan ennå." in (await visitor.open("/plans")).text
    await visitor.sign_in(await make.member(await make.organization(), Role.MANAGER, "Kari"))
    assert (await visitor.open(path)).status == 403
    await visitor.sign_in(await coordinator())
    assert (await visitor.open(path)).status == 200


async def test_nora_makes_a_goal(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    page = await visitor.open(f"/plans/plan/goals/new?area={area.id}")
    made = await visitor.submit(page, **GOAL)
    assert made.response.headers["location"] == "/goals/flere-over-65-ar-er-med"
    found = await Goal.get(slug="flere-over-65-ar-er-med")
    assert (found.title, found.target, found.year, found.audience, found.kind, found.evenings_only) == (
        {"nb": "Flere over 65 år er med"}, 40, 2026, "seniors", None, False,
    )  # fmt: skip
    again = await visitor.submit(await visitor.open("/plans/plan/goals/new"), **GOAL, focus_area=str(area.id))
    assert again.response.headers["location"] == "/goals/flere-over-65-ar-er-med-2"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "Skriv hva målet heter."),
        ({"target": "0"}, "Tallet må være 1 eller mer."),
        ({"target": "9" * 40}, "Tallet må være"),
        ({"target": "mange"}, "Skriv tallet dere vil nå, med siffer."),
        ({"year": "1999"}, "Tallet må være 2000 eller mer."),
        ({"year": "2031"}, "Planen gjelder fra 2024 til 2030."),
        ({"focus_area": ""}, "Velg et innsatsområde."),
        ({"focus_area": "0199e1f2-0000-7000-8000-000000000000"}, "Velg et innsatsområde."),
        ({"metric": "everything"}, "Velg et av alternativene."),
        ({"metric": "organizations_at_meeting"}, "Velg hvilken dialog målet gjelder."),
        ({"audience": "cats"}, "Velg et av alternativene."),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_written(
    visitor: Visitor, nora: Person, area: FocusArea, typed: dict[str, str], words: str
) -> None:
    page = await visitor.submit(
        await visitor.open("/plans/plan/goals/new"), **({"focus_area": str(area.id)} | GOAL | typed)
    )
    assert page.status == 422
    assert words in page.text
    assert await Goal.all().count() == 0


async def test_nora_changes_the_name_and_the_target(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    await goal(area, title={"nb": "Flere er med", "en": "More people"})
    page = await visitor.submit(
        await visitor.open("/goals/flere-er-med/edit"), title="Enda flere", target="14"
    )
    assert page.response.headers["location"] == "/goals/flere-er-med"
    found = await Goal.get(slug="flere-er-med")
    assert (found.title, found.target) == ({"nb": "Enda flere", "en": "More people"}, 14)


async def test_one_goal_and_twenty_take_the_same_number_of_queries(
    visitor: Visitor, nora: Person, area: FocusArea, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    original = AsyncpgDBClient.execute_query

    async def counting(self: Any, query: str, values: Any = None) -> Any:
        nonlocal counted
        counted += 1
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query", counting)

    async def queries_for(path: str) -> int:
        nonlocal counted
        counted = 0
        assert (await visitor.open(path)).status == 200
        return counted

    await goal(area)
    await close_months(NOW)
    few = [await queries_for(path) for path in ("/plans", "/plans/plan", "/goals/flere-er-med")]
    for number in range(20):
        await goal(area, Metric.ATTENDANCES if number % 2 else Metric.DISTINCT_PEOPLE, slug=f"mal-{number}")
    await close_months(NOW)
    assert [await queries_for(path) for path in ("/plans", "/plans/plan", "/goals/flere-er-med")] == few
    assert max(few) < 15
