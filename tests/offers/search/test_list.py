"""The list of offers, over HTTP."""

import logging
from datetime import UTC, datetime, timedelta
from time import perf_counter
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import Tag

from marketplace.base.data.database import column, rows, value
from marketplace.settings import settings
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, OfferText, Session  # fmt: skip
from offers.search.asked import Query, in_address
from offers.search.words.crisis import needs_somebody_now
from organizations.directory.models import Municipality, OrganizationKind, Picture
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

SATURDAY = datetime(2026, 10, 17, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def cards(page: Page) -> list[str]:
    return [card.get_text() for card in page.soup.select(".tp-list .tp-offer__link")]


def chips(page: Page) -> dict[str, str]:
    return {
        chip.get_text().removeprefix("Fjern "): str(chip["href"]) for chip in page.soup.select(".ds-chip")
    }


def checked(page: Page) -> list[tuple[str, str]]:
    return [
        (str(box["name"]), str(box["value"])) for box in page.soup.select("input:checked, input[checked]")
    ]


def words(element: Tag) -> str:
    """What a person reads, with ordinary spaces."""
    return " ".join(element.get_text(" ").replace("\u2060", "").split())


async def test_the_list_shows_a_card_of_each_offer_and_says_how_many(visitor: Visitor) -> None:
    venue = await make.venue()
    await make.offer(
        "Generasjonslekene", starts=[SATURDAY], venue=venue, audiences=["seniors", "parents"], capacity=2
    )
    await make.offer(
        "Kafé Julie", joining=Joining.DROP_IN, kind=Kind.MEETING_PLACE, starts=[NOW + timedelta(hours=1)]
    )
    page = await visitor.open("/offers")
    assert (page.status, page.soup.find("h2", id="found").get_text()) == (200, "2 tilbud")
    assert page.soup.find(id="live").get_text() == "2 tilbud"
    assert [words(one) for one in page.soup.select(".tp-dayhead")] == [
        "Tirsdag 13. oktober i dag", "Lørdag 17. oktober",
    ]  # fmt: skip
    first, second = page.soup.select(".tp-list article")
    assert words(first) == "Kafé Julie kl. 13–15 Alle er velkommen Kom innom"
    assert words(second) == (
        "Generasjonslekene kl. 11–13 Sandnes rådhus · 65 år og eldre, foreldre 2 plasser igjen"
    )
    assert page.response.headers["cache-control"] == "no-cache"


async def test_every_filter_stands_in_the_address_in_the_form_and_as_a_chip(visitor: Visitor) -> None:
    query = {
        "q": "tur", "place": "Sandnes", "drop_in": "1", "free": "1", "evening": "1", "when": "this_week",
        "audience": ["youth", "seniors"], "kind": ["course"],
    }  # fmt: skip
    page = await visitor.open(
        f"/offers?{visitor.client.build_request('GET', '/', params=query).url.query.decode()}"
    )
    assert page.status == 200
    assert [page.soup.find(id=name)["value"] for name in ("q", "place")] == ["tur", "Sandnes"]
    assert checked(page) == [
        ("drop_in", "on"), ("free", "on"), ("evening", "on"), ("audience", "youth"), ("audience", "seniors"),
        ("kind", "course"),
    ]  # fmt: skip
    assert page.soup.select_one("#find input[name=day]")["value"] == "this_week"
    assert page.soup.select_one("main summary").get_text() == "Filtrer 6 valgt"
    links = chips(page)
    assert list(links) == [
        "«tur»", "Sandnes", "Kom innom, ingen påmelding", "Har ledige plasser", "Kveld og helg", "Denne uka", "Ungdom",
        "65 år og eldre", "Kurs",
    ]  # fmt: skip
    left = parse_qs(urlsplit(links["Ungdom"]).query)
    query["day"] = query.pop("when")  # as it is called now
    assert left == {name: value if isinstance(value, list) else [value] for name, value in query.items()} | {
        "audience": ["seniors"]
    }
    assert "day" not in parse_qs(urlsplit(links["Denne uka"]).query)
    assert page.soup.find("a", string="Fjern alle valg")["href"] == "/offers"


async def test_pages_lead_on_and_back_with_the_filters_kept(visitor: Visitor) -> None:
    for number in range(23):
        await make.offer(f"Kurs {number:02}", kind=Kind.COURSE, starts=[NOW + timedelta(days=number)])
    await make.offer("Tur", starts=[NOW + timedelta(days=1)])
    first = await visitor.open("/en/offers?kind=course")
    on = first.soup.select_one("nav.tp-cluster a.ds-button")
    assert str(on["href"]).startswith("/en/offers?kind=course&after=")
    second = await visitor.open(str(on["href"]))
    assert cards(first) + cards(second) == [f"Kurs {number:02}" for number in range(23)]
    assert second.soup.select_one("nav.tp-cluster a")["href"] == "/en/offers?kind=course"
    assert not second.soup.select("nav.tp-cluster a.ds-button")


async def test_each_page_says_which_of_all_it_shows(visitor: Visitor) -> None:
    for number in range(43):
        await make.offer(f"Kurs {number:02}", kind=Kind.COURSE, starts=[NOW + timedelta(days=number / 4)])
    page, said = await visitor.open("/offers"), []
    for _ in range(3):
        said.append(words(page.soup.select_one("[data-shown]")))
        on = page.soup.select_one("a[data-more]")
        page = await visitor.open(str(on["href"])) if on else page
    assert said == ["Viser 1–20 av 43", "Viser 21–40 av 43", "Viser 41–43 av 43"]
    assert page.soup.select_one("a[data-more]") is None
    assert page.soup.select_one("[data-cards]")["data-cards"] == "3 tilbud til"


async def test_a_list_in_the_order_of_words_has_no_days(visitor: Visitor) -> None:
    await make.offer("Tur", starts=[NOW + timedelta(days=1)])
    best = await visitor.open("/offers?q=tur")
    assert not best.soup.select(".tp-dayhead")
    assert "I morgen kl. 12–14" in words(best.soup.select_one(".tp-offer"))
    dates = await visitor.open("/offers?q=tur&order=date")
    assert words(dates.soup.select_one(".tp-dayhead")) == "Onsdag 14. oktober i morgen"


async def test_a_card_says_ages_cost_and_languages_where_they_are_said(visitor: Visitor) -> None:
    venue = await make.venue()
    await make.offer("Kurs", starts=[NOW + timedelta(days=1)], venue=venue, age_from=13, age_to=18, cost="some",
                     cost_text="20 kr", spoken=["ar", "en"])  # fmt: skip
    line = (await visitor.open("/offers")).soup.select_one(".tp-offer .tp-line")
    assert words(line) == (
        "Sandnes rådhus · Alle er velkommen · 13–18 år, koster litt · Språk: English , العربية"
    )
    assert [one["lang"] for one in line.select("bdi")] == ["en", "ar"]


async def test_a_card_shows_the_picture_of_its_organiser_or_the_drawing_of_its_kind(visitor: Visitor) -> None:
    picture = await Picture.create(sha256=bytes(range(32)), media_type="image/webp", width=512, height=320,
                                   content=b"webp", created_at=NOW)  # fmt: skip
    await make.offer("Tur", starts=[NOW + timedelta(days=1)], picture=picture)
    await make.offer("Kurs", kind=Kind.COURSE, starts=[NOW + timedelta(days=2)])
    own, drawn = (await visitor.open("/offers")).soup.select(".tp-offer")
    image = own.select_one("img.tp-picture")
    assert (image["alt"], image["loading"]) == ("", "lazy")
    assert (await visitor.open(str(image["src"]))).response.headers["content-type"] == "image/webp"
    assert str(drawn.select_one("svg.tp-picture use")["href"]).endswith("#kurs")


async def test_htmx_gets_the_results_alone_with_the_count_for_the_live_region(visitor: Visitor) -> None:
    await make.offer("Språkkafé")
    page = await visitor.open("/offers?q=spr", hx_request="true")
    assert page.soup.h1 is None
    assert cards(page) == ["Språkkafé"]
    live = page.soup.find(id="live")
    assert (live.get_text(), live["data-hx-swap-oob"]) == ("1 tilbud", "true")
    assert page.response.headers["vary"].startswith("HX-Request, HX-History-Restore-Request")
    whole = await visitor.open("/offers?q=spr", hx_request="true", hx_history_restore_request="true")
    assert whole.heading == "Finn tilbud"


async def test_nothing_found_says_so_and_what_to_do_instead(visitor: Visitor) -> None:
    await make.offer("Språkkafé")
    page = await visitor.open("/offers?q=opera&evening=1")
    assert page.soup.find(id="found").get_text() == "Ingen tilbud passer"
    assert "Vi fant ikke noe som ligner heller." in page.text
    assert page.soup.select_one("#results a[href^=tel]").get_text() == "51 00 00 00"


@pytest.mark.parametrize(("typed", "meant"), [("spåkkafé", "språkkafé"), ("fisktur i båt", "fisketur i båt")])
async def test_a_slip_of_the_finger_is_asked_about_and_not_searched_for(
    visitor: Visitor, typed: str, meant: str
) -> None:
    await make.offer("Språkkafé")
    await make.offer("Fisketur i båt")
    page = await visitor.open(f"/offers?q={typed}&evening=1")
    link = page.soup.find("a", string=meant)
    assert link is not None
    assert "evening=1" in str(link["href"])
    assert page.soup.find(id="found").get_text() == "Ingen tilbud passer"


async def test_nobody_is_led_to_a_sensitive_offer_by_a_slip_of_the_finger(visitor: Visitor) -> None:
    await make.offer("Sorggruppe", sensitive=True)
    await make.offer("Torget åpner")
    assert "Mente du" not in (await visitor.open("/offers?q=sorggrupe")).text
    assert "Mente du torget ?" in (await visitor.open("/offers?q=torgat")).text


async def test_what_has_some_of_the_words_is_shown_where_none_has_all(visitor: Visitor) -> None:
    await make.offer("Strikkekveld")
    page = await visitor.open("/offers?q=strikkekveld+med+hunder")
    assert cards(page) == ["Strikkekveld"]
    assert "Ingen tilbud passer med alle ordene." in page.text


async def test_the_order_is_said_and_can_be_changed(visitor: Visitor) -> None:
    await make.offer("Kafé med tur", starts=[NOW + timedelta(days=1)])
    await OfferText.all().update(title="Kafé", body="Etterpå går vi tur.")
    await make.offer("Tur", starts=[NOW + timedelta(days=2)])
    best = await visitor.open("/offers?q=tur")
    assert cards(best) == ["Tur", "Kafé"]
    other = best.soup.find("a", string="Vis etter dato")
    assert other is not None
    assert cards(await visitor.open(str(other["href"]))) == ["Kafé", "Tur"]


@pytest.mark.parametrize(
    "typed",
    [
        "selvmord",
        "jeg vil dø",
        "sjølvmordstankar",
        "selvmrod",
        "want to die",
        "han slår",
        "ta mitt eget liv",
        "ta livet av meg",
        "selv mord",
        "selvskader",
        "self-harm",
        "drepe meg selv",
        "kutter meg",
        "killing my self",
        "mannen truer meg",
        "pappa slår",
        "krisesenter",
        "jeg vil ikke være her mer",
        "afraid of my husband",
        "самогубство",
        "انتحار",
    ],
)
async def test_words_of_crisis_put_somebody_to_ring_first(visitor: Visitor, typed: str) -> None:
    page = await visitor.open(f"/offers?q={typed}")
    first = page.soup.select_one("#results > section")
    assert first is not None
    assert [one["href"] for one in first.select("a[href^=tel]")] == ["tel:113", "tel:116123"]


@pytest.mark.parametrize(
    "typed",
    [
        "dødsbo",
        "volleyball",
        "livet på landet",
        "drikke kaffe",
        "slå gress",
        "ta livet med ro",
        "henge meg på en tur",
        "selvhjelp",
        "kutte gress",
        "livredderkurs",
    ],
)
async def test_other_words_do_not(visitor: Visitor, typed: str) -> None:
    assert (await visitor.open(f"/offers?q={typed}")).soup.find(id="urgent") is None


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ("when=2026-02-30", "day", "Vi kjenner ikke dagen «2026-02-30». Velg en dag i lista."),
        ("kind=course&kind=x", "kind", "Vi kjenner ikke «x». Velg hva slags tilbud i lista."),
        ("audience=-1", "audience", "Vi kjenner ikke «-1». Velg hvem i lista."),
        ("q=" + "a" * 301, "q", "Skriv færre ord, høyst 300 tegn."),
        ("q=" + "1" + "0" * 40, "q", None),
        ("place=" + "1" + "0" * 40, "place", None),
        ("place=" + "å" * 61, "place", "Skriv et kortere sted, høyst 60 tegn."),
        ("q=tur%01", "q", "Teksten har et tegn vi ikke kan ta imot."),
        ("free=kanskje", "free", "Vi forstår ikke «kanskje». Kryss av, eller la være."),
        ("drop_in=1" + "0" * 40, "drop_in", "Vi forstår ikke «1" + "0" * 39 + "». Kryss av, eller la være."),
    ],
)
async def test_a_bad_filter_is_refused_at_its_field_and_what_was_typed_stays(
    visitor: Visitor, query: str, field: str, reason: str | None
) -> None:
    await make.offer("Tur")
    page = await visitor.open(f"/offers?place=Sandnes&{query}" if field != "place" else f"/offers?{query}")
    if reason is None:
        assert page.status == 200
        return
    assert page.status == 422
    assert page.soup.find(id=f"{field}-error").get_text() == reason
    assert page.soup.select_one(f'.ds-error-summary a[href="#{field}"]').get_text() == reason
    assert page.soup.find(id="found").get_text() == "Vi kunne ikke søke"
    assert page.soup.find(id="place")["value"] == ("Sandnes" if field != "place" else "å" * 61)
    assert page.soup.title.get_text().startswith("Feil:")


@pytest.mark.parametrize(
    "after", ["x", "1~2", "9" * 41 + "~" + "a" * 32, "-1~" + "a" * 32, "~", "nan~" + "b" * 32]
)
async def test_a_wrong_place_in_the_list_is_refused(visitor: Visitor, after: str) -> None:
    await make.offer("Tur")
    owner = await make.organization()
    for path in ("/offers", f"/organizations/{owner.slug}"):
        page = await visitor.open(f"{path}?after={after}")
        assert page.status == 422
        assert page.soup.select_one(".ds-error-summary li").get_text() == (
            "Vi finner ikke igjen stedet i lista. Begynn på nytt fra starten."
        )


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "place=a%00b", "q=%c3"])
async def test_what_is_no_text_at_all_is_refused(visitor: Visitor, query: str) -> None:
    assert (await visitor.open(f"/offers?{query}")).status == 400


async def test_a_place_far_out_in_the_list_is_empty_and_leads_back(visitor: Visitor) -> None:
    await make.offer("Tur")
    page = await visitor.open("/offers?after=" + "9" * 17 + "~" + "f" * 32)
    assert page.status == 200
    assert page.soup.find("a", string="Til starten av lista")["href"] == "/offers"


async def test_staff_may_choose_what_is_for_staff(visitor: Visitor) -> None:
    await make.offer("Fagkurs", kind=Kind.STAFF_TRAINING, audiences=["staff"])
    page = await visitor.open("/offers")
    values = {str(box["value"]) for box in page.soup.select("input[type=checkbox]")}
    assert not values & {"staff_training", "staff"}
    unit = await make.organization("Helse", kind=OrganizationKind.MUNICIPAL)
    await visitor.sign_in(await make.member(unit, Role.STAFF))
    page = await visitor.open("/offers")
    assert {"staff_training", "staff"} <= {
        str(box["value"]) for box in page.soup.select("input[type=checkbox]")
    }


async def test_a_page_asks_the_database_equally_often_for_one_row_and_for_thirty(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    async def queries(path: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            assert (await visitor.open(path)).status == 200
        return len([record for record in caplog.records if record.name == "tortoise.db_client"])

    owner = await make.organization()
    offer = await make.offer("Kafé", owner=owner, starts=[NOW + timedelta(hours=1)])
    paths = ["/", "/offers", f"/offers/{offer.slug}", "/organizations", f"/organizations/{owner.slug}"]
    one = [await queries(path) for path in paths]
    for number in range(29):
        await make.offer(f"Tur {number}", owner=owner, starts=[NOW + timedelta(hours=2)])
        start = NOW + timedelta(days=number + 1)
        await Session.create(offer=offer, starts_at=start, ends_at=start + timedelta(hours=1), changed_at=NOW)
    assert [await queries(path) for path in paths] == one == [6, 5, 2, 2, 2]


async def test_one_network_may_search_three_hundred_times_in_five_minutes(visitor: Visitor) -> None:
    await make.offer("Strikkekafé")
    somebody = visitor.at_network("203.0.113.7")
    for number in (1, 2):
        assert (await somebody.open("/offers?q=strikk")).status == 200
        assert await column("SELECT count FROM rate_limit") == [number]
    await rows("UPDATE rate_limit SET count = 299")
    assert [(await somebody.open("/offers?q=strikk")).status for _ in range(2)] == [200, 429]
    assert (await somebody.open("/offers")).status == 200


async def two_places(visitor: Visitor) -> None:
    here, land = await make.municipality(), await make.municipality(
        number="3447", slug="sondre-land", name="Søndre Land", host="sondre-land.example.no"
    )  # fmt: skip
    await make.offer(
        "Kafé i byen", owner=await make.organization(municipality=here), starts=[NOW + timedelta(days=1)]
    )
    far = await make.organization("Frivillig i Land", municipality=land)
    await make.offer("Kafé på landet", owner=far, municipality_id=land.id, starts=[NOW + timedelta(days=2)])
    await make.offer("Søvnkurs på nett", owner=far, municipality_id=land.id, venue=None, starts=[],
                     joining=Joining.NONE, online_url="https://example.no/sov")  # fmt: skip


async def test_a_bare_address_leads_to_the_municipality_of_these_pages(visitor: Visitor) -> None:
    await two_places(visitor)
    asked = await visitor.open("/offers?q=kaf%C3%A9&evening=")
    assert asked.response.headers["location"] == "/offers?q=kaf%C3%A9&evening=&municipality=sandnes"
    assert (await visitor.open("/en/offers")).response.headers[
        "location"
    ] == "/en/offers?municipality=sandnes"
    page = await visitor.follow(await visitor.open("/offers"))
    assert cards(page) == ["Kafé i byen", "Søvnkurs på nett"], "what is on the web is everywhere"


async def test_a_blank_municipality_is_none(visitor: Visitor) -> None:
    await two_places(visitor)
    for blank in ("municipality=", "municipality=%20", "municipality=&municipality="):
        answer = (await visitor.open(f"/offers?q=a&{blank}")).response
        assert (answer.status_code, answer.headers["location"]) == (303, "/offers?q=a&municipality=sandnes")
    assert cards(await visitor.open("/offers?municipality=&municipality=sondre-land")) == [
        "Kafé på landet", "Søvnkurs på nett"
    ]  # fmt: skip


async def test_the_municipality_is_a_chip_that_can_be_taken_away(visitor: Visitor) -> None:
    await two_places(visitor)
    page = await visitor.open("/offers?municipality=sandnes")
    chip = page.soup.select_one(".ds-chip")
    assert chip is not None
    assert "Sandnes" in chip.get_text()
    assert chip["href"] == "/offers?municipality=all"
    everywhere = await visitor.open(str(chip["href"]))
    assert cards(everywhere) == ["Kafé i byen", "Kafé på landet", "Søvnkurs på nett"]
    assert everywhere.soup.select_one(".ds-chip") is None


async def test_several_may_be_chosen_and_one_that_is_not_there_is_named(visitor: Visitor) -> None:
    await two_places(visitor)
    both = await visitor.open("/offers?municipality=sandnes&municipality=sondre-land")
    assert len(cards(both)) == 3
    assert [one.get_text() for one in both.soup.select(".ds-chip")] == ["Fjern Sandnes", "Fjern Søndre Land"]
    wrong = await visitor.open("/offers?municipality=oslo&q=kaf%C3%A9")
    assert wrong.status == 422
    assert "Vi kjenner ingen kommune som heter «oslo»." in wrong.text
    assert wrong.soup.find(id="q")["value"] == "kafé"


async def test_the_host_name_says_whose_pages_these_are(visitor: Visitor) -> None:
    await two_places(visitor)
    await Municipality.filter(slug="sandnes").update(host="127.0.0.1", name="Byen")
    assert (await visitor.open("/offers")).response.headers["location"] == "/offers?municipality=sandnes"


async def test_where_there_is_only_one_municipality_nobody_is_asked(visitor: Visitor) -> None:
    await make.offer("Kafé")
    page = await visitor.open("/offers")
    assert page.status == 200
    assert page.soup.find(id="municipality") is None


@pytest.mark.parametrize(
    ("query", "counts"),
    [("q=tur", 1), ("view=week", 1), ("view=week&near=4328", 1), ("near=4328", 0), ("near=4328&within=5", 0),
     ("place=Sandnes", 0), ("district=hana", 0), ("kind=course&free=on", 0), ("", 0)],
)  # fmt: skip
async def test_whatever_the_database_searches_for_counts_as_a_try(
    visitor: Visitor, query: str, counts: int
) -> None:
    await make.offer("Tur")
    await visitor.at_network("203.0.113.7").open(f"/offers?{query}")
    assert await value("SELECT count(*) FROM rate_limit") == counts


@pytest.mark.parametrize("query", ["near=4328", "place=Sandnes", "district=hana"])
async def test_without_an_index_the_database_searches_for_places_too(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setenv("TREFFPUNKT_CATALOGUE_INDEX", "false")
    settings.cache_clear()
    try:
        await visitor.at_network("203.0.113.7").open(f"/offers?{query}")
        assert await value("SELECT count(*) FROM rate_limit") == 1
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(
    "query",
    [{}, {"q": "å & b+c =?#/%"}, {"kind": ["course", "group"], "q": ""}, {"day": "today", "age": "9"}, {"q": "a b"},
     {"near": "Søndre Land", "plain": ["i dag", "Hana~-_."]}, {"q": "кафе 🙂"}, {"kind": []}],
)  # fmt: skip
def test_an_address_says_what_urlencode_does(query: Query) -> None:
    assert in_address(query) == urlencode(query, doseq=True)


def test_words_without_end_are_read_no_further_than_a_search_goes() -> None:
    assert needs_somebody_now("vil dø" + " tur" * 100_000)
    begun = perf_counter()
    assert not needs_somebody_now("sjakkturnering " * 100_000 + "vil dø")
    assert perf_counter() - begun < 0.1
