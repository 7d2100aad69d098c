"""A coordinator makes, edits, copies, orders and retires plans; what is retired is read and not changed."""

from typing import Any

import pytest

from marketplace.goals.models import FocusArea, Goal, Measure, MeasureState, Plan, PlanComment
from marketplace.goals.starter import starters
from marketplace.people.models import Person
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, goal, plan
from tests.visitor import Visitor

YEARS = {"first_year": "2027", "last_year": "2030"}


@pytest.fixture
async def nora(visitor: Visitor, db: None) -> Person:
    person: Person = await coordinator()
    await visitor.sign_in(person)
    return person


async def test_an_empty_plan_is_made_and_needs_a_title(visitor: Visitor, nora: Person) -> None:
    page = await visitor.open("/plans/new")
    asked = await visitor.submit(page, "/plans/new", **YEARS)
    assert "Skriv hva planen heter." in asked.text
    made = await visitor.submit(asked, "/plans/new", title="Folkehelseplan", summary="For alle")
    assert made.response.headers["location"] == "/plans/folkehelseplan?saved=made"
    found = await Plan.get()
    assert (found.title, found.first_year, found.last_year) == ({"nb": "Folkehelseplan"}, 2027, 2030)


@pytest.mark.parametrize("name", list(starters()))
async def test_every_starter_becomes_a_plan_to_edit(visitor: Visitor, nora: Person, name: str) -> None:
    from marketplace.dialogue.models import Dialogue

    here = await make.municipality()
    unit = await make.organization("Enheten")
    await Dialogue.create(municipality=here, coordinated_by=unit, slug="d", title={"nb": "D"}, summary={"nb": "D"},
                          created_at=NOW)  # fmt: skip
    page = await visitor.submit(await visitor.open("/plans/new"), "/plans/new", starter=name, **YEARS)
    starter = starters()[name]
    made = await Plan.get()
    assert page.response.headers["location"] == f"/plans/{made.slug}?saved=made"
    assert made.title == starter.title
    assert [area.title for area in await FocusArea.filter(plan=made).order_by("number")] == [
        area.title for area in starter.areas
    ]
    assert await Measure.all().count() == sum(len(area.measures) for area in starter.areas)
    goals = await Goal.all()
    assert len(goals) == sum(len(area.goals) for area in starter.areas)
    assert {(one.first_year, one.last_year) for one in goals} == {(2027, 2027)}
    assert (await visitor.open(f"/plans/{made.slug}")).status == 200
    assert (await visitor.open(f"/goals/{goals[0].slug}")).status == 200


async def test_a_starters_own_title_and_years_can_be_other_ones(visitor: Visitor, nora: Person) -> None:
    await visitor.submit(
        await visitor.open("/plans/new"), "/plans/new", starter="voluntary", title="Vår politikk", **YEARS
    )
    made = await Plan.get()
    assert (made.title["nb"], made.slug) == ("Vår politikk", "var-politikk")
    assert not await Goal.filter(indicator="organizations_at_meeting").exists(), "there is no dialogue"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"last_year": "2026"}, "Det siste året kan ikke være før det første."),
        ({"last_year": "2047"}, "En plan kan vare i høyst 20 år."),
        ({"first_year": "1999"}, "Skriv et årstall mellom 2000 og 2100."),
        ({"last_year": "10000000000000000000000"}, "Skriv et årstall"),
        ({"starter": "finnes-ikke"}, "Velg et av alternativene."),
        ({"municipality": "00000000-0000-7000-8000-000000000000"}, "Velg en kommune."),
    ],
    ids=str,
)
async def test_a_plan_that_cannot_be_says_why(
    visitor: Visitor, nora: Person, typed: dict[str, str], words: str
) -> None:
    given = {"title": "Plan"} | YEARS | typed
    page = await visitor.submit(await visitor.open("/plans/new"), "/plans/new", **given)
    assert page.status == 422
    assert words in page.text
    assert await Plan.all().count() == 0


async def test_a_plan_keeps_the_years_of_its_goals(visitor: Visitor, nora: Person) -> None:
    await goal(await plan(), first_year=2026, last_year=2027, each_year=True)
    page = await visitor.open("/plans/plan/edit")
    for typed, words in (
        ({"first_year": "2027"}, "Planen har mål fra 2026."),
        ({"last_year": "2026"}, "Planen har mål til 2027."),
    ):
        assert words in (await visitor.submit(page, "/plans/plan/edit", **typed)).text
    saved = await visitor.submit(
        page, "/plans/plan/edit", title="Ny tittel", first_year="2026", last_year="2027"
    )
    assert saved.status == 303
    assert (await Plan.get()).title == {"nb": "Ny tittel"}


async def test_focus_areas_and_measures_are_moved_one_place_at_a_time(visitor: Visitor, nora: Person) -> None:
    first = await plan()
    owner = await first.plan
    for number, title in ((2, "Helse"), (3, "Hjem")):
        await FocusArea.create(plan=owner, number=number, title={"nb": title}, summary={"nb": ""})

    async def order() -> list[str]:
        return [one.title["nb"] for one in await FocusArea.filter(plan=owner).order_by("number")]

    async def move(title: str, to: str) -> None:
        page = await visitor.open("/plans/plan")
        area = next(one for one in await FocusArea.filter(plan=owner) if one.title["nb"] == title)
        await visitor.post(f"/plans/plan/areas/{area.id}/move", page.fields("/move") | {"to": [to]})

    await move("Hjem", "up")
    assert await order() == ["Deltakelse", "Hjem", "Helse"]
    await move("Deltakelse", "up")
    assert await order() == ["Deltakelse", "Hjem", "Helse"], "it is first already"
    await move("Deltakelse", "down")
    assert await order() == ["Hjem", "Deltakelse", "Helse"]
    await move("Helse", "sideways")
    assert await order() == ["Hjem", "Deltakelse", "Helse"]
    assert [one.number for one in await FocusArea.filter(plan=owner).order_by("number")] == [1, 2, 3]
    for number, title in ((1, "Trim"), (2, "Kor")):
        await Measure.create(focus_area=first, number=number, title={"nb": title})
    kor = await Measure.get(number=2)
    page = await visitor.open("/plans/plan")
    await visitor.post(f"/measures/{kor.id}/move", page.fields("/move") | {"to": ["up"]})
    assert [one.title["nb"] for one in await Measure.all().order_by("number")] == ["Kor", "Trim"]


async def test_only_an_empty_focus_area_is_removed(visitor: Visitor, nora: Person) -> None:
    area = await plan()
    tiltak = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"})
    token = {"form_token": (await visitor.open("/plans/plan/edit")).fields()["form_token"]}
    refused = await visitor.post(f"/plans/plan/areas/{area.id}/remove", token)
    assert refused.status == 422
    assert "Det står mål eller tiltak i innsatsområdet" in refused.text
    await tiltak.delete()
    page = await visitor.open("/plans/plan")
    assert (await visitor.submit(page, f"/plans/plan/areas/{area.id}/remove")).status == 303
    assert await FocusArea.all().count() == 0


async def test_the_next_plan_is_copied_with_goals_of_its_own_years_and_no_comments(
    visitor: Visitor, nora: Person
) -> None:
    area = await plan(first_year=2024, last_year=2026)
    club = await make.organization("Senior i Sandnes")
    made: Any = await goal(
        area, target=70, audiences=["seniors"], baseline=5, baseline_year=2023, baseline_source="Telt"
    )
    await goal(area, slug="trukket", withdrawn_at=NOW)
    done = await Measure.create(
        focus_area=area, number=1, title={"nb": "Trim"}, responsible=club, state="done"
    )
    await Measure.create(focus_area=area, number=2, title={"nb": "Kor"}, state=MeasureState.DROPPED)
    await PlanComment.create(measure=done, body="Ferdig", at=NOW)
    page = await visitor.submit(
        await visitor.open("/plans/plan/copy"), "/plans/plan/copy", title="Neste plan"
    )
    assert page.response.headers["location"] == "/plans/neste-plan?saved=made"
    new = await Plan.get(slug="neste-plan")
    assert (new.first_year, new.last_year) == (2027, 2029)
    (copied,) = await Goal.filter(focus_area__plan=new)
    assert (copied.first_year, copied.last_year, copied.target, copied.audiences) == (
        2029,
        2029,
        70,
        ["seniors"],
    )
    assert (copied.baseline, copied.slug) == (None, "flere-er-med-2")
    (tiltak,) = await Measure.filter(focus_area__plan=new)
    assert (tiltak.state, tiltak.responsible_id) == (MeasureState.PLANNED, club.id)
    assert await PlanComment.filter(measure=tiltak).count() == 0
    assert (await Goal.get(id=made.id)).first_year == 2026, "the old one is as it was"


async def test_a_retired_plan_is_read_and_not_changed_and_can_be_brought_back(
    visitor: Visitor, nora: Person
) -> None:
    area = await plan()
    await goal(area)
    tiltak = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"})
    await visitor.submit(await visitor.open("/plans/plan/retire"))
    assert "Planen er lagt bort." in (await visitor.open("/plans/plan")).text
    assert "1 plan som er lagt bort" in (await visitor.open("/plans")).text
    for path in (
        "/plans/plan/edit", "/plans/plan/goals/new", "/plans/plan/areas/new", f"/plans/plan/areas/{area.id}/edit",
        f"/plans/plan/areas/{area.id}/measures/new", "/goals/flere-er-med/edit", "/goals/flere-er-med/withdraw",
        f"/measures/{tiltak.id}/edit",
    ):  # fmt: skip
        assert (await visitor.open(path)).status == 404, path
    for path in ("/plans/plan", "/goals/flere-er-med", f"/measures/{tiltak.id}", "/plans/plan/copy"):
        assert (await visitor.open(path)).status == 200, path
    await visitor.submit(await visitor.open("/plans/plan"), "/plans/plan/bring-back")
    assert (await Plan.get()).retired_at is None
