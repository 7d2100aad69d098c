"""Nothing found: the page leads on, whatever was asked for, and asks what is missed."""

import logging
from dataclasses import fields, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining
from offers.catalogue.queries import VISITOR
from offers.search.asked import Search
from offers.search.finding import find, find_several
from offers.search.nothing.rules import ADDRESSED, shown_cards, ways
from offers.search.nothing.rules import Kind as WayKind
from organizations.directory.models import District
from tests import make
from tests.conftest import NOW
from tests.house.test_queries import MOST, asked
from tests.visitor import Page, Visitor

__all__ = ["asked"]
TOMORROW = NOW + timedelta(days=1)
NOT_ASKED = {
    "any_word",
    "all_words",
    "by_date",
    "nearest_first",
    "fitting",
    "not_begun",
    "organization",
    "after",
    "page",
    "counted",
}
"""How a search is answered, or asked by pages that are not the list."""


def sections(page: Page) -> dict[str, list[str]]:
    return {
        section.select("h3")[0].get_text(): [link.get_text() for link in section.select(".tp-offer__link")]
        for section in page.soup.select("#results section:has(h3)")
    }


def found_words(page: Page) -> str:
    found = page.soup.find(id="found")
    assert found is not None
    return found.get_text()


def lines(page: Page) -> dict[str, str]:
    return {link.get_text(): str(link["href"]) for link in page.soup.select("#ways + ul a")}


def test_all_that_a_search_asks_for_has_a_way_without_it() -> None:
    assert {each.name for each in fields(Search)} <= ADDRESSED.keys() | NOT_ASKED


def test_what_is_easiest_to_do_without_comes_first_and_where_and_which_day_have_ways_of_their_own() -> None:
    asked = Search(
        words="dans", municipalities=("sandnes",), between=(NOW, TOMORROW), evening=True, kinds=("course",)
    )
    assert [(way.kind, way.dropped[0]) for way in ways(asked)] == [
        (WayKind.WITHOUT, "evening"), (WayKind.WITHOUT, "kind"), (WayKind.ANOTHER_DAY, "when"),
        (WayKind.ELSEWHERE, "municipality"), (WayKind.WORDS_ONLY, "when"), (WayKind.NO_WORDS, "q"),
    ]  # fmt: skip
    assert ways(Search()) == []
    assert all(way.search.words == "dans" for way in ways(asked) if way.kind is not WayKind.NO_WORDS)


def test_offers_without_the_words_are_shown_only_where_nothing_with_them_is() -> None:
    asked = Search(words="dans", evening=True, municipalities=("sandnes",))
    without, elsewhere, no_words = ways(asked)
    assert shown_cards({without: 1, elsewhere: 2, no_words: 9}) == [without, elsewhere]
    assert shown_cards({without: 0, elsewhere: 0, no_words: 9}) == [no_words]


async def test_it_is_said_how_many_there_are_without_one_of_the_choices(visitor: Visitor) -> None:
    for title in ("Dans på dagtid", "Dans for alle", "Danseskole"):
        await make.offer(title, starts=[TOMORROW.replace(hour=9)])
    page = await visitor.open("/offers?q=dans&evening=1")
    assert (page.status, found_words(page)) == (200, "Ingen tilbud passer")
    ((text, href),) = lines(page).items()
    assert text == "Uten «Kveld og helg»: 3 tilbud"
    assert parse_qs(urlsplit(href).query) == {"q": ["dans"]}
    assert found_words(await visitor.open(href)) == "3 tilbud"
    assert set(sections(page)["Det som ligner: uten «Kveld og helg»"]) == {
        "Dans på dagtid",
        "Dans for alle",
        "Danseskole",
    }


async def test_the_same_elsewhere_and_on_other_days_is_said_so(visitor: Visitor) -> None:
    await make.municipality()
    gjovik = await make.municipality(name="Gjøvik", number="3407", slug="gjovik")
    club = await make.organization("Danseklubben", municipality=gjovik)
    await make.offer("Dans i Gjøvik", owner=club, starts=[NOW + timedelta(hours=3)])
    await make.offer("Dans i neste måned", starts=[NOW + timedelta(days=40)])
    page = await visitor.open("/offers?q=dans&when=today&municipality=sandnes")
    assert sections(page)["Det samme på andre dager"] == ["Dans i neste måned"]
    assert sections(page)["Det samme andre steder"] == ["Dans i Gjøvik"]
    elsewhere = lines(page)["Det samme andre steder: 1 tilbud"]
    assert parse_qs(urlsplit(elsewhere).query)["municipality"] == ["all"], "no list is without a municipality"


async def test_one_may_drop_in_today_and_ring(visitor: Visitor) -> None:
    await make.offer("Kafé Julie", joining=Joining.DROP_IN, starts=[NOW + timedelta(hours=1)])
    page = await visitor.open("/offers?q=fallskjerm")
    assert [link.get_text() for link in page.soup.select("#today + ul a")] == ["Kafé Julie"]
    assert page.soup.select_one("section:has(#ring) a[href^='tel:']") is not None


async def test_what_others_may_not_see_is_in_no_count_and_on_no_card(visitor: Visitor) -> None:
    await make.offer("Dans for oss", visibility="staff", starts=[TOMORROW.replace(hour=9)])
    page = await visitor.open("/offers?q=dans&evening=1")
    assert lines(page) == {}
    assert "Dans for oss" not in page.text


async def test_where_few_were_found_one_may_say_what_is_missed_as_well(visitor: Visitor) -> None:
    await make.offer("Dans", starts=[TOMORROW])
    page = await visitor.open("/offers?q=dans&audience=youth&kind=course")
    assert page.fields("/needs/new")["text"] == ["dans"]
    few = await visitor.open("/offers?q=dans")
    assert few.fields("/needs/new")["text"] == ["dans"]
    for number in range(3):
        await make.offer(f"Tur {number}", starts=[TOMORROW])
    assert (await visitor.open("/offers?q=tur")).soup.find(id="missed") is None


async def test_where_no_words_were_typed_what_was_chosen_stands_in_the_field(visitor: Visitor) -> None:
    page = await visitor.open("/offers?kind=course&evening=1&audience=seniors")
    asked = page.fields("/needs/new")
    assert (asked["text"], asked["audience"]) == (["Kurs, Kveld og helg"], ["seniors"])


async def test_a_mistake_is_said_at_the_field_and_what_was_typed_is_kept(visitor: Visitor) -> None:
    here = await make.municipality()
    await District.create(municipality=here, slug="figgjo", name="Figgjo")
    page = await visitor.open("/offers?q=dans+i+Figgjo&audience=youth")
    answer = await visitor.submit(page, "/needs/new", text="Ring 51 00 00 00")
    assert (answer.status, answer.soup.select_one("#text-error") is not None) == (422, True)
    kept = answer.fields("/needs/new")
    assert (kept["text"], kept["where"], kept["audience"]) == (
        ["Ring 51 00 00 00"],
        ["sandnes/figgjo"],
        ["youth"],
    )


async def test_who_needs_somebody_now_is_not_asked_what_they_miss(visitor: Visitor) -> None:
    page = await visitor.open("/offers?q=selvmord")
    assert page.soup.find(id="urgent") is not None
    assert page.soup.find(id="missed") is None


async def test_it_takes_as_many_statements_whatever_is_asked_for(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    async def statements(query: str) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "tortoise.db_client"):
            await visitor.open(f"/offers?{query}")
        return len([record for record in caplog.records if record.name == "tortoise.db_client"])

    few = await statements("q=dans&evening=1")
    many = "q=dans&evening=1&free=1&drop_in=1&place=Oslo&when=today&kind=course&kind=group&audience=youth"
    assert await statements(many) == few <= 14, "of a process that has kept nothing: places, names, words"


async def test_a_search_of_minuses_alone_is_told_what_is_wrong(visitor: Visitor) -> None:
    await make.offer("Dans", starts=[TOMORROW])
    page = await visitor.open("/offers?q=-tur+-dans&kind=course")
    assert page.status == 422
    assert "Skriv også et ord du leter etter." in page.text
    assert page.soup.select("#q")[0]["value"] == "-tur -dans"
    assert (await visitor.open("/offers?q=dans+-tur")).status == 200
    assert (await visitor.open("/offers?q=NAV-kontor")).status == 200


async def test_each_way_counts_what_its_list_shows(db: None) -> None:
    await make.offer("Dans", starts=[TOMORROW.replace(hour=9)], kind=Kind.COURSE, audiences=[Audience.YOUTH])
    await make.offer(
        "Dans igjen", starts=[TOMORROW.replace(hour=18)], audiences=[Audience.SENIORS], capacity=0
    )
    asked = Search(words="dans", kinds=("course",), audiences=("seniors",), between=(NOW, TOMORROW))
    on = [replace(way.search, page=3, all_words=True) for way in ways(asked)]
    together = await find_several(on, viewer=VISITOR, lang="nb", now=NOW)
    assert len({one.total for one in together}) > 1
    for wanted, found in zip(on, together, strict=True):
        alone = await find(wanted, viewer=VISITOR, lang="nb", now=NOW)
        assert (found.total, found.next) == (alone.total, alone.next), wanted
        assert found.rows == alone.rows, wanted


async def test_where_a_municipality_has_nothing_its_neighbours_come_before_all_else(visitor: Visitor) -> None:
    await make.venue()
    clubs = {}
    for name, number, lat, lon in (("Klepp", "1120", 58.773, 5.63), ("Time", "1121", 58.735, 5.645),
                                   ("Gjøvik", "3407", 60.795, 10.69)):  # fmt: skip
        there = await make.municipality(name=name, number=number, slug=name.lower().replace("ø", "o"))
        venue = await make.venue(
            f"{name} rådhus", municipality=there, city=name, postcode=None, lat=lat, lon=lon
        )
        clubs[name] = (await make.organization(f"Danseklubben {name}", municipality=there), venue)
    owner, venue = clubs["Gjøvik"]
    await make.offer("Dans i Gjøvik", owner=owner, venue=venue, starts=[TOMORROW])
    page = await visitor.open("/offers?q=dans&municipality=sandnes")
    assert sections(page)["Det samme andre steder"] == ["Dans i Gjøvik"], "where no neighbour has anything"
    for name in ("Time", "Klepp"):
        owner, venue = clubs[name]
        await make.offer(f"Dans i {name}", owner=owner, venue=venue, starts=[TOMORROW])
    page = await visitor.open("/offers?q=dans&municipality=sandnes&near=4306")
    around = "Det samme i nabokommunene Klepp og Time"
    assert sections(page)[around] == ["Dans i Klepp", "Dans i Time"], "the nearest first"
    assert "Det samme andre steder" not in sections(page)
    told = lines(page)
    assert [*told] == [f"{around}: 2 tilbud", "Det samme andre steder: 3 tilbud"]
    asked = parse_qs(urlsplit(told[f"{around}: 2 tilbud"]).query)
    assert (asked["municipality"], asked["near"]) == (["klepp", "time"], ["4306"])
    assert found_words(await visitor.open(told[f"{around}: 2 tilbud"])) == "2 tilbud"
    far = await visitor.open("/offers?q=kor&municipality=gjovik")
    assert not any("nabokommune" in title for title in sections(far)), "a day's drive away is no neighbour"


@pytest.mark.parametrize("signed_in", [False, True])
async def test_a_page_where_nothing_is_found_asks_the_database_thirteen_times_at_most(
    visitor: Visitor, asked: list[str], signed_in: bool
) -> None:
    """Of a process that hears of no change, and so keeps nothing."""
    gjovik = await make.municipality(name="Gjøvik", number="3407", slug="gjovik")
    club = await make.organization("Danseklubben", municipality=gjovik)
    await make.offer("Dans i Gjøvik", owner=club, starts=[NOW + timedelta(hours=3)])
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[NOW + timedelta(hours=3)])
    await make.offer("Dans i neste måned", starts=[NOW + timedelta(days=40)])
    if signed_in:
        await visitor.sign_in(await make.member(await make.organization()))
    for words in ("dans", "dansing+xyzzy", "jeg+er+alene+om+kvelden+og+vil+danse"):
        asked.clear()
        page = await visitor.open(f"/offers?q={words}&when=today&municipality=sandnes&kind=course")
        assert page.soup.find(id="missed") is not None
        assert len(asked) <= MOST, "\n".join(asked)
