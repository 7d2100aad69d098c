"""The front page: what one can do today and this week, and how much there is for whom."""

from datetime import UTC, datetime, timedelta

from bs4 import Tag

from offers.catalogue.models import Joining, SeatPool
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


async def test_one_can_drop_in_today(visitor: Visitor) -> None:
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[TODAY], venue=await make.venue("Langgata"))
    await make.offer("I morgen", joining=Joining.DROP_IN, starts=[NOW + timedelta(days=1)])
    await make.offer("Pågår", joining=Joining.DROP_IN, starts=[NOW - timedelta(hours=1)])
    await make.offer("Over", joining=Joining.DROP_IN, starts=[NOW - timedelta(hours=3)])
    page = await visitor.open("/")
    assert (page.status, page.heading) == (200, "Finn noe å være med på")
    assert section(page, "today") == ["Pågår", "Kafé"]
    cards = page.soup.select("[data-tone=lamp] article")
    assert words(cards[1]) == "kl. 13 til 15 Kafé Kafé: bli med. Langgata"
    assert (
        page.soup.find("a", string="Alle steder du kan komme innom")["href"]
        == "/offers?drop_in=1&municipality=sandnes"
    )


async def test_this_week_shows_what_one_books_and_what_is_left(visitor: Visitor) -> None:
    sunday, monday = datetime(2026, 10, 18, 21, tzinfo=UTC), datetime(2026, 10, 18, 22, tzinfo=UTC)
    offer = await make.offer("Sov bedre", starts=[TODAY], capacity=3)
    await SeatPool.filter(offer=offer).update(taken=1)
    await make.offer("Søndag", starts=[sunday])
    await make.offer("Mandag", starts=[monday])
    await make.offer("Har begynt", starts=[NOW - timedelta(minutes=5)])
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[TODAY])
    page = await visitor.open("/")
    assert section(page, "week") == ["Sov bedre", "Søndag"]
    assert page.soup.find(id="week").get_text() == "Denne uka"
    assert words(page.soup.select_one(".tp-session")) == (
        "tir 13 okt Sov bedre kl. 13–15 · Frivilligsentralen 2 plasser igjen"
    )
    assert page.soup.find("a", string="Hele uka")["href"] == "/offers?when=this_week&municipality=sandnes"


async def test_when_the_week_is_empty_the_next_one_is_shown(visitor: Visitor) -> None:
    await make.offer("Neste tirsdag", starts=[NOW + timedelta(days=7)])
    page = await visitor.open("/")
    assert page.soup.find(id="week").get_text() == "Neste uke"
    assert section(page, "week") == ["Neste tirsdag"]
    assert page.soup.find("a", string="Hele uka")["href"] == "/offers?when=next_week&municipality=sandnes"


async def test_each_audience_has_a_count_that_its_link_leads_to(visitor: Visitor) -> None:
    await make.offer("En", audiences=["seniors", "adults"])
    await make.offer("To", audiences=["seniors"])
    await make.offer("Over", audiences=["seniors", "youth"], starts=[NOW - timedelta(days=9)])
    await make.offer("Skjult", audiences=["seniors"], visibility="staff")
    await make.offer("Fag", audiences=["staff"])
    page = await visitor.open("/")
    tiles = [(words(tile), str(tile["href"])) for tile in page.soup.select(".tp-tile")]
    assert tiles == [
        ("Voksne 1 tilbud", "/offers?audience=adults&municipality=sandnes"),
        ("65 år og eldre 2 tilbud", "/offers?audience=seniors&municipality=sandnes"),
    ]  # fmt: skip
    for text, href in tiles:
        count = (await visitor.open(href)).soup.find(id="found").get_text()
        assert text.endswith(count)


async def test_the_search_leads_to_the_list(visitor: Visitor) -> None:
    form = (await visitor.open("/en")).soup.find("form", role="search")
    assert (form["action"], form["method"]) == ("/en/offers", "get")
    assert [field["name"] for field in form.select("input")] == ["q", "place"]


async def test_an_empty_marketplace_has_a_front_page(visitor: Visitor) -> None:
    page = await visitor.open("/")
    assert page.status == 200
    assert "I dag er det stille." in page.text
    assert page.soup.find(id="week") is None


async def test_the_front_page_is_of_the_municipality_it_is_called_after(visitor: Visitor) -> None:
    far = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await make.offer("Langt unna", starts=[TODAY], municipality_id=far.id, audiences=["seniors"])
    await make.offer("Her", starts=[TODAY], audiences=["adults"])
    page = await visitor.open("/")
    assert section(page, "week") == ["Her"]
    assert [words(tile.b) for tile in page.soup.select(".tp-tile")] == ["Voksne"]
