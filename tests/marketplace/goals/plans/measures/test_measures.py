"""Measures are edited by coordinators and commented by those who speak for the responsible unit."""

from datetime import date

import pytest

from marketplace.base.data.database import value
from marketplace.goals.models import FocusArea, Measure, MeasureState, PlanComment
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, elsewhere
from tests.visitor import Visitor


@pytest.fixture
async def trim(area: FocusArea, club: Organization) -> Measure:
    return await Measure.create(focus_area=area, number=1, title={"nb": "Trim"}, responsible=club)


async def test_a_coordinator_makes_a_measure_with_who_answers_and_when(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    await visitor.sign_in(await coordinator())
    path = f"/plans/plan/areas/{area.id}/measures/new"
    page = await visitor.open(path)
    for typed, words in (
        ({"title": ""}, "Skriv hva dere vil gjøre."),
        ({"deadline": "nyttår"}, "Skriv datoen slik: 12.1.2027"),
        ({"deadline": "31.2.2026"}, "Datoen 31.2.2026 finnes ikke."),
        ({"deadline": "1.1.1026"}, "Skriv et årstall mellom 2000 og 2100."),
        ({"responsible": "00000000-0000-7000-8000-000000000000"}, "Velg en organisasjon fra lista."),
    ):
        asked = await visitor.submit(page, path, **{"title": "Trim"} | typed)
        assert (asked.status, words in asked.text) == (422, True), words
    there = await make.organization("Hagelaget", municipality=await elsewhere())
    assert (await visitor.submit(page, path, title="Trim", responsible=str(there.id))).status == 422
    made = await visitor.submit(
        page, path, title="Trim", responsible=str(club.id), deadline="31. desember 26", state="going"
    )
    assert made.response.headers["location"] == "/plans/plan?saved=changed#area-1"
    found = await Measure.get()
    assert (found.number, found.responsible_id, found.deadline, found.state) == (
        1, club.id, date(2026, 12, 31), MeasureState.GOING,
    )  # fmt: skip
    assert "I gang · Senior i Sandnes · frist 31. desember 2026" in (await visitor.open("/plans/plan")).text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EDITOR])
async def test_those_who_speak_for_the_unit_see_their_measure_and_say_how_it_goes(
    visitor: Visitor, club: Organization, trim: Measure, role: Role
) -> None:
    await visitor.sign_in(await make.member(club, role, "Kari"))
    listed = await visitor.open("/measures")
    assert "Trim" in listed.text
    page = await visitor.open(f"/measures/{trim.id}")
    asked = await visitor.submit(page, f"/measures/{trim.id}/comments")
    assert (asked.status, "Skriv kommentaren" in asked.text) == (422, True), "nothing was said or changed"
    said = await visitor.submit(
        page, f"/measures/{trim.id}/comments", comment="Vi flytter dansen.", state="going"
    )
    assert said.status == 303
    assert (
        "Senior i Sandnes, 13. oktober 2026: Vi flytter dansen."
        in (await visitor.open(f"/measures/{trim.id}")).text
    )
    assert (await Measure.get()).state == MeasureState.GOING
    assert [(one.organization_id, one.body) for one in await PlanComment.all()] == [
        (club.id, "Vi flytter dansen.")
    ]
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'measure.commented'") == 1


async def test_they_see_no_more_of_the_plan_than_that(
    visitor: Visitor, club: Organization, trim: Measure
) -> None:
    other = await Measure.create(focus_area=trim.focus_area, number=2, title={"nb": "Kor"})
    await visitor.sign_in(await make.member(club, Role.EDITOR, "Kari"))
    assert "Kor" not in (await visitor.open("/measures")).text
    assert (await visitor.open(f"/measures/{other.id}")).status == 404
    page = await visitor.open(f"/measures/{trim.id}")
    assert "/plans/plan" not in page.response.text
    typed = page.fields() | {"comment": ["Hei"], "state": ["done"]}
    refused = await visitor.post(f"/measures/{other.id}/comments", typed)
    assert refused.status == 404
    for path in (f"/measures/{trim.id}/edit", "/plans/plan", "/population"):
        assert (await visitor.open(path)).status == 403


@pytest.mark.parametrize("role", [Role.HOST, Role.STAFF, Role.GUIDE])
async def test_other_roles_of_the_unit_and_people_of_other_units_find_nothing(
    visitor: Visitor, club: Organization, trim: Measure, role: Role
) -> None:
    stranger = await make.member(await make.organization("Turlaget"), Role.MANAGER, "Per")
    for person in (await make.member(club, role, "Liv"), stranger):
        await visitor.sign_in(person)
        assert "Trim" not in (await visitor.open("/measures")).text
        assert (await visitor.open(f"/measures/{trim.id}")).status == 404


async def test_a_unit_that_no_longer_answers_for_it_sees_it_no_more(
    visitor: Visitor, club: Organization, trim: Measure
) -> None:
    await PlanComment.create(measure=trim, organization=club, body="Sagt før", at=NOW)
    await visitor.sign_in(await make.member(club, Role.EDITOR, "Kari"))
    await Measure.filter(id=trim.id).update(responsible_id=(await make.organization("Turlaget")).id)
    assert (await visitor.open(f"/measures/{trim.id}")).status == 404


async def test_the_page_names_no_person(visitor: Visitor, club: Organization, trim: Measure) -> None:
    kari = await make.member(club, Role.EDITOR, "Kari Nordmann")
    await PlanComment.create(measure=trim, organization=club, body="I gang", at=NOW, written_by=kari)
    await visitor.sign_in(await coordinator())
    assert "Kari" not in (await visitor.open(f"/measures/{trim.id}")).text


async def test_what_is_said_of_a_retired_plan_is_refused(
    visitor: Visitor, club: Organization, trim: Measure
) -> None:
    await visitor.sign_in(await make.member(club, Role.EDITOR, "Kari"))
    page = await visitor.open(f"/measures/{trim.id}")
    await (await trim.focus_area).fetch_related("plan")
    retired = (await trim.focus_area).plan
    retired.retired_at = NOW
    await retired.save()
    late = await visitor.submit(page, f"/measures/{trim.id}/comments", comment="Hei", state="done")
    assert late.status == 404
    assert "Trim" not in (await visitor.open("/measures")).text


# How many live there
