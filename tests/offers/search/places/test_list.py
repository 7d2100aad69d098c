"""The list of offers near somewhere, over HTTP."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from offers.catalogue.models import Venue
from tests import make
from tests.conftest import NOW
from tests.offers.search.places.test_near import hana, three
from tests.offers.search.test_list import cards, chips, words
from tests.visitor import Visitor


async def test_the_list_is_by_distance_says_it_and_can_be_by_date(visitor: Visitor) -> None:
    await three()
    page = await visitor.open("/offers?near=4328")
    assert cards(page) == ["På Hana", "I sentrum", "På Riska", "På nett"]
    first, *_others, last = page.soup.select(".tp-list article")
    assert "Hana bydelshus, 300 m unna" in words(first)
    assert "unna" not in words(last)
    text = words(page.soup.find(id="results"))
    assert "Avstandene er omtrentlige, og i luftlinje fra 4328 Sandnes." in text
    assert "Det nærmeste står først. Vis etter dato" in text
    page = await visitor.open(str(page.soup.find("a", string="Vis etter dato")["href"]))
    assert cards(page) == ["På nett", "I sentrum", "På Riska", "På Hana"]
    assert page.soup.find("a", string="Vis det nærmeste først")


async def test_a_chip_takes_the_place_away_with_how_far_it_may_be(visitor: Visitor) -> None:
    await three()
    await hana()
    page = await visitor.open("/offers?near=hana&within=5&q=i&free=1")
    assert list(chips(page)) == ["«i»", "Har ledige plasser", "Nær Hana", "Høyst 5 km unna"]
    assert parse_qs(urlsplit(chips(page)["Nær Hana"]).query) == {"q": ["i"], "free": ["1"]}
    assert parse_qs(urlsplit(chips(page)["Høyst 5 km unna"]).query) == {
        "q": ["i"], "free": ["1"], "near": ["hana"],
    }  # fmt: skip


async def test_an_unknown_place_is_named_and_the_rest_of_the_search_is_kept(visitor: Visitor) -> None:
    await three()
    page = await visitor.open("/offers?near=Gotham&q=tur&free=1")
    assert page.status == 422
    told = "Vi fant ikke stedet «Gotham». Prøv et annet sted eller et postnummer."
    assert page.soup.find(id="near-error").get_text() == told
    assert told in words(page.soup.find(id="results"))
    assert [page.soup.find(id=name)["value"] for name in ("near", "q")] == ["Gotham", "tur"]
    assert page.soup.find(id="free").has_attr("checked")


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("near=" + "å" * 61, "near", "Skriv et kortere sted, høyst 60 tegn."),
        ("near=hana%01", "near", "Teksten har et tegn vi ikke kan ta imot."),
        ("near=hana&within=3", "within", "Velg hvor langt unna i lista."),
        ("near=hana&order=x", "order", None),
        ("district=atlantis", "district", "Vi kjenner ingen bydel som heter «atlantis»."),
        ("district=hana&district=atlantis", "district", "Vi kjenner ingen bydel som heter «atlantis»."),
        ("district=" + "a" * 81, "district", "Velg bydelen i lista."),
    ],
)
async def test_a_bad_place_is_refused_at_its_field(
    visitor: Visitor, query: str, field: str, reason: str | None
) -> None:
    await three()
    await hana()
    page = await visitor.open(f"/offers?{query}")
    assert page.status == 422
    if reason:
        assert page.soup.find(id=f"{field}-error").get_text() == reason


async def test_a_district_without_offers_shows_what_is_nearest_and_says_so(visitor: Visitor) -> None:
    await three()
    await hana()
    await Venue.filter(postcode="4328").update(postcode="4329")
    page = await visitor.open("/offers?district=hana")
    assert page.status == 200
    assert "Ingen tilbud i Hana passer. Her er de nærmeste." in words(page.soup.find(id="results"))
    assert cards(page) == ["På Hana", "I sentrum", "På Riska", "På nett"]
    assert "300 m unna" in words(page.soup.select_one(".tp-list article"))
    assert chips(page) == {"Hana": "/offers"}
    page = await visitor.open("/offers?district=hana&q=skihopp")
    assert "Her er de nærmeste" not in page.text


async def test_districts_are_offered_where_there_are_any(visitor: Visitor) -> None:
    await three()
    assert "Bydel eller bygd" not in (await visitor.open("/offers")).text
    await hana()
    page = await visitor.open("/offers?district=hana")
    assert cards(page) == ["På Hana"]
    assert page.soup.find("input", attrs={"name": "district", "value": "hana"}).has_attr("checked")


async def test_a_position_in_an_address_is_refused_and_never_said_again(
    visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    await three()
    page = await visitor.open("/offers?near=58.8517,5.7353&q=tur")
    assert page.status == 422
    assert page.soup.find(id="near-error").get_text() == "Skriv et sted eller et postnummer."
    logged = "".join(capsys.readouterr())
    assert "/offers" in logged
    assert "58.85" not in logged
    assert "5.7353" not in logged
    for one in ("#near", ".ds-chip", "main"):
        assert all("58.8" not in str(found) for found in page.soup.select(one))


async def test_a_postcode_in_an_address_is_in_no_log(
    visitor: Visitor, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is nobody's position, and yet where somebody lives."""
    await three()
    page = await visitor.open("/offers?near=4328")
    assert page.status == 200
    logged = "".join(capsys.readouterr())
    assert "/offers" in logged
    assert "4328" not in logged
    assert page.response.headers["referrer-policy"] == "same-origin"


async def test_the_page_lets_a_browser_ask_where_it_is_and_hides_the_button_until_it_can(
    visitor: Visitor,
) -> None:
    await make.offer("Tur", starts=[NOW + timedelta(days=1)])
    page = await visitor.open("/offers")
    assert "geolocation=(self)" in page.response.headers["permissions-policy"]
    button = page.soup.find("button", attrs={"data-here": "near"})
    assert button.has_attr("hidden")
    listed = await visitor.open(str(button["data-postcodes"]))
    assert "4328 Sandnes 58.858 5.762" in listed.text
