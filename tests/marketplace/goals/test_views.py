"""Nora coordinates in Sandnes, Ingeborg in Søndre Land; Kari leads an organisation."""

from datetime import date
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.goals.models import (
    AT_MEETING,
    FocusArea,
    Goal,
    GoalChange,
    GoalFigure,
    Measure,
    PlanComment,
    Population,
)
from marketplace.people.models import Person
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, elsewhere, goal
from tests.marketplace.goals.closed import close, growing
from tests.visitor import Visitor

GOAL = {"title": "Flere over 65 år er med", "target": "40", "first_year": "2026", "indicator": "people"}
SENIORS: Any = {"main_audience": "seniors"}


@pytest.fixture
async def nora(visitor: Visitor) -> Person:
    person: Person = await coordinator()
    await visitor.sign_in(person)
    return person


async def test_the_goals_page_says_its_verdict_in_words_with_the_number_and_what_it_takes(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=140, audiences=["seniors"])
    await close(growing("people", 60, 75, 85, 100, first=6, sessions=8, due=10), **SENIORS)
    page = await visitor.open("/goals/flere-er-med")
    assert page.heading == "Flere er med"
    assert "Målet for 2026 er minst 140 personer." in page.text
    verdict = page.soup.select_one(".tp-verdict")
    assert verdict is not None
    assert verdict.get_text(strip=True) == "Usikkert"
    assert verdict.select_one("svg[aria-hidden]") is not None, "an icon beside the word"
    assert "100 personer til og med september, 71 prosent av målet." in page.text
    assert "Fortsetter det slik, blir det omtrent 140 personer" in page.text
    assert "De siste månedene har det kommet 10 til 15 nye hver måned." in page.text
    assert "trengs omtrent 14 til i hver av de 3 månedene som er igjen" in page.text
    assert "Bygger på 8 av 10 samlinger, 80 prosent. 1 organisasjon har ikke ført alt." in page.text
    assert "innenfor 4 mer eller mindre" in page.text
    assert "65 år og eldre" in page.text
    assert "regnet med der de kom først" in page.text, "the indicator says what it counts"
    assert "Målet låses 31. desember 2026." in page.text


async def test_the_chart_has_a_sentence_and_a_table_with_the_plan_and_the_year_before(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=120)
    await close(growing("people", 30, 45, first=8), year=2025)
    await close(growing("people", 60, 75, first=8), kind="group")
    page = await visitor.open("/goals/flere-er-med")
    chart = page.soup.select_one("svg.tp-chart")
    assert chart is not None
    assert len(chart.select(".c-bar")) == 2
    assert len(chart.select(".c-last")) == 1
    assert chart["aria-label"] == (
        "Søyler: personer for hver måned som er ferdig i 2026. Fra 60 til 75. Målet er 120. Fortsetter det slik, blir "
        "det omtrent 188. Året før endte på 45. Tallene står i tabellen under."
    )
    assert [cell.get_text() for cell in page.soup.select("details thead th")] == [
        "Til og med", "2026", "Planen", "2025",
    ]  # fmt: skip
    assert [row.get_text(" ", strip=True) for row in page.soup.select("details tbody tr")] == [
        "august 60 80 30",
        "september 75 90 45",
    ]


@pytest.mark.parametrize(("people", "said"), [(120, "Nådd"), (119, "Ikke nådd")])
async def test_a_year_that_is_over_says_reached_or_not(
    visitor: Visitor, nora: Person, area: FocusArea, people: int, said: str
) -> None:
    await goal(area, target=120, first_year=2025)
    await close(growing("people", 100, people, first=11), year=2025)
    for path in ("/goals/flere-er-med", "/plans/plan"):
        page = await visitor.open(path)
        verdict = page.soup.select_one(".tp-verdict")
        assert verdict is not None
        assert verdict.get_text(strip=True) == said
    assert "Målet ble låst 31. desember 2025." in (await visitor.open("/goals/flere-er-med")).text


async def test_a_year_of_the_old_rule_is_marked(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    made = await goal(area, target=30, first_year=2025)
    for month, number in ((10, None), (11, 25), (12, 31)):
        await GoalFigure.create(goal=made, month=date(2025, month, 1), value=number, counted_at=NOW)
    page = await visitor.open("/goals/flere-er-med")
    assert "Tallene er talt på den gamle måten." in page.text
    assert "1 måned er skjult" in page.text
    assert "31 personer til og med desember" in page.text
    assert "Talt på den gamle måten." in (await visitor.open("/plans/plan")).text


async def test_a_goal_of_each_year_shows_them_side_by_side(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=50, first_year=2025, last_year=2027, each_year=True)
    await close(growing("people", 60, first=12), year=2025)
    await close(growing("people", 5, 8, 10), kind="group")
    page = await visitor.open("/goals/flere-er-med")
    assert "Målet for hvert år fra 2025 til 2027 er minst 50 personer." in page.text
    years = page.soup.select_one("nav[aria-label='Hvert år']")
    assert years is not None
    assert years.get_text(" ", strip=True) == "2025 Nådd 2026 Når ikke målet 2027 Ingen tall ennå"
    assert "60 personer til og med desember" in (await visitor.open("/goals/flere-er-med?year=2025")).text
    for nonsense in ("2024", "x", "20260"):
        assert "10 personer" in (await visitor.open(f"/goals/flere-er-med?year={nonsense}")).text


async def test_the_plan_says_how_many_goals_have_each_verdict(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=200)
    await goal(area, "sessions", slug="b", title={"nb": "Samlinger"}, target=3)
    await close(growing("people", 60, 70, 80, first=7, sessions=4))
    page = await visitor.open("/plans/plan")
    tally = page.soup.select_one("ul[aria-label='Målene i planen']")
    assert tally is not None
    assert tally.get_text(" ", strip=True) == "Når ikke målet 1 mål Nådd 1 mål"
    assert "80 til og med september. Målet er minst 200 personer i 2026." in page.text


async def test_a_goal_of_dialogue_meetings_stands_on_the_meeting_with_the_fewest(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, AT_MEETING, target=2)
    page = await visitor.open("/goals/flere-er-med")
    assert page.status == 200
    assert "Målet for 2026 er minst 2 organisasjoner på hvert møte." in page.text


async def test_a_coordinator_makes_a_goal_of_cells_with_a_baseline(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    page = await visitor.submit(
        await visitor.open("/plans/plan/goals/new"), "/plans/plan/goals/new", **GOAL,
        focus_area=str(area.id), audiences=["seniors", "everyone"], kinds=["activity"], evening="true",
        baseline="95", baseline_year="2024", baseline_source="Talt for hånd",
    )  # fmt: skip
    assert page.response.headers["location"] == "/goals/flere-over-65-ar-er-med?saved=made"
    made = await Goal.get()
    assert (made.audiences, made.kinds, made.evening) == (["seniors", "everyone"], ["activity"], True)
    assert (made.first_year, made.last_year, made.baseline, made.cells_known) == (2026, 2026, 95, True)
    shown = (await visitor.open("/goals/flere-over-65-ar-er-med?saved=made")).text
    assert "I 2024 var det 95." in shown
    assert "Kilde: Talt for hånd" in shown
    assert "65 år og eldre, Alle er velkommen, Aktivitet, kveld og helg" in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"target": "0"}, "Tallet dere vil nå, må være 1 eller mer."),
        ({"target": "1000000000000"}, "Tallet er for stort."),
        ({"target": "mange"}, "Skriv tallet dere vil nå, med siffer."),
        ({"title": ""}, "Skriv hva målet heter."),
        ({"first_year": "2025"}, "Den tida er over"),
        ({"last_year": "2028"}, "ingen vet hvem som er de samme"),
        ({"counted_as": "per_thousand"}, "Skriv først inn hvor mange som bor i kommunen."),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    visitor: Visitor, nora: Person, area: FocusArea, typed: dict[str, str], words: str
) -> None:
    given: dict[str, Any] = {**GOAL, "focus_area": str(area.id), "audiences": ["seniors"]} | typed
    page = await visitor.submit(await visitor.open("/plans/plan/goals/new"), "/plans/plan/goals/new", **given)
    assert page.status == 422
    assert words in page.text
    kept = page.fields("/plans/plan/goals/new")
    assert kept["audiences"] == ["seniors"]
    assert {name: kept.get(name, [""]) for name in typed} == {name: [text] for name, text in typed.items()}
    assert await Goal.all().count() == 0


async def test_what_was_typed_is_kept_when_the_language_changes(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    page = await visitor.open("/plans/plan/goals/new")
    button = page.soup.select_one("button[name=show_in][value=en]")
    assert button is not None
    fields = page.fields("/plans/plan/goals/new") | {"title": ["Flere"], "show_in": ["en"]}
    shown = await visitor.post(str(button["formaction"]), fields)
    assert shown.status == 200
    assert shown.fields("/en/plans/plan/goals/new")["title"] == ["Flere"]


async def test_a_changed_target_says_why_and_both_stay_to_be_read(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=120)
    edit = await visitor.open("/goals/flere-er-med/edit")
    asked = await visitor.submit(edit, target="140")
    assert asked.status == 422
    assert "Skriv hvorfor." in asked.text
    assert asked.fields()["target"] == ["140"]
    done = await visitor.submit(asked, why="Friskliv 75 fikk flere plasser.")
    assert done.response.headers["location"] == "/goals/flere-er-med?saved=changed"
    page = await visitor.open("/goals/flere-er-med")
    assert "Målet for 2026 er minst 140 personer." in page.text
    assert (
        "Målet var 120 til 13. oktober 2026. Endret til 140. Friskliv 75 fikk flere plasser. Av Nora."
        in page.text
    )
    assert [(one.before, one.after) for one in await GoalChange.all()] == [(120, 140)]


async def test_a_title_is_changed_without_a_reason(visitor: Visitor, nora: Person, area: FocusArea) -> None:
    await goal(area, title={"nb": "Flere er med", "en": "More people"})
    await visitor.submit(await visitor.open("/goals/flere-er-med/edit"), title="Enda flere")
    found = await Goal.get()
    assert (found.title, found.target) == ({"nb": "Enda flere", "en": "More people"}, 12)
    assert await GoalChange.all().count() == 0


async def test_a_target_is_locked_when_its_time_is_over(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, target=120, first_year=2025)
    page = await visitor.open("/goals/flere-er-med/edit")
    assert "Da kan tallet ikke endres mer." in page.text
    refused = await visitor.submit(page, target="60", why="Det ble for mye")
    assert refused.status == 422
    assert (await Goal.get()).target == 120
    assert (await visitor.submit(page, title="Flere var med")).status == 303
    withdrawn = await visitor.submit(
        await visitor.open("/goals/flere-er-med/withdraw"), why="Vi nådde det ikke"
    )
    assert withdrawn.status == 422
    assert (await Goal.get()).withdrawn_at is None


async def test_a_goal_is_withdrawn_with_a_reason_and_not_deleted(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area)
    page = await visitor.open("/goals/flere-er-med/withdraw")
    assert (await visitor.submit(page, why="")).status == 422
    assert (await visitor.submit(page, why="Tilbudet er lagt ned.")).status == 303
    shown = (await visitor.open("/goals/flere-er-med")).text
    assert "Målet ble trukket 13. oktober 2026." in shown
    assert "Tilbudet er lagt ned." in shown
    assert "1 mål er trukket" in (await visitor.open("/plans/plan")).text
    assert (await visitor.open("/goals/flere-er-med/edit")).status == 404


async def test_a_goal_from_before_the_cube_asks_which_cells_it_means(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, audiences=["seniors"], cells_known=False)
    await close(growing("people", 60, first=9), main_audience="everyone")
    for path in ("/goals/flere-er-med", "/plans/plan"):
        assert "Vi må vite hvilke tilbud målet gjelder" in (await visitor.open(path)).text
    page = await visitor.open("/goals/flere-er-med/cells")
    assert page.fields("/goals/flere-er-med/cells")["audiences"] == ["seniors"]
    done = await visitor.submit(page, "/goals/flere-er-med/cells", audiences=["seniors", "everyone"])
    assert done.status == 303
    shown = (await visitor.open("/goals/flere-er-med")).text
    assert "60 personer til og med september" in shown
    assert "Tilbudene ble valgt 13. oktober 2026." in shown
    await visitor.submit(page, "/goals/flere-er-med/cells", audiences=["youth"])
    assert (await Goal.get()).audiences == ["seniors", "everyone"], "it is said once"


async def test_comments_stand_on_the_page_with_those_of_the_responsible_units(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    made = await goal(area)
    club = await make.organization("Senior i Sandnes")
    tiltak = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"}, responsible=club)
    await PlanComment.create(measure=tiltak, organization=club, body="Bussen går ikke.", at=NOW)
    page = await visitor.open("/goals/flere-er-med")
    assert "Senior i Sandnes. Ikke begynt: Bussen går ikke." in page.text
    assert (await visitor.submit(page, "/goals/flere-er-med/comments", comment="")).status == 422
    said = await visitor.submit(page, "/goals/flere-er-med/comments", comment="Vi spør bussen.")
    assert said.status == 303
    assert (
        "Koordinatoren, 13. oktober 2026: Vi spør bussen." in (await visitor.open("/goals/flere-er-med")).text
    )
    assert [one.goal_id for one in await PlanComment.filter(goal=made)] == [made.id]


async def test_a_rate_shows_the_population_and_knows_nobodys_age(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    await goal(area, counted_as="per_thousand", audiences=["seniors"], target=20)
    assert "Vi mangler hvor mange som bor i kommunen." in (await visitor.open("/goals/flere-er-med")).text
    here = await make.municipality()
    await Population.create(municipality=here, year=2025, number=10_000, source="SSB")
    await close(growing("people", 110, first=9), **SENIORS)
    page = await visitor.open("/goals/flere-er-med")
    assert "11 personer for hver 1 000 innbyggere til og med september" in page.text
    assert "10 000 i 2025 (SSB)." in page.text
    assert "nådd gjennom tilbud for 65 år og eldre" in page.text


async def test_others_find_no_goal(visitor: Visitor, area: FocusArea) -> None:
    await goal(area)
    there = await coordinator(await elsewhere(), "Ingeborg")
    kari = await make.member(await make.organization("Turlaget"), Role.MANAGER, "Kari")
    for person, status in ((there, 404), (kari, 403)):
        await visitor.sign_in(person)
        for path in ("", "/edit", "/cells", "/withdraw"):
            assert (await visitor.open(f"/goals/flere-er-med{path}")).status == status


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
    await close(growing("people", 60, first=9))
    paths = ("/plans", "/plans/plan", "/goals/flere-er-med")
    few = [await queries_for(path) for path in paths]
    for number in range(20):
        await goal(area, "attendances" if number % 2 else "people", slug=f"mal-{number}")
    assert [await queries_for(path) for path in paths] == few
    assert max(few) < 25


async def test_the_page_of_a_year_that_is_over_has_the_target_of_then(
    visitor: Visitor, nora: Person, area: FocusArea
) -> None:
    made = await goal(area, target=70, first_year=2025, last_year=2027, each_year=True)
    await close(growing("people", 80, first=12), year=2025)
    await GoalChange.create(goal=made, what="target", before=100, after=70, why="Lettere", at=NOW)
    page = await visitor.open("/goals/flere-er-med?year=2025")
    assert "Ikke nådd" in page.text
    assert "Målet: 100" in page.text
