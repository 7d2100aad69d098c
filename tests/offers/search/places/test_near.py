"""What is near somewhere, and what is in a district, by the database."""

from datetime import timedelta
from typing import Any

import pytest

from offers.catalogue.models import Joining, Session, Venue
from offers.catalogue.queries import VISITOR
from offers.search.asked import Found, Search
from offers.search.forms import ListForm, position_text
from offers.search.places.queries import places
from offers.search.places.rules import Near, place_of
from offers.search.queries import search
from organizations.directory.models import District, DistrictPlace, Municipality
from tests import make
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")


async def near(name: str) -> Near:
    known = await places(NOW)
    place = place_of(name, known)
    assert place, name
    return known.near(place)


async def found(**wanted: Any) -> Found:
    return await search(Search(**wanted), viewer=VISITOR, lang="nb", now=NOW)


async def titles(**wanted: Any) -> list[str]:
    return [row.title for row in (await found(**wanted)).rows]


async def hana(municipality: Municipality | None = None) -> District:
    at = municipality or await make.municipality()
    made = await District.create(municipality=at, slug="hana", name="Hana")
    await DistrictPlace.create(district=made, municipality=at, postcode="4328")
    return made


async def venues() -> tuple[Venue, Venue, Venue]:
    """In Hana, in the centre (by its postcode alone), and at Hommersåk."""
    return (
        await make.venue("Hana bydelshus", postcode="4328", lat=58.8565, lon=5.7672),
        await make.venue("Rådhuset", postcode="4306", lat=None, lon=None),
        await make.venue("Riska bydelshus", postcode="4310", city="Hommersåk", lat=58.9247, lon=5.8437),
    )


async def three() -> None:
    there, centre, far = await venues()
    await make.offer("I sentrum", venue=centre, starts=[NOW + timedelta(days=1)])
    await make.offer("På Riska", venue=far, starts=[NOW + timedelta(days=2)])
    await make.offer("På Hana", venue=there, starts=[NOW + timedelta(days=3)])
    await make.offer(
        "På nett", joining=Joining.NONE, starts=[NOW + timedelta(hours=1)], online_url="https://a.example"
    )


async def test_what_is_nearest_stands_first_and_what_is_on_the_web_last() -> None:
    await three()
    page = await found(near=await near("4328"))
    assert [row.title for row in page.rows] == ["På Hana", "I sentrum", "På Riska", "På nett"]
    hana, centre, riska, web = (row.metres for row in page.rows)
    assert hana < 500 < centre < 3_000 < riska < 10_000
    assert web is None
    assert await titles(near=await near("Hommersåk")) == ["På Riska", "På Hana", "I sentrum", "På nett"]


async def test_the_list_can_be_by_date_and_still_say_how_far_it_is() -> None:
    await three()
    page = await found(near=await near("4328"), by_date=True)
    assert [row.title for row in page.rows] == ["På nett", "I sentrum", "På Riska", "På Hana"]
    assert page.rows[3].metres < 500


async def test_a_date_that_is_somewhere_else_is_as_far_as_it_is() -> None:
    there, centre, far = await venues()
    moved = await make.offer("Flyttet", venue=far, starts=[NOW + timedelta(days=1), NOW + timedelta(days=8)])
    await Session.filter(offer=moved, starts_at=NOW + timedelta(days=1)).update(venue=there)
    await make.offer("I sentrum", venue=centre)
    page = await found(near=await near("4328"))
    assert [(row.title, row.venue_name) for row in page.rows] == [
        ("Flyttet", "Hana bydelshus"), ("I sentrum", "Rådhuset"),
    ]  # fmt: skip


async def test_only_what_is_near_enough_is_shown_and_what_is_on_the_web() -> None:
    await three()
    assert await titles(near=await near("4328"), within=1) == ["På Hana", "På nett"]
    assert await titles(near=await near("4328"), within=5) == ["På Hana", "I sentrum", "På nett"]
    assert (await found(near=await near("4328"), within=20)).total == 4


async def test_pages_follow_each_other_where_the_nearest_stands_first() -> None:
    there, centre, far = await venues()
    for number in range(12):
        await make.offer(f"Tilbud {number}", venue=(there, centre, far, None)[number % 4])
    whole = await titles(near=await near("4328"))
    got, after = [], None
    for _ in range(4):
        page = await found(near=await near("4328"), page=3, after=after)
        got += [row.title for row in page.rows]
        if page.next:
            after = ListForm(after=position_text(page.next, 3)).position
            assert after == page.next
    assert page.next is None
    assert got == whole
    assert len(set(got)) == 12


async def test_words_and_place_go_together() -> None:
    await three()
    assert await titles(near=await near("Hommersåk"), words="hana sentrum riska") != []
    await make.offer("Yoga på Riska", venue=await Venue.get(name="Riska bydelshus"))
    await make.offer("Yoga", venue=await Venue.get(name="Hana bydelshus"))
    await make.offer("Yoga i byen", venue=await Venue.get(name="Rådhuset"))
    assert await titles(near=await near("4328"), words="yoga") == ["Yoga", "Yoga i byen", "Yoga på Riska"]


async def test_a_district_is_what_its_coordinators_say() -> None:
    await three()
    await hana()
    assert await titles(districts=("hana",)) == ["På Hana"]
    assert await titles(districts=("hana", "lura")) == ["På Hana"]
    assert await titles(districts=("hana",), municipalities=("sandnes",)) == ["På Hana"]
    assert await titles(districts=("lura",)) == []


async def test_a_district_of_another_municipality_with_the_same_name_is_another() -> None:
    await three()
    other = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await hana(other)
    assert await titles(districts=("hana",), municipalities=("sandnes",)) == []


async def test_a_date_in_the_district_is_enough_and_is_the_one_shown() -> None:
    there, _centre, far = await venues()
    await hana()
    first, second = NOW + timedelta(days=1), NOW + timedelta(days=8)
    moved = await make.offer("På tur", venue=far, starts=[first, second])
    await Session.filter(offer=moved, starts_at=second).update(venue=there)
    away = await make.offer("Ikke her", venue=there, starts=[first])
    await Session.filter(offer=away).update(venue=far)
    await make.offer("Når du vil", venue=there, starts=[], joining=Joining.REQUEST)
    page = await found(districts=("hana",))
    assert [(row.title, row.session_at) for row in page.rows] == [
        ("På tur", second),
        ("Når du vil", None),
    ]


async def test_places_have_the_names_that_people_use() -> None:
    await three()
    await hana()
    known = await places(NOW)
    for typed, name in [("hana", "Hana"), ("HANA", "Hana"), ("sandnes", "Sandnes"), ("hommersak", "Hommersåk"),
                        ("riska bydelshus", "Riska bydelshus"), ("ris", "Riska bydelshus")]:  # fmt: skip
        found = place_of(typed, known)
        assert found
        assert found.name == name


async def test_a_place_where_nothing_public_happens_is_not_told_of() -> None:
    await make.venue("Krisesenteret", postcode="4328")
    assert place_of("krisesenteret", await places(NOW)) is None
