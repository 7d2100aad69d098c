"""The front page: what one may want, where one can drop in today, and the seven days ahead."""

from datetime import UTC, datetime, timedelta

from bs4 import Tag

from marketplace.home.queries import counts
from offers.catalogue.models import Joining, SeatPool
from offers.catalogue.queries import VISITOR
from offers.search.asked import Search
from offers.search.queries import search
from offers.search.words.jobs import make_parts
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

TODAY = NOW + timedelta(hours=1)


def words(element: Tag) -> str:
    return " ".join(element.get_text(" ").replace("\u2060", "").split())


def section(page: Page, name: str) -> list[str]:
    """The titles under a heading."""
    heading = page.soup.find(id=name)
    found = heading.find_parent("section") if heading else None
    return [link.get_text() for link in found.select(".tp-offer__link")] if found else []


def ahead(page: Page) -> list[str]:
    """The titles on the leaves."""
    return [link.get_text() for link in page.soup.select(".tp-ahead ul a")]


async def test_one_can_drop_in_today(visitor: Visitor) -> None:
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[TODAY], venue=await make.venue("Langgata"))
    await make.offer("I morgen", joining=Joining.DROP_IN, starts=[NOW + timedelta(days=1)])
    await make.offer("Pågår", joining=Joining.DROP_IN, starts=[NOW - timedelta(hours=1)])
    await make.offer("Over", joining=Joining.DROP_IN, starts=[NOW - timedelta(hours=3)])
    page = await visitor.open("/")
    assert (page.status, page.heading) == (200, "Finn noe å være med på")
    assert section(page, "today") == ["Pågår", "Kafé"]
    cards = page.soup.select("[data-tone=lamp] article")
    assert words(cards[1]) == "kl. 13 til 15 Kafé Kafé: bli med. Langgata · begynner snart"
    assert (
        page.soup.find("a", string="Alle steder du kan komme innom")["href"]
        == "/offers?drop_in=1&municipality=sandnes"
    )


async def test_whom_one_can_walk_in_on_now_is_said(visitor: Visitor) -> None:
    for title, starts in (("Pågår", -1), ("Snart", 1), ("Senere", 2)):
        await make.offer(title, joining=Joining.DROP_IN, starts=[NOW + timedelta(hours=starts)])
    page = await visitor.open("/")
    said = [words(card.select_one(".tp-muted")) for card in page.soup.select("[data-tone=lamp] article")]
    assert said == [
        "pågår nå",
        "begynner snart",
        "",
    ]


async def test_seven_days_have_a_leaf_each_also_when_the_week_ends_tomorrow(db: None) -> None:
    saturday = datetime(2026, 10, 17, 8, tzinfo=UTC)
    for at in range(8):
        await make.offer(f"Dag {at}", starts=[saturday + timedelta(days=at, hours=3)])
    async with Visitor.at(saturday) as visitor:
        page = await visitor.open("/")
    leaves = page.soup.select(".tp-ahead > li")
    assert [words(leaf) for leaf in leaves[:2]] == [
        "Lørdag 17. oktober i dag kl. 13 Dag 0",
        "Søndag 18. oktober i morgen kl. 13 Dag 1",
    ]
    assert [words(leaf.h3) for leaf in leaves[2:]] == [
        "Mandag 19. oktober", "Tirsdag 20. oktober", "Onsdag 21. oktober", "Torsdag 22. oktober",
        "Fredag 23. oktober", "Passer det bedre senere?",
    ]  # fmt: skip
    assert ahead(page) == [f"Dag {at}" for at in range(7)]


async def test_a_leaf_shows_three_and_leads_to_all_of_that_day(visitor: Visitor) -> None:
    tomorrow = NOW + timedelta(days=1)
    for at in (4, 3, 2, 1):
        await make.offer(f"Nummer {at}", starts=[tomorrow + timedelta(hours=at)])
    await make.offer("To ganger", starts=[tomorrow + timedelta(hours=5), tomorrow + timedelta(hours=6)])
    page = await visitor.open("/")
    assert ahead(page) == ["Nummer 1", "Nummer 2", "Nummer 3"]
    link = page.soup.select_one(".tp-ahead p a.tp-small")
    assert link
    assert words(link) == "Alle 5 onsdag 14. oktober"
    assert link["href"] == "/offers?date=2026-10-14&municipality=sandnes"


async def test_what_nobody_can_come_to_stands_on_no_leaf(visitor: Visitor) -> None:
    begun = await make.offer("Kurs som har begynt", joining=Joining.WHOLE, starts=[
        NOW - timedelta(days=7), NOW + timedelta(days=1)])  # fmt: skip
    await SeatPool.filter(offer=begun).update(starts_at=NOW - timedelta(days=7))
    await make.offer("Har begynt", starts=[NOW - timedelta(minutes=5)])
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[TODAY])
    await make.offer("Skjult", starts=[TODAY], visibility="staff")
    await make.offer("Om åtte dager", starts=[NOW + timedelta(days=8)])
    page = await visitor.open("/")
    assert ahead(page) == []
    assert (
        words(page.soup.select(".tp-ahead > li")[1])
        == "Onsdag 14. oktober i morgen Se den ene onsdag 14. oktober"
    )


async def test_each_topic_has_a_count_that_its_link_leads_to(visitor: Visitor) -> None:
    await make.offer("Gåtur i parken", audiences=["seniors", "adults"])
    await make.offer("Tur til sjøen", audiences=["seniors"])
    await make.offer("Over tur", audiences=["seniors", "youth"], starts=[NOW - timedelta(days=9)])
    await make.offer("Skjult tur", audiences=["seniors"], visibility="staff")
    await make.offer("Sorggruppe", audiences=["staff"], kind="self_help_group")
    await make_parts(NOW)
    page = await visitor.open("/")
    tiles = [(words(tile), str(tile["href"])) for tile in page.soup.select(".tp-topic")]
    assert [text for text, _href in tiles] == [
        "Ut på tur 2 tilbud", "Når livet er tungt 1 tilbud", "Sorg og savn 1 tilbud",
    ]  # fmt: skip
    people = [(words(chip), str(chip["href"])) for chip in page.soup.select("main .ds-chip")]
    assert people == [
        ("Voksne 1 tilbud", "/offers?audience=adults&municipality=sandnes"),
        ("65 år og eldre 2 tilbud", "/offers?audience=seniors&municipality=sandnes"),
    ]  # fmt: skip
    for text, href in tiles + people:
        count = (await visitor.open(href)).soup.find(id="found").get_text()
        assert text.endswith(count), href


async def test_the_count_of_words_that_next_to_nothing_has_all_of_is_that_of_the_list(db: None) -> None:
    await make.offer("Tur til sjøen")
    await make.offer("Sang og tur")
    await make.offer("Sang")
    asked = [Search(words="sang tur"), Search(words="sang"), Search(words="finnesikke")]
    listed = [(await search(one, viewer=VISITOR, lang="nb", now=NOW)).total for one in asked]
    assert await counts(asked, viewer=VISITOR, now=NOW) == listed == [3, 2, 0]


async def test_somebody_with_a_number_is_led_to_where_it_is_asked_for_with_the_name(visitor: Visitor) -> None:
    page = await visitor.open("/")
    way = page.soup.find("a", string="Finn påmeldingen")
    assert way
    assert (await visitor.open(way["href"])).soup.find("input", attrs={"name": "word"})
    assert (
        page.soup.select("input[name=reference]") == []
    )  # an address with a number in it stays in the history


async def test_the_search_leads_to_the_list(visitor: Visitor) -> None:
    await make.municipality()
    form = (await visitor.open("/en")).soup.find("form", role="search")
    assert (form["action"], form["method"]) == ("/en/offers", "get")
    assert [(field["name"], field.get("value")) for field in form.select("input")] == [
        ("q", None), ("near", None), ("municipality", "sandnes"),
    ]  # fmt: skip
    await make.offer("Kor", venue=await make.venue("Rådhuset", postcode="4306"))
    assert "Kor" in (await visitor.open("/offers?q=kor&near=4306&municipality=sandnes")).text


async def test_an_empty_marketplace_has_a_front_page(visitor: Visitor) -> None:
    page = await visitor.open("/")
    assert page.status == 200
    assert "I dag er det stille." in page.text
    assert page.soup.find(id="topics") is None
    assert page.text.count("Ikke noe ennå") == 7


async def test_the_front_page_is_of_the_municipality_it_is_called_after(visitor: Visitor) -> None:
    far = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await make.offer("Langt unna", starts=[TODAY], municipality_id=far.id, audiences=["seniors"])
    await make.offer("Her", starts=[TODAY], audiences=["adults"])
    page = await visitor.open("/")
    assert ahead(page) == ["Her"]
    assert [words(chip) for chip in page.soup.select("main .ds-chip")] == ["Voksne 1 tilbud"]
