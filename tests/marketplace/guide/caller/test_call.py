"""A call: the search is kept through booking, two calls never mix, and nothing is left when it is over."""

import asyncio
from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest

from marketplace.base.data.database import rows, value
from marketplace.dialogue.needs.models import Need
from marketplace.guide.caller.rules import LASTS, LONGEST, MOST, Call, as_cookie, in_cookie, joined
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, SeatPool, Session
from offers.search.situations.models import Situation
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.guide.test_guide import CALL, booked, guide, search, tour
from tests.visitor import Visitor

OTHER = "/desk/fedcba9876543210"


async def test_the_search_and_what_was_booked_are_there_after_the_receipt(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await search(visitor, "gå på tur")
    receipt = await visitor.follow(await booked(visitor, offer))
    back = receipt.soup.find("a", string="Tilbake til samtalen")
    assert back
    page = await visitor.open(str(back["href"]))
    assert page.soup.find("input", attrs={"name": "q", "value": "gå på tur"})
    assert "Olaug er påmeldt: Gå på tur" in page.text


async def test_a_second_booking_in_a_call_knows_the_name(visitor: Visitor) -> None:
    await guide(visitor)
    offer, other = await tour(), await tour()
    await booked(visitor, offer)
    assert (await visitor.open(f"{CALL}/offers/{other.slug}")).fields(other.slug)["participant_name"] == [
        "Olaug"
    ]
    assert (await visitor.open(f"{OTHER}/offers/{other.slug}")).fields(other.slug)["participant_name"] == [""]


async def test_what_begins_on_an_offers_page_knows_the_caller_only_from_their_call(visitor: Visitor) -> None:
    """Whoever rings next must not be booked for as the one before."""
    await guide(visitor)
    await booked(visitor, await tour())
    other = await tour()

    async def name(way: str) -> list[str]:
        form = await visitor.follow(await visitor.open(f"/desk/offers/{other.slug}{way}"))
        return form.fields(f"{CALL}/offers/{other.slug}")["participant_name"]

    assert await name("") == [""], "it may be somebody else"
    assert await name(f"?call={CALL.rpartition('/')[2]}") == ["Olaug"]


async def test_two_calls_in_two_tabs_do_not_mix(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await search(visitor, "tur")
    await search(visitor, "strikking", OTHER)
    await booked(visitor, offer)
    assert "Olaug" in (await visitor.open(CALL)).text
    other = await visitor.open(OTHER)
    assert "Olaug" not in other.text
    assert "«strikking»" in other.text
    # Both at the same moment, too: each has a cookie of its own.
    await asyncio.gather(search(visitor, "sang"), search(visitor, "dans", OTHER))
    started = (await visitor.open("/desk")).text
    assert "«sang»" in started
    assert "«dans»" in started


async def test_what_begins_on_an_offers_page_joins_the_only_call_and_none_of_two(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await search(visitor, "tur")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.find("a", string="Meld på for noen")
    assert (await visitor.open(f"/desk/offers/{offer.slug}")).response.headers["location"].startswith(CALL)
    await search(visitor, "sang", OTHER)
    led = (await visitor.open(f"/desk/offers/{offer.slug}")).response.headers["location"]
    assert not led.startswith((CALL, OTHER))
    led = (await visitor.open(f"/desk/offers/{offer.slug}?call={CALL.rpartition('/')[2]}")).response.headers[
        "location"
    ]
    assert led.startswith(CALL)


@pytest.mark.parametrize("call", ["", CALL.rpartition("/")[2]])
async def test_every_date_of_an_offers_page_leads_a_guide_to_the_desk_with_that_date(
    visitor: Visitor, call: str
) -> None:
    await guide(visitor)
    offer = await tour()
    await search(visitor, "tur")
    page = await visitor.open(f"/offers/{offer.slug}" + (f"?call={call}" if call else ""))
    assert not page.soup.select("a[href*='/bookings/new']")
    last = [str(one["href"]) for one in page.soup.select(".tp-session__act a")][-1]
    form = await visitor.follow(await visitor.open(last))
    chosen = await Session.filter(offer=offer).order_by("-starts_at").first()
    assert chosen
    assert form.fields(f"{CALL}/offers/{offer.slug}")["session"] == [str(chosen.id)]


@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.REQUEST])
async def test_the_one_button_of_an_offer_leads_a_guide_to_the_desk(
    visitor: Visitor, joining: Joining
) -> None:
    await guide(visitor)
    offer = await tour(joining=joining)
    page = await visitor.open(f"/offers/{offer.slug}")
    assert not page.soup.select("a[href*='/bookings/new']")
    assert page.soup.select(f".tp-state a[href='/desk/offers/{offer.slug}']")


async def test_a_date_that_is_none_chooses_the_first_with_room(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    first = await Session.filter(offer=offer).order_by("starts_at").first()
    assert first
    for typed in ("x", str(UUID(int=7))):
        form = await visitor.open(f"{CALL}/offers/{offer.slug}?session={typed}")
        assert form.fields(f"{CALL}/offers/{offer.slug}")["session"] == [str(first.id)]


async def test_only_guides_see_the_way_to_the_desk_on_an_offers_page(visitor: Visitor) -> None:
    offer = await tour()
    assert "Meld på for noen" not in (await visitor.open(f"/offers/{offer.slug}")).text
    await visitor.sign_in(await make.member(await make.organization(), Role.HOST, email="vert@example.no"))
    assert "Meld på for noen" not in (await visitor.open(f"/offers/{offer.slug}")).text


@pytest.mark.parametrize(
    ("joining", "days"),
    [
        (Joining.DROP_IN, 1),
        (Joining.NONE, 1),
        (Joining.EXTERNAL, 1),
        (Joining.WHOLE, -1),
        (Joining.PER_SESSION, -1),
    ],
)
async def test_what_nobody_books_has_a_page_for_guides_too(
    visitor: Visitor, joining: Joining, days: int
) -> None:
    await guide(visitor)
    offer = await make.offer(
        joining=joining, starts=[NOW + timedelta(days=days)], online_url="https://kor.example"
    )
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.status == 200
    assert page.soup.find("a", string="Påmelding for andre")
    assert "Meld på for noen" not in page.text


async def test_a_call_that_is_ended_leaves_nothing_in_the_browser(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await booked(visitor, offer)
    page = await search(visitor, "tur")
    assert [name for name in visitor.client.cookies if "call" in name]
    ended = await visitor.follow(await visitor.submit(page, f"{CALL}/end"))
    assert "Samtalen er over" in ended.text
    assert [name for name in visitor.client.cookies if "call" in name] == []
    assert "Olaug" not in (await visitor.open(CALL)).text


async def test_a_call_is_forgotten_after_half_an_hour(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    await booked(visitor, offer)
    visitor.wait(LASTS - timedelta(seconds=5))
    assert "Olaug" in (await search(visitor, "tur")).text
    kept = dict(visitor.client.cookies)
    visitor.wait(LASTS + timedelta(seconds=1))
    for name, text in kept.items():  # a browser that keeps it all the same
        visitor.client.cookies.set(name, text)
    assert "Olaug" not in (await search(visitor, "tur")).text


async def test_whoever_signs_out_leaves_nothing_and_the_next_at_the_desk_reads_nothing(
    visitor: Visitor,
) -> None:
    await guide(visitor)
    await booked(visitor, await tour())
    page = await search(visitor, "alene om kvelden")
    kept = {name: text for name, text in visitor.client.cookies.items() if "call" in name}
    out = await visitor.post("/sign-out", {"form_token": page.fields(f"{CALL}/end")["form_token"]})
    assert out.status == 303
    assert [name for name in visitor.client.cookies if "call" in name] == [], "nothing is left"
    await guide(visitor, "Solveig")
    for name, text in kept.items():
        visitor.client.cookies.set(name, text)
    shown = (await search(visitor, "tur")).text
    assert "Olaug" not in shown
    assert "alene" not in shown


async def test_no_more_calls_than_a_browser_can_hold(visitor: Visitor) -> None:
    await guide(visitor)
    for number in range(MOST + 2):
        visitor.wait(timedelta(seconds=2))
        await search(visitor, f"tur{number}", f"/desk/{number:016x}")
    names = [name for name in visitor.client.cookies if "call" in name]
    assert len(names) == MOST
    assert sum(len(str(visitor.client.cookies.get(name))) for name in names) < 4000


async def test_what_the_caller_says_stands_in_no_address(visitor: Visitor) -> None:
    """Nor what was read out of it, nor a place: no link of the page, and nothing in what it leads to."""
    await guide(visitor)
    for number in range(25):
        await make.offer(f"Sorgkafé {number}", capacity=1)
    sent = await visitor.submit(await visitor.open("/desk"), q="sorgkafé etter Olaug", near="4328", free="on")
    assert sent.response.headers["location"].partition("?")[2] == ""
    page = await visitor.follow(sent)
    assert page.soup.find("input", attrs={"name": "q", "value": "sorgkafé etter Olaug"})
    links = [str(link["href"]) for link in page.soup.select("a[href]")]
    followed = [link for link in links if "search=" in link]
    assert followed
    for said in ("sorg", "olaug", "4328"):
        assert all(said not in link.lower() for link in links), said
    # One filter less is a search of its own, with the words kept.
    chip = next(one for one in page.soup.select(".ds-chip") if "plass" in one.get_text().lower())
    less = await visitor.open(str(chip["href"]))
    assert less.soup.find("input", attrs={"name": "q", "value": "sorgkafé etter Olaug"})
    assert len(less.soup.select(".ds-chip")) < len(page.soup.select(".ds-chip"))
    # Somebody else at the same desk reads nothing of it.
    await guide(visitor, "Solveig")
    assert "Olaug" not in (await visitor.open(followed[0])).text


@pytest.mark.parametrize("path", [f"{CALL}?q=alene+om+kvelden", f"{CALL}?search=alene", "/desk?q=alene&near=4328",
                                  "/en/desk?q=alene", "/manage/registers?offer=alene", "/my-page?q=alene"])  # fmt: skip
async def test_whoever_must_sign_in_first_takes_no_words_along(visitor: Visitor, path: str) -> None:
    page = await visitor.follow(await visitor.open(path))
    await visitor.submit(page, "/sign-in", address="olaug@example.no")
    assert "alene" not in page.url
    assert "4328" not in page.url
    held = await value("SELECT coalesce(string_agg(t::text, ' '), '') FROM sign_in_ticket t")
    assert "alene" not in held


async def test_whoever_must_sign_in_first_comes_to_what_they_chose(visitor: Visitor) -> None:
    led = (await visitor.open("/statistics?year=2026&q=alene")).response.headers["location"]
    assert unquote(led) == "/sign-in?next=/statistics?year=2026"


async def test_nothing_of_a_call_is_in_the_database(visitor: Visitor) -> None:
    """Nor where a form led to, which is kept for a week (base/web/once.py)."""
    await guide(visitor)
    await booked(visitor, await tour())
    await visitor.submit(await search(visitor, "mye alene"), f"{CALL}/need", text="Noe annet")
    for table in ("sent_form", "audit_entry", "outbox_message", "rate_limit"):
        held = await value(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert "alene" not in held, table


async def test_a_search_is_one_try_though_it_is_sent_and_then_shown(visitor: Visitor) -> None:
    await guide(visitor)
    before = await value("SELECT coalesce(sum(count), 0)::int FROM rate_limit")
    await search(visitor, "mye alene")
    assert await value("SELECT sum(count)::int FROM rate_limit") == before + 1
    await search(visitor, "", OTHER, near="4328")
    assert await value("SELECT sum(count)::int FROM rate_limit") == before + 1


async def test_a_search_is_a_need_with_one_tap_and_none_with_another(visitor: Visitor) -> None:
    await guide(visitor)
    page = await search(visitor, "sjakk for jenter", audience="youth")
    sent = await visitor.submit(page, f"{CALL}/need")
    said = await Need.get()
    assert (said.text, said.audience, said.district_id) == ("sjakk for jenter", "youth", None)
    assert await rows("SELECT 1 FROM audit_entry WHERE action LIKE 'need%'") == []
    page = await visitor.follow(sent)
    assert "Det er notert at noe mangler" in page.text
    assert "sjakk for jenter" in page.text, "the search is kept"
    undone = await visitor.follow(await visitor.submit(page, f"{CALL}/need/undo"))
    assert await Need.all().count() == 0
    assert "Noter at noe mangler" in undone.text


async def test_a_need_with_a_number_to_ring_is_put_right_first(visitor: Visitor) -> None:
    await guide(visitor)
    page = await search(visitor, "sjakk ring 90012345")
    wrong = await visitor.submit(page, f"{CALL}/need")
    assert wrong.status == 422
    assert wrong.soup.find(id="text-error")
    assert await Need.all().count() == 0
    assert (await visitor.submit(wrong, f"{CALL}/need", text="sjakk")).status == 303
    assert (await Need.get()).text == "sjakk"


async def test_ones_own_municipality_comes_first_and_the_others_are_said_to_be_others(
    visitor: Visitor,
) -> None:
    await guide(visitor)
    near, elsewhere = (
        await make.municipality(),
        await make.municipality(number="3447", slug="sondre-land", name="Søndre Land"),
    )
    await make.offer("Tur langs fjorden", owner=await make.organization(municipality=elsewhere))
    here = await make.offer("Tur i byen", owner=await make.organization(municipality=near))
    page = await search(visitor, "tur")
    assert "1 tilbud i Sandnes" in page.text
    assert [found.get_text() for found in page.soup.select(".tp-result h3 a")] == [
        "Tur i byen",
        "Tur langs fjorden",
    ]
    assert (
        page.text.index("Tur i byen")
        < page.text.index("I andre kommuner")
        < page.text.index("Tur langs fjorden")
    )
    chosen = await search(visitor, "tur", municipality="sondre-land")
    assert [found.get_text() for found in chosen.soup.select(".tp-result h3 a")] == ["Tur langs fjorden"]
    assert page.soup.find("a", href=f"{CALL}/offers/{here.slug}")


async def test_the_desk_shows_no_more_than_a_visitor_sees(visitor: Visitor) -> None:
    await guide(visitor)
    await make.offer("Tur for ansatte", visibility="staff")
    full = await tour(joining=Joining.WHOLE, capacity=1, sensitive=True)
    await make.booking(await SeatPool.get(offer=full))
    shown = await search(visitor, "tur")
    assert "Tur for ansatte" not in shown.text
    seen = (await visitor.open("/offers?q=tur&municipality=all")).soup.select_one(".tp-seats")
    mine = shown.soup.select_one(".tp-seats")
    assert seen
    assert mine
    assert seen.get_text(strip=True) == mine.get_text(strip=True)


async def test_what_is_wrong_in_the_address_is_said_and_the_rest_is_kept(visitor: Visitor) -> None:
    await guide(visitor)
    page = await search(visitor, "tur", municipality="atlantis", kind="course")
    assert page.status == 422
    assert "atlantis" in page.text
    assert (await visitor.open("/desk/ikke-en-samtale")).status == 404
    assert (await visitor.open("/guide?q=tur")).response.headers["location"] == "/desk"


async def test_words_of_crisis_put_the_numbers_first(visitor: Visitor) -> None:
    await guide(visitor)
    page = await search(visitor, "vil ikke leve lenger")
    assert page.soup.find("a", href="tel:113")
    assert "Trenger den som ringer noen nå?" in page.text


async def test_the_last_filter_can_be_taken_away(visitor: Visitor) -> None:
    await guide(visitor)
    page = await search(visitor, "tur")
    away = page.soup.select_one(".ds-chip")
    assert away
    page = await visitor.follow(await visitor.open(str(away["href"])))
    assert page.soup.select(".ds-chip") == []


def test_a_call_is_read_only_with_the_sign_in_that_it_was_made_with() -> None:
    me, other = UUID(int=1), UUID(int=2)
    call = Call("0123456789abcdef", NOW).searched("q=tur", "tur")
    text = as_cookie(call, me)
    assert in_cookie(text, call.id, me, NOW) == call
    assert in_cookie(text, call.id, other, NOW) is None
    assert in_cookie(text, "fedcba9876543210", me, NOW) is None
    assert in_cookie(text[:-2], call.id, me, NOW) is None
    assert in_cookie(text, call.id, me, NOW + LASTS) is None
    assert in_cookie(text, call.id, me, NOW - timedelta(hours=1)) is None, "of a clock that ran ahead"
    assert "tur" not in text
    assert call.searched("q=" + "a" * LONGEST, "a").search == ""
    assert joined([call], NOW) == call
    assert joined([call, Call("f" * 16, NOW)], NOW).id not in (call.id, "f" * 16)


async def test_a_double_click_books_once_and_stands_once_in_the_call(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    sent = {"participant_name": "Olaug", "contact": "none"}
    await asyncio.gather(*(visitor.submit(page, f"{CALL}/offers/{offer.slug}", **sent) for _ in range(2)))
    assert await Booking.all().count() == 1
    assert (await search(visitor, "")).text.count("Olaug er påmeldt") == 1


async def test_what_others_say_in_a_sentence_like_theirs_comes_before_some_of_the_words(
    visitor: Visitor,
) -> None:
    await Situation.create(
        text="Jeg er alene om kvelden", text_nn="", text_en="", also="mye alene om kvelden", words="",
        kinds=["meeting_place"], audiences=[], evening=False,
    )  # fmt: skip
    await guide(visitor)
    cafe = await make.offer("Kafé for alle", kind=Kind.MEETING_PLACE)
    await make.offer("Kveldskurs om kvelden", kind=Kind.COURSE)
    page = await search(visitor, "hun er så mye alene om kvelden")
    assert "Andre sier det slik: «Jeg er alene om kvelden»" in page.text
    assert [one.get_text() for one in page.soup.select(".tp-result h3 a")] == [
        "Kafé for alle",
        "Kveldskurs om kvelden",
    ]
    assert page.soup.find("a", href=f"{CALL}/offers/{cafe.slug}"), "each can be booked"


async def test_whoever_signs_out_in_another_tab_books_nothing_more_here(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    form = await visitor.open(f"{CALL}/offers/{offer.slug}")
    page = await search(visitor, "tur")
    await visitor.post("/sign-out", {"form_token": page.fields(f"{CALL}/end")["form_token"]})
    sent = await visitor.submit(form, f"{CALL}/offers/{offer.slug}", participant_name="Olaug", contact="none")
    assert sent.status == 403
    assert await Booking.all().count() == 0
    assert (await visitor.open(CALL)).response.headers["location"].startswith("/sign-in")


async def test_a_full_call_asks_the_database_little_more_than_the_list(
    visitor: Visitor, statements: list[str]
) -> None:
    """As often for few bookings as for many: besides what the list asks which desk it is, what was done in the call and
    sent, and what there is elsewhere."""
    await guide(visitor)
    await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    asked = []
    for offers in (4, 4):
        for _each in range(offers):
            offer = await tour()
            await booked(visitor, offer)
            form = await visitor.open(f"{CALL}/offers/{offer.slug}/send")
            await visitor.submit(form, "/send", address="olaug@example.no")
        for path in (f"{CALL}?q=tur", "/offers?q=tur&municipality=sandnes"):
            await visitor.open(path)
            statements.clear()
            await visitor.open(path)
            asked.append(len(statements))
    call, listed, later, listed_later = asked
    assert (call, listed) == (later, listed_later)
    assert call <= listed + 4, (call, listed)
