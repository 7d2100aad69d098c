"""What is found, by whom, in which order."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, OfferOrganizer, OfferText, SeatPool, Session
from offers.catalogue.queries import VISITOR, Viewer
from offers.catalogue.rules import When, period
from offers.search import asked as search_asked
from offers.search import conditions as search_conditions
from offers.search.asked import Search
from offers.search.forms import position_text
from offers.search.queries import search
from offers.search.words.asked import questions
from offers.search.words.jobs import make_parts
from tests import make
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("db")


def days(number: float) -> datetime:
    return NOW + timedelta(days=number)


async def titles(wanted: Search = Search(), viewer: Viewer = VISITOR, lang: str = "nb") -> list[str]:  # noqa: B008
    return [row.title for row in (await search(wanted, viewer=viewer, lang=lang, now=NOW)).rows]


async def text(offer: Any, lang: str, title: str, **other: str) -> None:
    await OfferText.create(offer=offer, lang=lang, title=title, summary=other.pop("summary", title), **other)


async def test_offers_stand_by_their_next_date_and_those_without_one_stand_last() -> None:
    await make.offer("Uten dato", starts=[], joining=Joining.REQUEST)
    await make.offer("Senere", starts=[days(9)])
    await make.offer("Snart", starts=[days(-7), days(2), days(30)])
    await make.offer("Over", starts=[days(-7)])
    assert await titles() == ["Snart", "Senere", "Uten dato"]


async def test_what_is_going_on_now_is_still_found() -> None:
    await make.offer("Pågår", starts=[NOW - timedelta(minutes=30)])
    assert await titles() == ["Pågår"]
    assert await titles(Search(between=period(When.TODAY, NOW))) == ["Pågår"]


@pytest.mark.parametrize(
    "words", ["språkkafé", "språk", "SPRÅK", "snakker norsk", "snakk nor", '"snakk norsk"', "norsk -tur"]
)
async def test_words_are_found_in_any_form_and_the_last_also_by_its_beginning(words: str) -> None:
    await make.offer("Språkkafé", starts=[days(1)])
    await OfferText.filter(title="Språkkafé").update(
        body="Her snakker vi norsk sammen.", summary="Snakk norsk."
    )
    await make.offer("Turgruppe", starts=[days(2)])
    assert await titles(Search(words=words)) == ["Språkkafé"]


async def test_words_are_found_within_others_and_without_rings_and_accents() -> None:
    await make.offer("Strikkekafé med språkhjelp", starts=[days(1)])
    await OfferText.all().update(keywords="Blå Kors Møteplass")
    await make.offer("Turgruppe", starts=[days(2)])
    await make_parts(NOW)
    typed = ("kafe", "kafé", "strikkekafe", "bla kors", "sprak", "KORS kafe")
    found = {words: await titles(Search(words=words)) for words in typed}
    assert found == {words: ["Strikkekafé med språkhjelp"] for words in typed}


async def test_short_words_are_not_looked_for_inside_others() -> None:
    await make.offer("Kulturkveld", starts=[days(1)])
    await make.offer("Gåtur", starts=[days(2)])
    await make.offer("Turgruppe", starts=[days(3)])
    await make_parts(NOW)
    assert await titles(Search(words="tur")) == ["Turgruppe", "Gåtur"]
    assert await titles(Search(words="lt kv")) == []


async def test_of_a_period_they_stand_by_the_session_in_it() -> None:
    week = (days(6), days(13))
    await make.offer("Onsdag", starts=[days(1), days(8)])
    await make.offer("Mandag", starts=[days(2), days(6.5)])
    await make.offer("Tirsdag", starts=[days(7)])
    assert await titles(Search(between=week)) == ["Mandag", "Tirsdag", "Onsdag"]
    first = await search(Search(between=week, page=2), viewer=VISITOR, lang="nb", now=NOW)
    assert await titles(Search(between=week, page=2, after=first.next)) == ["Onsdag"]


async def test_free_places_of_a_period_are_those_of_its_sessions() -> None:
    week = (days(6), days(13))
    full = await make.offer("Full den uka", starts=[days(1), days(8)], capacity=1)
    await SeatPool.filter(offer=full, starts_at=days(8)).update(taken=1)
    later = await make.offer("Ledig torsdag", starts=[days(7), days(9)], capacity=1)
    await SeatPool.filter(offer=later, starts_at=days(7)).update(taken=1)
    found = await search(Search(between=week, free=True), viewer=VISITOR, lang="nb", now=NOW)
    assert [(row.title, row.session_at) for row in found.rows] == [("Ledig torsdag", days(9))]
    assert await titles(Search(free=True)) == ["Full den uka", "Ledig torsdag"]


async def test_what_has_not_begun_leaves_out_courses_that_one_can_no_longer_join() -> None:
    await make.offer("Kurs som er i gang", joining=Joining.WHOLE, starts=[days(-7), days(1)])
    await make.offer("Nytt kurs", joining=Joining.WHOLE, starts=[days(2), days(9)])
    await make.offer("Turgruppe", starts=[days(-7), days(3)])
    assert await titles(Search(not_begun=True)) == ["Nytt kurs", "Turgruppe"]


async def test_the_name_of_the_organiser_finds_what_it_offers() -> None:
    await make.offer("Suppe", starts=[days(1)])
    await OfferText.filter(title="Suppe").update(keywords="Frivilligsentralen Sandnes rådhus Møteplass")
    assert await titles(Search(words="frivilligsentral")) == ["Suppe"]


async def test_texts_in_all_languages_are_searched_and_the_reader_gets_theirs() -> None:
    offer = await make.offer("Gå sammen", starts=[days(1)])
    await text(offer, "en", "Running together")
    await text(offer, "es", "Tapas juntos")
    assert await titles(Search(words="running")) == ["Gå sammen"]
    assert await titles(Search(words="running"), lang="en") == ["Running together"]
    assert await titles(Search(words="tapas juntos")) == ["Gå sammen"]
    assert await titles(lang="nn") == ["Gå sammen"]


@pytest.mark.parametrize("words", ["'", "((", "a & | !", "og", ":*", "\\", "%", "<->", '"', "ååå:*'"])
async def test_no_words_break_the_search(words: str) -> None:
    await make.offer("Tur")
    assert await titles(Search(words=words)) == []


@pytest.mark.parametrize("words", ['tur -"!!"', '-" - " tur', 'tur "', "tur -", "-_ tur", 'tur -"'])
async def test_a_minus_before_nothing_leaves_out_nothing(words: str) -> None:
    await make.offer("Tur")
    assert await titles(Search(words=words)) == ["Tur"]


@pytest.mark.parametrize(
    "words", ["tur -gruppe", "tur -grupper", "tur -gruppene", 'tur -"gruppe"', "-grupper tur"]
)
async def test_what_is_not_wanted_is_left_out_in_any_form(words: str) -> None:
    await make.offer("Tur i gruppe", starts=[days(1)])
    await make.offer("Tur alene", starts=[days(2)])
    assert await titles(Search(words=words)) == ["Tur alene"]
    assert await titles(Search(words=words, any_word=True)) == ["Tur alene"]


async def test_a_hyphen_within_a_word_is_no_minus() -> None:
    await make.offer("Kaffe på NAV-kontoret")
    assert await titles(Search(words="nav-kontoret")) == ["Kaffe på NAV-kontoret"]
    assert await titles(Search(words="NAV-kaffe")) == ["Kaffe på NAV-kontoret"]


@pytest.mark.parametrize("words", ['"ny start"', "“ny start”", "„ny start“", "«ny start»"])
async def test_a_telephones_own_quotation_marks_are_quotation_marks(words: str) -> None:
    await make.offer("Ny start", starts=[days(1)])
    await make.offer("Start på noe som er ny musikk", starts=[days(2)])
    assert await titles(Search(words=words)) == ["Ny start"]


def test_letters_that_are_no_word_are_not_cut_in_hundreds_of_ways() -> None:
    assert len(questions("se" * 150).all_words) < 1000


async def test_a_place_is_the_beginning_of_its_name_its_town_its_municipality_or_its_postcode() -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    hov = await make.venue("Hov bibliotek", municipality=land, postcode="2860", city="Hov")
    await make.offer("Her", venue=await make.venue("Sandnes bibliotek", postcode="4306"), starts=[days(1)])
    await make.offer("Der", venue=hov, municipality_id=land.id, starts=[days(2)])
    await make.offer("På nett", starts=[days(3)])
    asked = ("biblio", "hov", "Søndre", "28", "4306", "43_6", "oslo", "%")
    found = {place: await titles(Search(place=place)) for place in asked}
    assert found == {
        "biblio": ["Her", "Der"], "hov": ["Der"], "Søndre": ["Der"], "28": ["Der"], "4306": ["Her"], "43_6": [],
        "oslo": [], "%": [],
    }  # fmt: skip
    assert await titles(Search(place="sandnes")) == ["Her", "På nett"]  # the municipality's, wherever it is


async def test_kinds_and_audiences_narrow_and_several_of_one_widen() -> None:
    await make.offer("Kurs", kind=Kind.COURSE, audiences=["adults", "seniors"], starts=[days(1)])
    await make.offer("Foredrag", kind=Kind.TALK, audiences=["adults"], starts=[days(2)])
    await make.offer("Tur", kind=Kind.ACTIVITY, audiences=["seniors"], starts=[days(3)])
    assert await titles(Search(kinds=("course",))) == ["Kurs"]
    assert await titles(Search(kinds=("course", "talk"))) == ["Kurs", "Foredrag"]
    assert await titles(Search(audiences=("seniors",))) == ["Kurs", "Tur"]
    assert await titles(Search(kinds=("course", "activity"), audiences=("seniors", "youth"))) == [
        "Kurs",
        "Tur",
    ]


async def test_drop_in_can_be_asked_for_or_left_out() -> None:
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[days(1)])
    await make.offer("Kurs", starts=[days(2)])
    assert await titles(Search(drop_in=True)) == ["Kafé"]
    assert await titles(Search(drop_in=False)) == ["Kurs"]


async def test_free_places_are_those_one_can_get() -> None:
    full = await make.offer("Fullt", capacity=1, starts=[days(1)])
    await SeatPool.filter(offer=full).update(taken=1)
    later = await make.offer("Ledig senere", capacity=1, starts=[days(2), days(9)])
    await SeatPool.filter(offer=later, starts_at=days(2)).update(taken=1)
    gone = await make.offer("Bare avlyst er ledig", capacity=1, starts=[days(3), days(10)])
    await SeatPool.filter(offer=gone, starts_at=days(3)).update(taken=1)
    await Session.filter(offer=gone, starts_at=days(10)).update(status="cancelled")
    await make.offer("Kurset er i gang", joining=Joining.WHOLE, starts=[days(-1), days(4)])
    await make.offer("Ubegrenset", joining=Joining.WHOLE, capacity=None, starts=[days(5)])
    await make.offer("Kafé", joining=Joining.DROP_IN, starts=[days(6)])
    closed = await make.offer("Stengt", starts=[days(7)])
    await SeatPool.filter(offer=closed).update(closes_at=NOW)
    await make.offer("Nettside", joining=Joining.NONE, starts=[])
    await make.offer("Gruppe", joining=Joining.REQUEST, starts=[days(-7), days(8)])
    await make.offer("Prat", joining=Joining.REQUEST, starts=[])
    assert await titles(Search(free=True)) == ["Ubegrenset", "Kafé", "Gruppe", "Ledig senere", "Prat"]


async def test_a_period_finds_every_offer_with_a_date_in_it_and_shows_that_date() -> None:
    await make.offer("Hver uke", starts=[days(1), days(8), days(15)])
    await make.offer("Denne uka", starts=[days(2)])
    moved = await make.offer("Avlyst neste uke", starts=[days(3), days(10)])
    await Session.filter(offer=moved, starts_at=days(10)).update(status="cancelled")
    await make.offer("Om tre uker", starts=[days(22)])
    assert await titles(Search(between=period(When.THIS_WEEK, NOW))) == [
        "Hver uke",
        "Denne uka",
        "Avlyst neste uke",
    ]
    found = await search(Search(between=period(When.NEXT_WEEK, NOW)), viewer=VISITOR, lang="nb", now=NOW)
    shown = [(row.title, row.session_at, row.starts_at) for row in found.rows]
    assert shown == [("Hver uke", days(8), days(8))]
    assert await titles(Search(between=period(When.NEXT_MONTH, NOW))) == ["Om tre uker"]


async def test_evenings_begin_at_four_and_weekends_are_whole_by_a_norwegian_clock() -> None:
    tuesday = NOW.replace(hour=0)  # 02:00 in Norway, in summer time
    await make.offer("Tirsdag 15.59", starts=[tuesday + timedelta(days=7, hours=13, minutes=59)])
    await make.offer("Tirsdag 16", starts=[tuesday + timedelta(days=7, hours=14)])
    await make.offer("Lørdag 10", starts=[tuesday + timedelta(days=4, hours=8)])
    await make.offer("Søndag 23.30", starts=[tuesday + timedelta(days=5, hours=21, minutes=30)])
    await make.offer("Mandag 01.30", starts=[tuesday + timedelta(days=5, hours=23, minutes=30)])
    await make.offer("Vinter 15.30", starts=[tuesday + timedelta(days=14, hours=14, minutes=30)])
    assert await titles(Search(evening=True)) == ["Lørdag 10", "Søndag 23.30", "Tirsdag 16"]


async def test_pages_hold_every_offer_once_and_in_order_also_while_others_come_and_go() -> None:
    for number in range(9):  # three at each of two moments, three without a date
        starts = [] if number > 5 else [days(1 + number // 3)]
        await make.offer(
            f"Nr. {number}", starts=starts, joining=Joining.REQUEST if number > 5 else Joining.PER_SESSION
        )
    seen: list[str] = []
    after = None
    for _page in range(5):
        found = await search(Search(page=2, after=after), viewer=VISITOR, lang="nb", now=NOW)
        assert found.total >= 9
        seen += [row.title for row in found.rows]
        if found.next is None:
            break
        after = found.next
        await make.offer("Ny først", starts=[NOW + timedelta(hours=1)])  # before the place we are at
    assert seen == [f"Nr. {number}" for number in range(9)]


async def test_after_the_last_page_there_is_nothing_and_the_count_still_stands() -> None:
    offer = await make.offer("Eneste")
    end = search_asked.Position(offer.next_session_at, offer.id)
    found = await search(Search(after=end), viewer=VISITOR, lang="nb", now=NOW)
    assert (found.rows, found.total, found.next) == ([], 1, None)
    assert position_text(search_asked.Position(None, offer.id), 20) == f"20.-~{offer.id.hex}"


async def test_a_large_catalogue_is_counted_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    for reader in (search_asked, search_conditions):
        monkeypatch.setattr(reader, "COUNTED", 3)
    for number in range(5):
        await make.offer(f"Nr. {number}")
    found = await search(Search(page=2, counted=3), viewer=VISITOR, lang="nb", now=NOW)
    assert (len(found.rows), found.total, found.many) == (2, 4, True)


async def test_an_organisation_finds_what_it_owns_and_what_it_takes_part_in() -> None:
    ours, theirs = await make.organization("Vi"), await make.organization("De")
    await make.offer("Vårt", owner=ours, starts=[days(1)])
    shared = await make.offer("Felles", owner=theirs, starts=[days(2)])
    await make.offer("Deres", owner=theirs, starts=[days(3)])
    await OfferOrganizer.create(offer=shared, organization=ours)
    assert await titles(Search(organization=ours.id)) == ["Vårt", "Felles"]


async def test_words_that_mean_something_together_are_looked_for_as_one() -> None:
    await make.offer("Når tankene spinner", starts=[days(1)])
    await OfferText.filter(title="Når tankene spinner").update(summary="Om uro og stress.")
    await make.offer("Sosial kveld med angst for ingenting", starts=[days(2)])
    await make.offer("Sosial kveld", starts=[days(3)])
    assert await titles(Search(words="sosial angst")) == [
        "Sosial kveld med angst for ingenting", "Når tankene spinner",
    ]  # fmt: skip
