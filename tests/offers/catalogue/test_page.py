"""The page of an offer, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from offers.catalogue.kinds import Kind
from offers.catalogue.models import (  # fmt: skip
    Joining,
    Offer,
    OfferOrganizer,
    OfferText,
    SeatPool,
    Session,
    VenueText,
)
from offers.catalogue.page import Page
from offers.seats.models import BookingState
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

SATURDAY = datetime(2026, 10, 17, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


async def told(visitor: Visitor, offer: Offer) -> list[tuple[str, str, str | None]]:
    """(date, words, where the button leads) of each date on the offer's page."""
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.status == 200
    rows = []
    for row in page.soup.select(".tp-session"):
        seats, button = row.select_one(".tp-seats"), row.select_one("a.ds-button")
        rows.append((row.b.get_text(), seats.get_text() if seats else "", button["href"] if button else None))
    return rows


async def test_the_page_tells_all_one_needs_before_the_first_visit(visitor: Visitor) -> None:
    venue = await make.venue(hearing_loop=False, step_free=None)
    await VenueText.create(venue=venue, lang="nb", entrance="Mot torget.", transport="Buss til Ruten.")
    owner, friend = (
        await make.organization("Sentralen", phone="51 00 00 09"),
        await make.organization("Senior"),
    )
    offer = await make.offer(
        "Lekene",
        owner=owner,
        venue=venue,
        starts=[SATURDAY, SATURDAY + WEEK],
        contact_name="Aud",
        phone="51 00 00 01",
    )
    await OfferOrganizer.create(offer=offer, organization=friend)
    await OfferText.filter(offer=offer).update(
        summary="Små og store.", body="Første avsnitt.\n\nAndre <b>avsnitt</b>.", meets_you="Aud står ved døra.",
        way_in="Hovedinngangen.", bring_someone="En venn.", what_happens="Kaffe.", may_leave="Når du vil.",
        bring="Sko.",
    )  # fmt: skip
    page = await visitor.open(f"/offers/{offer.slug}")
    assert (page.status, page.heading) == (200, "Lekene")
    assert [part.get_text() for part in page.soup.select(".tp-prose p")] == [
        "Første avsnitt.",
        "Andre <b>avsnitt</b>.",
    ]
    facts = {row.dt.get_text(): row.dd.get_text() for row in page.soup.select(".tp-facts > div")}
    assert facts == {
        "Hvem møter meg?": "Aud står ved døra.",
        "Hvor går jeg inn?": "Hovedinngangen.",
        "Kan jeg ta med noen?": "En venn.",
        "Hva skjer når jeg kommer?": "Kaffe.",
        "Hva må jeg ha med?": "Sko.",
        "Kan jeg gå når jeg vil?": "Når du vil.",
    }
    place = page.soup.find(id="venue").parent
    assert "Rådhusgata 1, 4306 Sandnes" in place.get_text(" ")
    assert [line.get_text() for line in place.select("li")] == [
        "Toalett for rullestol", "Ikke teleslynge", "Mot torget.", "Buss til Ruten.",
    ]  # fmt: skip
    assert str(place.select_one("p a")["href"]).startswith(
        "https://www.openstreetmap.org/?mlat=58.85170&mlon=5.73530"
    )
    who = page.soup.find(id="organizer").find_next("p")
    assert " ".join(who.get_text().split()) == (
        "Sentralen lager dette sammen med Senior. Spørsmål? Ring Aud på 51 00 00 01."
    )
    assert [link["href"] for link in who.select("a")] == [
        f"/organizations/{owner.slug}", f"/organizations/{friend.slug}", "tel:+4751000001",
    ]  # fmt: skip
    assert page.soup.find("a", href=f"/calendar/offers/{offer.slug}.ics")
    assert "Lørdager kl. 11–13" in page.text


async def test_each_date_has_its_places_and_its_way_to_book(visitor: Visitor) -> None:
    starts = [NOW - WEEK, *(SATURDAY + WEEK * number for number in range(4))]
    offer = await make.offer("Lekene", starts=starts, capacity=20)
    sessions = await Session.filter(offer=offer).order_by("starts_at")
    for number, (taken, waiting) in {1: (18, 0), 2: (20, 3), 3: (0, 0)}.items():
        await SeatPool.filter(session=sessions[number]).update(taken=taken, waiting=waiting)
    await Session.filter(id=sessions[4].id).update(status="cancelled", note="Vi er tilbake 21. november.")
    book = f"/offers/{offer.slug}/bookings/new?session="
    assert await told(visitor, offer) == [
        ("17", "2 plasser igjen", f"{book}{sessions[1].id}"),
        ("24", "Fullt. 3 på venteliste", f"{book}{sessions[2].id}"),
        ("31", "20 ledige plasser", f"{book}{sessions[3].id}"),
        ("7", "Avlyst", None),
    ]
    page = await visitor.open(f"/offers/{offer.slug}")
    assert "Vi er tilbake 21. november." in page.text
    assert [button.get_text().split()[0] for button in page.soup.select(".tp-session a.ds-button")] == [
        "Meld", "Stå", "Meld",
    ]  # fmt: skip
    box = page.soup.select_one("aside.tp-state")
    assert box.h2.get_text() == "Neste med ledig plass"
    assert box.select_one("a.ds-button")["href"] == f"{book}{sessions[1].id}"


async def test_a_moved_date_says_so(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY])
    await Session.filter(offer=offer).update(status="moved", venue=await make.venue("Biblioteket"))
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.select_one(".tp-session .tp-muted").get_text() == "Ny tid eller nytt sted. Biblioteket"


@pytest.mark.parametrize(
    ("joining", "taken", "button"),
    [
        (Joining.WHOLE, 0, "Meld på"),
        (Joining.WHOLE, 10, "Stå på venteliste"),
        (Joining.REQUEST, 10, "Spør om plass"),
    ],
)
async def test_what_is_booked_once_has_one_way_to_book(
    visitor: Visitor, joining: Joining, taken: int, button: str
) -> None:
    offer = await make.offer("Håp", joining=joining, starts=[SATURDAY, SATURDAY + WEEK])
    await SeatPool.filter(offer=offer).update(taken=taken)
    page = await visitor.open(f"/offers/{offer.slug}")
    assert {(link.get_text(), link["href"]) for link in page.soup.select("a.ds-button[href*=bookings]")} == {
        (button, f"/offers/{offer.slug}/bookings/new")
    }
    assert [row[2] for row in await told(visitor, offer)] == [None, None]


async def test_the_button_leads_to_a_form_that_books(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY])
    page = await visitor.open(f"/offers/{offer.slug}")
    form = await visitor.open(str(page.soup.select_one(".tp-session a.ds-button")["href"]))
    assert form.status == 200
    assert "Tur" in form.text


async def test_a_course_that_has_begun_gives_a_phone_number_instead_of_a_button(visitor: Visitor) -> None:
    offer = await make.offer("Håp", joining=Joining.WHOLE, starts=[NOW - WEEK, SATURDAY], phone="51 00 00 01")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert not page.soup.select("main a[href*=bookings]")
    box = page.soup.select_one("aside.tp-state")
    assert box.select_one(".tp-seats").get_text() == "Har begynt"
    assert box.select_one("a[href^=tel]").get_text() == "51 00 00 01"


async def test_one_just_drops_in(visitor: Visitor) -> None:
    offer = await make.offer("Kafé", joining=Joining.DROP_IN, starts=[SATURDAY])
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.select_one("aside.tp-state h2").get_text() == "Bare kom innom"
    assert page.soup.select_one(".tp-dropin").get_text(" ", strip=True) == "Kom innom Ingen påmelding"
    assert not page.soup.select("main a[href*=bookings]")


@pytest.mark.parametrize(
    ("joining", "url", "link"),
    [
        (Joining.EXTERNAL, "https://example.no/meld", "https://example.no/meld"),
        (Joining.NONE, "https://example.no/les", "https://example.no/les"),
        (Joining.NONE, "javascript:alert(1)", None),
        (Joining.WHOLE, "https://example.no/mote", None),  # told those who have booked
    ],
)
async def test_a_link_elsewhere_is_shown_where_one_books_or_reads_elsewhere(
    visitor: Visitor, joining: Joining, url: str, link: str | None
) -> None:
    offer = await make.offer(
        "Sov bedre", joining=joining, online_url=url, starts=[], kind=Kind.ONLINE_SELF_HELP
    )
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.status == 200
    found = {str(a["href"]) for a in page.soup.select("main a") if url in str(a["href"])}
    assert found == ({link} if link else set())


async def test_of_many_times_for_a_talk_the_free_ones_are_offered_first_then_those_to_wait_for(
    visitor: Visitor,
) -> None:
    starts = [NOW - timedelta(minutes=10), *(SATURDAY + timedelta(hours=number) for number in range(3))]
    offer = await make.offer(
        "En prat", kind=Kind.CONVERSATION, starts=starts, minutes=45, capacity=1, sensitive=True
    )
    await SeatPool.filter(offer=offer, starts_at=starts[1]).update(taken=1)
    page = await visitor.open(f"/offers/{offer.slug}")
    shown = [
        " ".join(link.get_text().replace("\u2060", "").split())
        for link in page.soup.select("#dates ~ * li a")
    ]
    assert shown == [
        "kl. 12–12.45 17. oktober", "kl. 13–13.45 17. oktober", "kl. 11–11.45 17. oktober, venteliste",
    ]  # fmt: skip
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.find(id="dates").get_text() == "Velg en tid"
    await SeatPool.filter(offer=offer).update(taken=1)
    full = await visitor.open(f"/offers/{offer.slug}")
    assert "Alle tidene er tatt nå. Du kan stå på venteliste for en av dem." in full.text
    assert len(full.soup.select("#dates ~ * li a")) == 3


async def test_what_is_over_says_so_and_leads_on(visitor: Visitor) -> None:
    offer = await make.offer("Kurs", kind=Kind.COURSE, starts=[NOW - WEEK], phone="51 00 00 01")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert (page.status, page.soup.select_one(".ds-alert h2").get_text()) == (
        200,
        "Det er ingen flere datoer nå",
    )
    assert page.soup.find("a", string="Se lignende tilbud")["href"] == "/offers?kind=course"
    assert not page.soup.select("main a[href*=bookings]")


async def test_a_text_in_another_language_says_which_it_is(visitor: Visitor) -> None:
    offer = await make.offer("Прогулянка", source_lang="uk", starts=[SATURDAY])
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.h1["lang"] == "uk"
    assert page.soup.html["lang"] == "nb"
    assert "Teksten er på ukrainsk. Arrangøren har ikke oversatt den." in page.text
    assert (await visitor.open("/offers")).soup.select_one(".tp-offer__link")["lang"] == "uk"
    await OfferText.create(offer=offer, lang="en", title="A walk", summary="Slowly.")
    page = await visitor.open(f"/en/offers/{offer.slug}")
    assert (page.heading, page.soup.h1.get("lang")) == ("A walk", None)


@pytest.mark.parametrize("slug", ["finnes-ikke", "%C3%A5", "a" * 300, "x%27--"])
async def test_an_unknown_address_is_not_found(visitor: Visitor, slug: str) -> None:
    for path in ("offers", "organizations"):
        assert (await visitor.open(f"/{path}/{slug}")).status == 404


async def test_what_is_over_leads_to_what_goes_on(visitor: Visitor) -> None:
    over = await make.offer("Håp i vår", starts=[NOW - WEEK])
    await make.offer("Håp, kladd", starts=[SATURDAY], state="draft", continues=over)
    following = await make.offer("Håp i høst", starts=[SATURDAY], continues=over)
    page = await visitor.open(f"/offers/{over.slug}")
    assert page.soup.find("a", string="Håp i høst")["href"] == f"/offers/{following.slug}"
    assert "kladd" not in page.text
    assert "Det går videre" not in (await visitor.open(f"/offers/{following.slug}")).text


@pytest.mark.parametrize(
    ("dates", "folded"),
    [
        (5, []),
        (6, [("Alle 6 datoene", 1)]),
        (14, [("Alle 14 datoene", 9)]),
        (15, [("Alle 15 datoene", 10)]),
        (33, [("21. nov.–23. jan.", 10), ("30. jan.–3. apr.", 10), ("10. apr.–29. mai", 8)]),
    ],
)
async def test_five_dates_stand_open_and_never_more_than_ten_unfold(
    visitor: Visitor, dates: int, folded: list[tuple[str, int]]
) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY + WEEK * number for number in range(dates)])
    page = await visitor.open(f"/offers/{offer.slug}")
    found = [
        (fold.summary.get_text().replace("\u00a0", " "), len(fold.select(".tp-session")))
        for fold in page.soup.select("details.ds-details")
    ]
    assert found == folded
    told = page.soup.find("p", string=f"Alle {dates} datoene:")
    assert bool(told) == (len(folded) > 1)
    assert len(page.soup.select(".tp-session")) == dates
    assert len(page.soup.select(":not(div) > .tp-sessions > .tp-session")) == 5


async def test_of_more_dates_than_are_read_nobody_says_how_many_there_are(visitor: Visitor) -> None:
    offer = await make.offer("Kafé", starts=[SATURDAY + timedelta(days=number) for number in range(70)])
    page = await visitor.open(f"/offers/{offer.slug}")
    assert "Flere datoer:" in page.text
    assert "datoene" not in page.text


async def test_times_for_a_talk_stand_open_on_five_days(visitor: Visitor) -> None:
    starts = [SATURDAY + timedelta(days=day, hours=hour) for day in range(7) for hour in range(2)]
    offer = await make.offer("En prat", kind=Kind.CONVERSATION, starts=starts, minutes=45, capacity=1)
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.select_one("details.ds-details summary").get_text() == "Vis 2 dager til"
    assert [len(page.soup.select(f"{where} h3.tp-day")) for where in ("main", "details")] == [7, 2]


async def test_seats_follow_the_bookings(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY], capacity=5)
    pool = await SeatPool.get(offer=offer)
    assert (await told(visitor, offer))[0][1] == "5 ledige plasser"
    await make.booking(pool, seats=2)
    assert (await told(visitor, offer))[0][1] == "3 plasser igjen"
    await make.booking(pool, seats=3)
    await make.booking(pool, state=BookingState.WAITING)
    assert (await told(visitor, offer))[0][1] == "Fullt. 1 på venteliste"


async def under_the_facts(visitor: Visitor, offer: Offer) -> tuple[str, str, str | None]:
    """What stands right under the facts, on a phone too: state, words of the button, and where it leads."""
    page = await visitor.open(f"/offers/{offer.slug}")
    box = page.soup.select_one(".tp-offerpage > div:first-child + aside.tp-state")
    state, button = box.select_one(".tp-seats"), box.select_one("a.ds-button")
    filled = page.soup.select("main a.ds-button:not([data-variant])")
    assert filled == ([button] if button and not button.get("data-variant") else []), "one filled button"
    return (
        state.get_text() if state else "",
        " ".join(button.get_text().split()) if button else "",
        button["href"] if button else None,
    )


async def test_state_and_way_on_stand_right_under_the_facts(visitor: Visitor) -> None:
    course = await make.offer("Kurs", joining=Joining.WHOLE, capacity=1, starts=[SATURDAY, SATURDAY + WEEK])
    book = f"/offers/{course.slug}/bookings/new"
    assert await under_the_facts(visitor, course) == ("1 plass igjen", "Meld på", book)
    await make.booking(await SeatPool.get(offer=course))
    full = ("Fullt. Du kan stå på venteliste", "Stå på venteliste", book)
    assert await under_the_facts(visitor, course) == full
    await SeatPool.filter(offer=course).update(opens_at=NOW + WEEK)
    assert await under_the_facts(visitor, course) == ("Påmeldingen åpner 20.\u00a0oktober", "", None)
    page = await visitor.open(f"/offers/{course.slug}")
    assert page.soup.select_one("aside.tp-state form #notice").get_text() == "Si fra når påmeldingen åpner"
    begun = await make.offer("Begynt", joining=Joining.WHOLE, starts=[NOW - WEEK, NOW + WEEK])
    assert await under_the_facts(visitor, begun) == ("Har begynt", "", None)
    asked = await make.offer("Gruppe", joining=Joining.REQUEST, starts=[SATURDAY])
    assert (await under_the_facts(visitor, asked))[1] == "Spør om plass"
    link = "https://example.no/meld"
    elsewhere = await make.offer("Borte", joining=Joining.EXTERNAL, starts=[SATURDAY], online_url=link)
    assert await under_the_facts(visitor, elsewhere) == ("", "Gå til påmeldingen", link)


async def test_the_next_free_date_has_the_one_filled_button(visitor: Visitor) -> None:
    offer = await make.offer("Tur", capacity=1, starts=[SATURDAY, SATURDAY + timedelta(days=1)])
    await make.booking(await SeatPool.get(offer=offer, starts_at=SATURDAY))
    second = await Session.get(offer=offer, starts_at=SATURDAY + timedelta(days=1))
    state, words, leads = await under_the_facts(visitor, offer)
    assert (state, words) == ("1 plass igjen", "Meld på 18. oktober")
    assert leads == f"/offers/{offer.slug}/bookings/new?session={second.id}"
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.select_one("aside.tp-state a[href='#dates']").get_text() == "Se alle dagene"
    assert "2 ganger: 17. okt. og 18. okt." in page.text
    await make.booking(await SeatPool.get(offer=offer, session=second))
    state, words, _leads = await under_the_facts(visitor, offer)
    assert (state, words) == ("Fullt. Du kan stå på venteliste", "Stå på venteliste")


async def test_whoever_comes_for_the_first_time_is_answered_before_the_long_list_of_dates(
    visitor: Visitor,
) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY], venue=await make.venue())
    await OfferText.filter(offer=offer).update(meets_you="Aud.", body="Mer.")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert [head["id"] for head in page.soup.select("main h2")] == [
        "join", "first", "dates", "about", "venue", "organizer", "share",
    ]  # fmt: skip


async def test_what_is_called_off_says_so_above_the_facts(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[SATURDAY], state="cancelled")
    page = await visitor.open(f"/offers/{offer.slug}")
    assert page.soup.select_one(".tp-offerhead + .ds-alert h2").get_text() == "Dette tilbudet er avlyst"
    assert not page.soup.select("main a[href*=bookings]")


async def test_a_whole_course_says_how_many_times_and_on_which_days(visitor: Visitor) -> None:
    dates = [
        SATURDAY + timedelta(days=2) + WEEK * week + timedelta(days=more)
        for week in range(3)
        for more in (0, 2)
    ]
    offer = await make.offer("Kurs", joining=Joining.WHOLE, starts=dates)
    assert (
        "6 ganger, mandager og onsdager, 19. okt.–4. nov."
        in (await visitor.open(f"/offers/{offer.slug}")).text
    )


async def test_a_group_that_meets_already_shows_no_past_date_to_whoever_asks(visitor: Visitor) -> None:
    offer = await make.offer("Gruppe", joining=Joining.REQUEST, starts=[NOW - WEEK, SATURDAY])
    await Offer.filter(id=offer.id).update(
        next_session_at=SATURDAY, next_session_ends=SATURDAY + timedelta(hours=2)
    )
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert page.status == 200
    assert "neste gang lørdag 17. oktober" in page.text
    assert "6. oktober" not in page.text


def test_the_page_of_an_offer_asks_only_for_what_there_is() -> None:
    """A name that is gone is found out by whoever comes to where it is asked for, and that may be only some."""
    there = {*Page.__dataclass_fields__, *dir(Page)}
    asked = {
        (path.name, name)
        for path in (Path(__file__).parents[3] / "templates" / "offers" / "catalogue").glob("*.html")
        for name in re.findall(r"\bshown\.(\w+)", path.read_text())
    }
    assert len(asked) > 30
    assert {(path, name) for path, name in asked if name not in there} == set()
