"""A coordinator draws the municipality's districts, and sees what lies in none."""

import asyncio
from contextvars import copy_context

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.web.seen import one_at_a_time
from marketplace.districts import actions
from marketplace.districts.rules import places_of
from marketplace.people.models import Person
from marketplace.statistics.models import Cell
from offers.search.places.queries import district_of
from organizations.directory.models import (
    District,
    DistrictPlace,
    Municipality,
    Organization,
    OrganizationKind,
)
from organizations.members.models import Role
from tests import make
from tests.at_once import waiting
from tests.conftest import NOW
from tests.marketplace.attended import goal, plan
from tests.visitor import Page, Visitor


@pytest.fixture
async def here(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def nora(visitor: Visitor, here: Municipality) -> Person:
    """Coordinates Sandnes, and is signed in."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    person = await make.member(unit, Role.COORDINATOR, "Nora")
    await visitor.sign_in(person)
    return person


async def drawn(here: Municipality, nora: Person, name: str, places: str) -> District:
    return await actions.make(here.id, name, places_of(places), by=nora.id, now=NOW)


def complaint(page: Page, field: str) -> str:
    found = page.soup.select_one(f"#{field}-error")
    assert found, page.text
    return found.get_text()


async def test_a_district_is_made_and_stands_with_its_places(visitor: Visitor, nora: Person) -> None:
    await make.venue("Rådhuset", postcode="4306")
    await make.venue("Riska", postcode="4310", city="Hommersåk")
    page = await visitor.open("/districts/new?municipality=sandnes")
    made = await visitor.submit(page, "/districts/new", name="Sentrum", places="4306 Sandnes\n4307")
    assert made.response.headers["location"] == "/districts?municipality=sandnes&saved=made"
    page = await visitor.follow(made)
    assert "4306, 4307" in page.text
    assert "1 møtested ligger her" in page.text
    outside = page.soup.select_one("section[aria-labelledby=outside]")
    assert outside
    assert "4310 Hommersåk: 1 møtested" in outside.get_text(" ")
    assert "4306" not in outside.get_text(" ")


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ("4306\n43o6", "«43o6» er verken et postnummer med fire tall eller et poststed."),
        ("4306-4310", "«4306-4310» er verken et postnummer med fire tall eller et poststed."),
        ("4313\nlura", "4313 hører til Lura, Lura hører til Lura. Et sted kan bare være med i én bydel."),
    ],
)
async def test_nonsense_and_overlap_are_told_at_the_field_and_what_was_typed_stays(
    visitor: Visitor, nora: Person, here: Municipality, places: str, words: str
) -> None:
    await drawn(here, nora, "Lura", "4313, Lura")
    page = await visitor.open("/districts/new?municipality=sandnes")
    sent = await visitor.submit(page, "/districts/new", name="Sentrum", places=places)
    assert (sent.status, complaint(sent, "places")) == (422, words)
    assert sent.fields("/districts/new")["places"] == [places]
    assert await District.all().count() == 1


async def test_a_name_stands_once_in_a_municipality(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    await drawn(here, nora, "Sentrum", "4306")
    page = await visitor.open("/districts/new?municipality=sandnes")
    sent = await visitor.submit(page, "/districts/new", name="SENTRUM", places="4307")
    assert (sent.status, complaint(sent, "name")) == (
        422,
        "Det finnes en bydel som heter det. Velg et annet navn.",
    )


async def test_the_same_district_can_be_saved_again(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    found = await drawn(here, nora, "Sentrum", "4306")
    page = await visitor.open(f"/districts/{found.id}/edit")
    sent = await visitor.submit(page, "/edit", name="Sandnes sentrum", places="4306\n4307")
    assert sent.status == 303
    await found.refresh_from_db()
    assert found.name == "Sandnes sentrum"
    assert {one.postcode for one in await DistrictPlace.all()} == {"4306", "4307"}


async def test_two_who_draw_the_same_place_at_once_do_not_both_get_it(
    here: Municipality, nora: Person
) -> None:
    made = await asyncio.gather(
        drawn(here, nora, "Nord", "4306"), drawn(here, nora, "Sør", "4306"), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in made) == ["District", "Overlaps"]


async def test_a_district_that_is_removed_while_it_is_edited_is_gone(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    found = await drawn(here, nora, "Sentrum", "4306")
    page, outside = await visitor.open(f"/districts/{found.id}/edit"), copy_context()
    async with one_at_a_time(here.id):
        sent = await waiting(visitor.submit(page, "/edit", places="4306\n4307"), outside)
        await actions.remove(found, by=nora.id, now=NOW)
    assert (await sent).status == 404
    assert await rows("SELECT 1 FROM district_place") == []


async def test_the_postcode_goes_before_the_town(here: Municipality, nora: Person) -> None:
    lura = await drawn(here, nora, "Lura", "4313")
    rest = await drawn(here, nora, "Resten", "sandnes")
    venues = [
        await make.venue("A", postcode="4313", city="Sandnes"),
        await make.venue("B", postcode="4399", city="SANDNES"),
        await make.venue("C", postcode=None, city=None),
    ]
    found = [await value(f"SELECT {district_of('$1::uuid', '$2::uuid')}", here.id, one.id) for one in venues]
    assert found == [lura.id, rest.id, None]


async def test_what_has_been_counted_in_stays(visitor: Visitor, nora: Person, here: Municipality) -> None:
    found = await drawn(here, nora, "Sentrum", "4306")
    owner = await Organization.all().first()
    await Cell.create(municipality=here, organization=owner, main_audience="youth", kind="activity", district=found,
                      evening=False)  # fmt: skip
    page = await visitor.open(f"/districts/{found.id}/remove")
    assert "bydelen må stå" in page.text
    with pytest.raises(Exception, match="bydelen må stå"):
        await actions.remove(found, by=nora.id, now=NOW)
    assert await District.exists(id=found.id)


async def test_what_a_goal_is_about_stays(nora: Person, here: Municipality) -> None:
    found = await drawn(here, nora, "Sentrum", "4306")
    await goal(await plan(here), districts=[found.id])
    with pytest.raises(Refused, match="bydelen må stå"):
        await actions.remove(found, by=nora.id, now=NOW)


async def test_a_district_that_nothing_is_counted_in_can_go(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    found = await drawn(here, nora, "Feil", "4306")
    page = await visitor.open(f"/districts/{found.id}/remove")
    assert (await visitor.submit(page, "/remove")).status == 303
    assert await District.all().count() == 0
    assert await rows("SELECT 1 FROM district_place") == []


async def test_another_municipality_s_districts_are_not_there(
    visitor: Visitor, nora: Person, here: Municipality
) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    theirs = await drawn(land, nora, "Hov", "2860")
    for path in (f"/districts/{theirs.id}/edit", "/districts?municipality=sondre-land"):
        assert (await visitor.open(path)).status == 404
