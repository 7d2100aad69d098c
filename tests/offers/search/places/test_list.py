"""The list of offers near somewhere, over HTTP."""

from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from offers.catalogue.models import Venue
from tests import make
from tests.conftest import NOW
from tests.offers.search.places.test_near import hana, three, venues
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
    assert "58.8" not in str(page.soup)


@pytest.mark.parametrize("query", [
    "near=58.8517,5.7353&kind=kake", "near=58.8517,5.7353&q=-tur&when=kake", "place=58.8517+5.7353",
    "q=tur+58,8517+5,7353", "near=58%C2%B051%2706%22+5%C2%B044%27&municipality=atlantis",
    "fbclid=58.8517,5.7353&kind=kake",
])  # fmt: skip
@pytest.mark.parametrize("path", ["/offers?municipality=all&", "/calendar/searches/new?"])
async def test_a_position_is_said_nowhere_whatever_else_is_wrong(
    visitor: Visitor, path: str, query: str
) -> None:
    page = await visitor.open(path + query)
    assert page.status == 422
    for sign in ("58.8", "58,8", "58°", "58%C2%B0"):
        assert sign not in str(page.soup)


async def test_a_position_is_not_carried_on_to_the_municipality(visitor: Visitor) -> None:
    await make.municipality()
    await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    led = (await visitor.open("/offers?q=tur&near=58.8517,5.7353")).response.headers["location"]
    assert "58.8" not in led
    assert "q=tur" in led


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


async def yoga() -> None:
    """On two days in each of two places."""
    there, centre, _far = await venues()
    saturday = NOW.replace(day=17)
    await make.offer("Yoga på Hana", venue=there, starts=[saturday])
    await make.offer("Yoga på Hana på tirsdag", venue=there, starts=[NOW + timedelta(days=7)])
    await make.offer("Yoga i byen", venue=centre, starts=[saturday])
    await make.offer("Strikking", venue=there, starts=[saturday])


@pytest.mark.parametrize(
    "typed", ["yoga Hana lørdag", "yoga hana lordag", "yoga in Hana on saturday", "laurdag hana yoga"]
)
async def test_a_place_and_a_day_among_the_words_are_understood_and_shown(
    visitor: Visitor, typed: str
) -> None:
    await yoga()
    await hana()
    page = await visitor.open("/offers?" + urlencode({"q": typed}))
    assert cards(page) == ["Yoga på Hana", "Yoga i byen"]
    assert {chip.casefold() for chip in chips(page)} & {"«yoga»", "nær hana"} == {"«yoga»", "nær hana"}
    assert len(chips(page)) == 3
    assert page.soup.find(id="q")["value"] == typed
    assert "Det som passer best og er nærmest, står først." in words(page.soup.find(id="results"))


async def test_what_was_understood_can_be_taken_away_and_is_a_word_then(visitor: Visitor) -> None:
    await yoga()
    await hana()
    page = await visitor.open("/offers?" + urlencode({"q": "yoga hana lørdag"}))
    assert list(chips(page)) == ["«yoga»", "Nær Hana", "Lørdag"]
    page = await visitor.open(chips(page)["Lørdag"])
    assert parse_qs(urlsplit(str(page.response.url)).query) == {
        "q": ["yoga hana lørdag"],
        "plain": ["lørdag"],
    }
    assert list(chips(page)) == ["«yoga lørdag»", "Nær Hana"]
    assert page.soup.find("input", attrs={"name": "plain", "type": "hidden"})["value"] == "lørdag"
    page = await visitor.open(chips(page)["Nær Hana"])
    assert list(chips(page)) == ["«yoga hana lørdag»"]
    page = await visitor.open(chips(await visitor.open("/offers?q=yoga+hana"))["«yoga»"])
    assert list(chips(page)) == ["Nær Hana"]
    assert cards(page)[0] in ("Yoga på Hana", "Strikking")


async def test_a_town_that_only_the_post_knows_is_read_unless_an_offer_speaks_of_it(visitor: Visitor) -> None:
    await yoga()
    assert "Nær Brumunddal" in chips(await visitor.open("/offers?q=yoga+brumunddal"))
    await make.offer("Brumunddal sangkor", starts=[NOW + timedelta(days=1)])
    assert list(chips(await visitor.open("/offers?q=yoga+brumunddal"))) == ["«yoga brumunddal»"]
    assert list(chips(await visitor.open("/offers?q=ski+2026"))) == ["«ski 2026»"]
    for typed in ("yoga Nord-Torpa", "yoga nord-torpa!", "yoga Vang i Valdres"):
        page = await visitor.open("/offers?" + urlencode({"q": typed}))
        assert page.status == 200
        assert "«yoga»" in chips(page)


@pytest.mark.parametrize(
    "typed",
    [
        "\\ hana : & lørdag",
        "hana'; DROP --",
        "i i i på på",
        "lørdag " * 40,
        "hana|lørdag",
        "(hana)",
        "hana:*",
        "!hana",
    ],
)
async def test_odd_signs_beside_places_and_days_are_no_trouble(visitor: Visitor, typed: str) -> None:
    await yoga()
    await hana()
    assert (await visitor.open("/offers?" + urlencode({"q": typed.strip()}))).status in (200, 422)


async def test_a_place_that_is_chosen_goes_before_one_that_is_typed(visitor: Visitor) -> None:
    await yoga()
    await hana()
    assert list(chips(await visitor.open("/offers?q=yoga+hana&near=4306"))) == [
        "«yoga hana»",
        "Nær 4306 Sandnes",
    ]
    page = await visitor.open("/offers?q=yoga+lørdag&day=today")
    assert list(chips(page)) == ["«yoga lørdag»", "I dag"]


@pytest.mark.parametrize(
    "query", ["q=hana&plain=" + "a" * 81, "q=hana" + "&plain=a" * 21, "q=hana&plain=%01"]
)
async def test_a_wrong_list_of_plain_words_is_refused(visitor: Visitor, query: str) -> None:
    await yoga()
    assert (await visitor.open(f"/offers?{query}")).status == 422


async def test_a_calendar_follows_the_words_without_the_place(visitor: Visitor) -> None:
    await yoga()
    await hana()
    page = await visitor.open("/offers?q=yoga+hana")
    follow = str(page.soup.select_one('a[href^="/calendar/searches/new"]')["href"])
    assert parse_qs(urlsplit(follow).query) == {"q": ["yoga"], "near": ["hana"]}
    page = await visitor.open(follow)
    assert page.status == 200


async def test_what_was_read_out_of_the_words_can_be_done_without(visitor: Visitor) -> None:
    """Where nothing is found on that day, other days are led to, and there the day is not read again."""
    there, _centre, _far = await venues()
    await hana()
    await make.offer("Yoga på Hana", venue=there, starts=[NOW + timedelta(days=7)])
    page = await visitor.open("/offers?" + urlencode({"q": "yoga hana lørdag"}))
    assert list(chips(page)) == ["«yoga»", "Nær Hana", "Lørdag"]
    ways = [
        str(link["href"])
        for link in page.soup.find(id="results").select('a[href^="/offers?"][href*="near=hana"]')
    ]
    assert ways
    for way in ways:
        assert "weekday" not in way
        assert cards(await visitor.open(way)) == ["Yoga på Hana"]


async def test_a_place_is_no_slip_of_the_finger(visitor: Visitor) -> None:
    """What was read as a place or a day is not guessed at, and is kept where another word is."""
    there, _centre, _far = await venues()
    await hana()
    await make.offer("Hand i hand med strikking", venue=there, starts=[NOW.replace(day=17)])
    page = await visitor.open("/offers?" + urlencode({"q": "strikkning hana lørdag"}))
    meant = page.soup.find("a", string="strikking")
    assert parse_qs(urlsplit(str(meant["href"])).query) == {
        "q": ["strikking"], "near": ["hana"], "weekday": ["saturday"],
    }  # fmt: skip
    assert cards(await visitor.open(str(meant["href"]))) == ["Hand i hand med strikking"]
