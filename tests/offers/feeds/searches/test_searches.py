"""A saved search as a calendar: what stands in it, what of a search can be followed, and its one address."""

from datetime import datetime
from urllib.parse import quote

import pytest

from marketplace.base.clock import OSLO
from marketplace.base.data.database import value
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Cost, Joining, OfferText, Session, Visibility
from offers.catalogue.states import SessionStatus
from offers.feeds.models import SavedSearch
from offers.search.words.jobs import make_parts
from tests import make
from tests.conftest import NOW
from tests.offers.feeds.test_public import DAY, titles
from tests.visitor import Visitor


async def followed(visitor: Visitor, query: str) -> str:
    """The path of the feed that somebody gets who subscribes to this search from the list of offers."""
    page = await visitor.open(f"/calendar/searches/new?{query}")
    done = await visitor.follow(await visitor.submit(page, "/calendar/searches/new"))
    address = str(done.soup.select_one("#calendar-address")["value"])
    assert address.startswith("http://127.0.0.1:8000/calendar/searches/")
    return address.removeprefix("http://127.0.0.1:8000")


async def listed(visitor: Visitor, query: str) -> list[str]:
    page = await visitor.open(f"/offers?{query}")
    return [link.get_text() for link in page.soup.select("#results .tp-offer__link")]


QUERIES = {
    "q=tur": ["Gå på tur", "Turkafé"], "q=TUR": ["Gå på tur", "Turkafé"], "q=kafe": ["Turkafé"],
    "place=sandnes+r": ["Turkafé"], "place=43": ["Turkafé"], "kind=course": ["Data"],
    "kind=course&kind=meeting_place": ["Data", "Turkafé"], "audience=seniors": ["Gå på tur"],
    "drop_in=true": ["Turkafé"],
    "evening=true": ["Data"], "q=tur&audience=seniors": ["Gå på tur"], "q=finnes+ikke": [],
    "part=evening": ["Data"], "weekday=thursday": ["Data"], "weekday=thursday&part=evening": ["Data"],
    "access=toilet": ["Turkafé"],
    "age=9": ["Turkafé"], "age=72": ["Data", "Gå på tur", "Turkafé"],
    "spoken=uk": ["Gå på tur"], "cost=free": ["Turkafé"],
    "no_booking=on": ["Turkafé"], "organization=senior": ["Gå på tur"],
    "q=" + quote("100% \\ 'x'"): [],
}  # fmt: skip


async def three(visitor: Visitor) -> None:
    senior = await make.organization("Senior", slug="senior")
    await make.offer("Gå på tur", owner=senior, audiences=["seniors"], spoken=["uk"], starts=[NOW + DAY])
    await make.offer("Data", kind=Kind.COURSE, age_from=16, starts=[datetime(2026, 10, 15, 18, tzinfo=OSLO)])
    await make.offer("Turkafé", kind=Kind.MEETING_PLACE, joining=Joining.DROP_IN, venue=await make.venue(),
                     cost=Cost.FREE, starts=[NOW + 3 * DAY])  # fmt: skip


async def test_a_search_gives_what_the_list_gives(visitor: Visitor) -> None:
    await three(visitor)
    await make_parts(NOW)
    in_calendar = {query: sorted(await titles(visitor, await followed(visitor, query))) for query in QUERIES}
    assert in_calendar == QUERIES
    assert {query: sorted(await listed(visitor, query)) for query in QUERIES} == QUERIES


async def test_in_the_evening_only_evenings_are_followed(visitor: Visitor) -> None:
    morning, evening = datetime(2026, 10, 15, 10, tzinfo=OSLO), datetime(2026, 10, 16, 17, tzinfo=OSLO)
    await make.offer("Dag og kveld", starts=[morning, evening])
    path = await followed(visitor, "evening=true")
    text = (await visitor.open(path)).response.text
    assert "DTSTART;TZID=Europe/Oslo:20261016T170000" in text
    assert text.count("BEGIN:VEVENT") == 1


async def test_only_the_dates_at_a_place_that_one_can_get_into_are_followed(visitor: Visitor) -> None:
    stairs = await make.venue("Loftet", step_free=False)
    offer = await make.offer("Kor", venue=stairs, starts=[NOW + DAY, NOW + 8 * DAY])
    await Session.filter(offer=offer, starts_at=NOW + 8 * DAY).update(
        venue=await make.venue("Salen", step_free=True)
    )
    text = (await visitor.open(await followed(visitor, "access=step_free"))).response.text
    assert text.count("BEGIN:VEVENT") == 1
    assert "LOCATION:Salen" in text


async def test_a_search_that_was_stored_before_there_were_more_filters_is_the_same_search(
    visitor: Visitor,
) -> None:
    """In the words of their time: slugs of calendars that people have must not be made anew."""
    old = "q=tur&place=sandnes&drop_in=true&evening=true&municipality=sandnes&audience=seniors&kind=course"
    await make.organization()
    await followed(visitor, f"{old}&when=today&free=true")
    assert [one.query for one in await SavedSearch.all()] == [old]


async def test_what_is_over_or_cancelled_stays_in_a_search_as_in_other_feeds(visitor: Visitor) -> None:
    await make.offer("Tur", starts=[NOW - DAY])
    offer = await make.offer("Tur på fjellet", starts=[NOW + DAY])
    await Session.filter(offer_id=offer.id).update(status=SessionStatus.CANCELLED)
    assert await titles(visitor, await followed(visitor, "q=tur")) == ["Tur", "AVLYST: Tur på fjellet"]


async def test_a_search_shows_nobody_what_they_may_not_see(visitor: Visitor) -> None:
    owner = await make.organization()
    await make.offer("Tur for ansatte", visibility=Visibility.STAFF)
    await make.offer("Tur for oss", owner=owner, visibility=Visibility.MEMBERS)
    await visitor.sign_in(await make.member(owner))
    assert await titles(visitor, await followed(visitor, "q=tur")) == []


async def test_the_same_search_has_one_address(visitor: Visitor) -> None:
    first = await followed(
        visitor, "q=Gå+på+tur&kind=course&kind=activity&audience=seniors&free=true&when=today"
    )
    assert (
        await followed(visitor, "audience=seniors&kind=activity&q=++gå+på++TUR&kind=course&kind=course")
        == first
    )
    assert await followed(visitor, "q=tur") != first
    assert len(f"http://127.0.0.1:8000{first}") < 60
    assert [search.query for search in await SavedSearch.all().order_by("id")] == [
        "q=g%C3%A5+p%C3%A5+tur&audience=seniors&kind=activity&kind=course", "q=tur",
    ]  # fmt: skip


async def test_what_a_calendar_cannot_follow_is_left_out_and_said(visitor: Visitor) -> None:
    page = await visitor.open("/calendar/searches/new?q=tur&free=true&when=this_week&place=sandnes")
    lists = [[item.get_text() for item in part.select("li")] for part in page.soup.select("main section")]
    assert lists == [["«tur»", "Sandnes"], ["Har ledige plasser", "Denne uka"]]
    alone = await visitor.open("/calendar/searches/new?free=true")
    assert "Du har ikke valgt noe som en kalender kan følge." in alone.text
    done = await visitor.follow(await visitor.submit(alone, "/calendar/searches/new"))
    assert done.soup.select_one("#calendar-address")["value"].endswith("/calendar/all.ics")
    assert await value("SELECT count(*) FROM saved_search") == 0


async def test_the_list_leads_to_it(visitor: Visitor) -> None:
    await three(visitor)
    page = await visitor.open("/offers?q=tur&kind=meeting_place&free=true")
    link = page.soup.find("a", string="Abonner på dette søket") or page.soup.select_one(
        'a[href^="/calendar/searches"]'
    )
    assert link["href"] == "/calendar/searches/new?q=tur&free=true&kind=meeting_place"
    assert (await visitor.open("/offers")).soup.select_one('a[href^="/calendar/searches"]') is None


async def test_it_has_a_name_and_a_page(visitor: Visitor) -> None:
    path = await followed(
        visitor, "q=tur&place=sandnes&kind=course&audience=seniors&evening=true&drop_in=true"
    )
    text = (await visitor.open(path)).response.text.replace("\r\n ", "")
    words = "«tur»\\, Sandnes\\, Kom innom\\, ingen påmelding\\, Kveld og helg\\, 65 år og eldre\\, Kurs"
    assert f"\r\nNAME:Treffpunkt: {words}\r\n" in text


async def test_a_change_of_text_is_in_a_kept_search_too(visitor: Visitor) -> None:
    await make.offer("Tur")
    path = await followed(visitor, "q=tur")
    first = await visitor.open(path)
    await OfferText.all().update(title="Gåing", summary="")
    assert await titles(visitor, path) == []
    known = await visitor.open(path, if_none_match=first.response.headers["etag"])
    assert known.status == 200


async def test_a_search_that_is_read_stays(visitor: Visitor) -> None:
    """It is noted to the day, so the bytes and the database are the same all day."""
    path = await followed(visitor, "q=tur")
    visitor.wait(400 * DAY)
    await visitor.open(path)
    assert await value("SELECT used_at FROM saved_search") == datetime(2027, 11, 17, tzinfo=OSLO)


@pytest.mark.parametrize("slug", ["finnesikke", "x" * 300, "%27", "q=tur", "%F0%9F%8E%89"])
async def test_an_unknown_search_is_not_found(visitor: Visitor, slug: str) -> None:
    assert (await visitor.open(f"/calendar/searches/{slug}.ics")).status == 404
    assert (await visitor.open(f"/calendar?search={slug}")).status == 404


async def test_what_is_no_search_is_said_and_a_long_one_is_refused(visitor: Visitor) -> None:
    for query in ("kind=nothing", "q=" + "x" * 301, "q=" + quote("æ" * 100)):
        page = await visitor.open(f"/calendar/searches/new?{query}")
        assert page.status == 422
        assert "Søket må rettes først:" in page.text
    unknown = await visitor.open("/calendar/searches/new?q=tur&municipality=oslo")
    assert unknown.status == 422
    assert "Vi kjenner ingen kommune som heter «oslo»." in unknown.text
    sent = await visitor.open("/calendar/searches/new?q=tur")
    fields = sent.fields("/calendar/searches/new") | {"municipality": ["oslo"]}
    assert (await visitor.post("/calendar/searches/new", fields)).status == 422
    fields = sent.fields("/calendar/searches/new") | {"q": ["æ" * 100]}
    assert (await visitor.post("/calendar/searches/new", fields)).status == 422


async def test_nobody_makes_addresses_without_end(visitor: Visitor) -> None:
    somebody = visitor.at_network("203.0.113.7")
    for number in range(20):
        await followed(somebody, f"q=tur{number}")
    page = await somebody.open("/calendar/searches/new?q=enda+en")
    assert (await somebody.submit(page, "/calendar/searches/new")).status == 429
    assert await value("SELECT count(*) FROM saved_search") == 20
