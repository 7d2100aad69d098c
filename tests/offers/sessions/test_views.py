"""A session is moved or cancelled, and everybody booked is told once, or stands on the list of those to ring."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from marketplace.base.clock import oslo
from marketplace.base.data.database import rows
from marketplace.base.models import AuditEntry, Channel, OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.models import ContactPoint, Person
from offers.catalogue.models import Joining, Offer, OfferState, OfferText, SeatPool, Session, SessionStatus
from offers.seats.models import Booking, BookingState, EndedBy
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

WEEK = timedelta(weeks=1)


@pytest.fixture
async def kari(visitor: Visitor) -> Person:
    """Leads Frivilligsentralen, and is signed in."""
    person = await make.member(await make.organization(), Role.EDITOR)
    await visitor.sign_in(person)
    return person


async def course(kari: Person, **other: Any) -> Offer:
    """Kari's offer with one session in a week, in the town hall."""
    membership = await kari.memberships.all().select_related("organization").get()  # type: ignore[attr-defined]
    return await make.offer(owner=membership.organization, venue=await make.venue(), **other)


async def book(offer: Offer, name: str, reach: str = "", state: BookingState = BookingState.CONFIRMED,
               **other: Any) -> Booking:  # fmt: skip
    """A booking in the offer's first pool, reached by e-mail, by phone, or not at all."""
    somebody = await make.person(name)
    contact = await make.contact(somebody, reach, verified=False) if reach else None
    pool = (await SeatPool.filter(offer=offer).order_by("starts_at", "id"))[0]
    return await make.booking(pool, somebody, state, contact=contact, **other)


async def session_of(offer: Offer) -> Session:
    return (await Session.filter(offer=offer).order_by("starts_at"))[0]


async def told() -> list[tuple[str, str, str]]:
    """Channel, address and mail of every message, in the order of addresses."""
    found = await OutboxMessage.all().order_by("address")
    return [(message.channel.value, message.address, message.mail) for message in found]


async def content(message: OutboxMessage) -> Content:
    made = await MAILS[message.mail](message.channel, message.lang, **message.facts)
    assert made is not None
    return made


def event(made: Content) -> tuple[str, Any]:
    """The METHOD and the only event of a calendar part."""
    assert made.calendar is not None
    calendar = Calendar.from_ical(made.calendar)
    (found,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == made.method
    return str(made.method), found


async def move(visitor: Visitor, session: Session, **typed: Any) -> Page:
    path = f"/manage/sessions/{session.id}/move"
    return await visitor.submit(await visitor.open(path), "/move", **typed)


async def test_a_moved_session_tells_each_party_once_and_updates_their_calendars(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari)
    ola = await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "+4799999999", lang="en")
    await book(offer, "Per")
    await book(offer, "Liv", "liv@example.no", BookingState.CANCELLED)
    session = await session_of(offer)
    await Session.filter(id=session.id).update(vevent=b"old")
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    assert page.fields("/move")["day"] == ["20.10.2026"]
    page = await visitor.submit(page, "/move", day="21.10.2026", starts="19:00", ends="20.30")
    assert page.response.headers["location"] == f"/manage/sessions/{session.id}/call-list"

    moved = await Session.get(id=session.id)
    assert (moved.status, moved.sequence, moved.vevent) == (SessionStatus.MOVED, 1, None)
    assert f"{oslo(moved.starts_at):%d.%m %H:%M} {oslo(moved.ends_at):%H:%M}" == "21.10 19:00 20:30"
    pool, after = await SeatPool.get(offer=offer), await Offer.get(id=offer.id)
    assert (pool.starts_at, pool.ends_at, pool.taken) == (moved.starts_at, moved.ends_at, 3)
    assert (after.next_session_at, after.last_session_ends) == (moved.starts_at, moved.ends_at)

    assert await told() == [
        ("sms", "+4799999999", "session_moved"),
        ("email", "ola@example.no", "session_moved"),
    ]
    made = await content(await OutboxMessage.get(channel="email"))
    assert made.subject == "Nytt tidspunkt eller sted"
    assert "Ny tid: onsdag 21. oktober 2026 kl. 19–\u206020.30" in made.text.replace("\u00a0", " ")
    assert "Før: tirsdag 20. oktober 2026 kl. 12–\u206014" in made.text.replace("\u00a0", " ")
    method, calendar = event(made)
    assert (method, calendar["SEQUENCE"], calendar["UID"]) == (
        "REQUEST", 1, f"booking-{ola.id}-{session.id}@127.0.0.1")  # fmt: skip
    assert (str(calendar["ATTENDEE"]), calendar["DTSTART"].dt) == ("mailto:ola@example.no", moved.starts_at)
    sms = await content(await OutboxMessage.get(channel="sms"))
    assert (sms.subject, sms.calendar, "Generasjonslekene" in sms.text) == (
        "New time or place",
        None,
        False,
    )

    called = await visitor.follow(page)
    assert ("Per" in called.text, "Ola" in called.text, "Eva" in called.text) == (True, False, False)
    audits = [(entry.action, entry.details) for entry in await AuditEntry.all().order_by("at", "id")]
    assert audits == [
        ("session.moved", {"told": 2, "to_call": 1}), ("participants.read", {"list": "call", "count": 1})
    ]  # fmt: skip


async def test_a_move_onto_another_session_is_warned_of_before_it_is_saved(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, starts=[NOW + WEEK, NOW + 2 * WEEK, NOW + 3 * WEEK])
    await book(offer, "Ola", "ola@example.no")
    session, other, cancelled = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=cancelled.id).update(status=SessionStatus.CANCELLED)
    page = await move(visitor, session, day="27.10.2026", starts="10", ends="12.30")
    assert (page.status, await told()) == (200, [])
    assert "Dere har en annen samling da Tirsdag 27. oktober kl. 11–13" in page.text
    assert page.fields("/move")["starts"] == ["10"]
    assert (await Session.get(id=session.id)).starts_at == session.starts_at
    again = await visitor.submit(page, "/move", starts="11")
    assert (again.status, await told()) == (200, [])
    assert (await visitor.submit(again, "/move")).status == 303
    assert (await Session.get(id=session.id)).starts_at == other.starts_at
    assert await told() == [("email", "ola@example.no", "session_moved")]


@pytest.mark.parametrize(
    "typed",
    [
        {"day": "27.10.2026", "starts": "9", "ends": "11"},
        {"day": "27.10.2026", "starts": "13", "ends": "14"},
        {"day": "3.11.2026"},
    ],
)
async def test_a_move_beside_another_session_or_onto_a_cancelled_one_is_no_matter(
    visitor: Visitor, kari: Person, typed: dict[str, str]
) -> None:
    offer = await course(kari, starts=[NOW + WEEK, NOW + 2 * WEEK, NOW + 3 * WEEK])
    session, _other, cancelled = await Session.filter(offer=offer).order_by("starts_at")
    await Session.filter(id=cancelled.id).update(status=SessionStatus.CANCELLED)
    assert (await move(visitor, session, **typed)).status == 303


async def test_a_wrong_order_of_times_is_told_together_with_a_wrong_date(
    visitor: Visitor, kari: Person
) -> None:
    session = await session_of(await course(kari))
    for day, words in (
        ("30.2.2027", "Datoen 30.2.2027 finnes ikke."),
        ("1.10.2026", "Datoen er passert. Skriv en dato som kommer."),
    ):
        page = await move(visitor, session, day=day, starts="20", ends="18")
        assert [link.get_text() for link in page.soup.select(".ds-error-summary li a")] == [
            words, "Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer."
        ]  # fmt: skip


async def test_another_place_is_a_move_too(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session, library = (
        await session_of(offer),
        await make.venue("Biblioteket", street="Mauritz Kartevolds plass 1"),
    )
    assert (await move(visitor, session, venue=library.id)).status == 303
    made = await content(await OutboxMessage.get())
    assert "Hvor: Biblioteket, Mauritz Kartevolds plass 1, Sandnes" in made.text
    assert "Sandnes rådhus" in made.text
    assert "Biblioteket" in str(event(made)[1]["LOCATION"])
    back = await move(visitor, await session_of(offer), venue=offer.venue_id)
    assert back.status == 303
    assert (await session_of(offer)).venue_id is None


async def test_only_the_latest_of_two_moves_says_anything(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    assert (await move(visitor, session, day="21.10.2026")).status == 303
    assert (await move(visitor, session, day="22.10.2026")).status == 303
    first, second = await OutboxMessage.all().order_by("id")
    assert await MAILS["session_moved"](first.channel, "nb", **first.facts) is None
    assert event(await content(second))[1]["SEQUENCE"] == 2


async def test_who_waits_hears_of_a_new_time_and_has_nothing_in_a_calendar(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, capacity=1)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Nora", "nora@example.no", BookingState.WAITING)
    await move(visitor, await session_of(offer), day="21.10.2026")
    moved = await OutboxMessage.get(address="nora@example.no")
    assert (await content(moved)).calendar is None
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    await visitor.submit(page, "/cancel", note="")
    parts = {message.address: (await content(message)).calendar is not None
             for message in await OutboxMessage.filter(mail="offer_cancelled")}  # fmt: skip
    assert parts == {"ola@example.no": True, "nora@example.no": False}


async def test_who_has_left_meanwhile_is_not_told(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    ola = await book(offer, "Ola", "ola@example.no")
    await move(visitor, await session_of(offer), day="21.10.2026")
    await Booking.filter(id=ola.id).update(state=BookingState.CANCELLED, ended_by=EndedBy.SELF)
    message = await OutboxMessage.get()
    assert await MAILS["session_moved"](message.channel, "nb", **message.facts) is None


async def test_a_stale_page_is_refused_and_says_what_changed(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    stale = await visitor.open(f"/manage/sessions/{session.id}/move")
    cancelling = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert (await move(visitor, session, day="21.10.2026")).status == 303
    for page, action, typed in ((stale, "/move", {"starts": "11"}), (cancelling, "/cancel", {"note": "Syk"})):
        answer = await visitor.submit(page, action, **typed)
        assert answer.status == 409
        assert "Nå er den onsdag 21. oktober kl. 12–14, Sandnes rådhus." in answer.text
        assert answer.fields(action)["sequence"] == ["1"]
        assert all(answer.fields(action)[name] == [text] for name, text in typed.items())
    present = await session_of(offer)
    assert (present.sequence, len(await told())) == (1, 1)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"day": "30.2.2027"}, "day", "Datoen 30.2.2027 finnes ikke."),
        ({"day": "12.10.2026"}, "day", "Datoen er passert. Skriv en dato som kommer."),
        (
            {"day": "13.10.2026", "starts": "11.00"},
            "starts",
            "Klokkeslettet er passert. Skriv et som kommer.",
        ),
        ({"starts": "sent"}, "starts", "Skriv klokkeslettet slik: 18.00"),
        (
            {"ends": "11.00"},
            "ends",
            "Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer.",
        ),
        ({"venue": "x"}, "venue", "Velg et sted fra lista."),
        ({"venue": "01890000-0000-7000-8000-000000000000"}, "venue", "Velg et sted fra lista."),
    ],
)
async def test_moves_that_cannot_be(
    visitor: Visitor, kari: Person, typed: dict[str, str], field: str, words: str
) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    page = await move(visitor, await session_of(offer), **typed)
    assert (page.status, page.soup.find(id=f"{field}-error").get_text()) == (422, words)  # type: ignore[union-attr]
    assert ((await session_of(offer)).sequence, await told()) == (0, [])


async def test_the_same_time_and_place_is_no_move(visitor: Visitor, kari: Person) -> None:
    page = await move(visitor, await session_of(await course(kari)))
    assert (page.status, "Dette er samme tid og sted som før." in page.text) == (422, True)
    page = await move(visitor, (await Session.all())[0], sequence="9" * 40)
    assert page.status == 422


async def test_a_session_that_has_begun_cannot_be_changed(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/move")
    visitor.wait(WEEK)
    assert (await visitor.open(f"/manage/sessions/{session.id}/cancel")).status == 422
    answer = await visitor.submit(page, "/move", day="1.11.2026")
    assert "Samlingen har begynt, så den kan ikke endres." in answer.text


async def test_a_cancelled_session_closes_its_bookings_and_tells_the_queue_too(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, capacity=1)
    ola = await book(offer, "Ola", "ola@example.no")
    eva = await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    await book(offer, "Åse", state=BookingState.WAITING, reference="K7M4QP")
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    page = await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    assert page.status == 303
    cancelled, pool = await session_of(offer), await SeatPool.get()
    assert (cancelled.status, cancelled.sequence, cancelled.note) == (
        SessionStatus.CANCELLED,
        1,
        "Kurslederen er syk.",
    )
    assert (pool.taken, pool.waiting) == (0, 0)
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 3
    after = await Offer.get()
    assert (after.session_count, after.next_session_at, after.last_session_ends) == (
        0,
        None,
        cancelled.ends_at,
    )
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert (made.subject, "Kurslederen er syk." in made.text, "De andre gangene" in made.text) == (
        "Avlyst",
        True,
        False,
    )
    method, calendar = event(made)
    assert (method, calendar["STATUS"], calendar["UID"]) == (
        "CANCEL", "CANCELLED", f"booking-{ola.id}-{session.id}@127.0.0.1")  # fmt: skip
    assert calendar["SEQUENCE"] >= 1
    assert eva.queue_no is not None
    called = await visitor.follow(page)
    assert ("Åse" in called.text, "K7M" in called.text, "Ola" in called.text) == (True, True, False)
    again = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    assert (again.status, "Samlingen er avlyst allerede." in again.text) == (422, True)


async def test_one_cancelled_session_of_a_course_leaves_the_rest(visitor: Visitor, kari: Person) -> None:
    starts = [NOW + WEEK, NOW + 2 * WEEK]
    offer = await course(kari, joining=Joining.WHOLE, starts=starts, sensitive=True)
    ola = await book(offer, "Ola", "ola@example.no", lang="nn")
    await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    session = await session_of(offer)
    page = await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert page.status == 303
    assert (await Booking.get(id=ola.id)).state == BookingState.CONFIRMED
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting, pool.starts_at) == (1, 1, starts[1])
    assert await told() == [("email", "ola@example.no", "session_cancelled")]
    message = await OutboxMessage.get()
    method, calendar = event(await content(message))
    assert (message.lang, method, str(calendar["SUMMARY"]).endswith("Avtale")) == ("nn", "CANCEL", True)
    assert "LOCATION" not in calendar
    assert "De andre gangene" in (await MAILS["session_cancelled"](Channel.EMAIL, "nb", **message.facts)).text  # type: ignore[union-attr]


async def test_a_course_whose_only_session_is_cancelled_ends_and_tells_the_queue_too(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, capacity=1)
    ola = await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    await book(offer, "Åse", state=BookingState.WAITING)
    page = await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/cancel")
    assert "2 påmeldte får beskjed, én må dere ringe." in page.text
    assert "Ingen samlinger står igjen, så påmeldingene avsluttes." in page.text
    page = await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 3
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting) == (0, 0)
    assert "Åse" in (await visitor.follow(page)).text
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert ("Kurslederen er syk." in made.text, "De andre gangene" in made.text) == (True, False)
    assert event(made)[1]["UID"] == f"booking-{ola.id}-{(await session_of(offer)).id}@127.0.0.1"
    closed = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert (closed.status, "Påmeldingen er stengt." in closed.text) == (410, True)


async def test_a_course_that_lost_its_last_date_opens_again_with_a_new_one(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE)
    said = {"what_happens": "Vi leker.", "bring_someone": "Ja.", "way_in": "Grønn dør.", "meets_you": "Tom."}
    await OfferText.filter(offer=offer).update(**said)
    session = await session_of(offer)
    await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 410
    page = await visitor.open(f"/manage/offers/{offer.slug}/sessions")
    assert (await visitor.submit(page, "/sessions", first="1.12.2026", starts="18", ends="20")).status == 303
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/new")).status == 200


async def test_a_group_one_asks_to_join_answers_nobody_when_its_last_date_is_cancelled(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.REQUEST)
    await book(offer, "Ola", "ola@example.no")
    await book(offer, "Eva", "eva@example.no", BookingState.REQUESTED)
    session = await session_of(offer)
    await visitor.submit(await visitor.open(f"/manage/sessions/{session.id}/cancel"), "/cancel")
    assert await told() == [("email", f"{name}@example.no", "session_cancelled") for name in ("eva", "ola")]
    assert [one.state for one in await Booking.all()] == [BookingState.CANCELLED] * 2


@pytest.mark.parametrize("act", ["session", "offer"])
async def test_who_has_been_at_a_course_stays_in_its_register_when_the_rest_is_cancelled(
    visitor: Visitor, kari: Person, act: str
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, capacity=1, starts=[NOW - WEEK, NOW + WEEK])
    ola = await book(offer, "Ola", "ola@example.no")
    eva = await book(offer, "Eva", "eva@example.no", BookingState.WAITING)
    been, coming = await Session.filter(offer=offer).order_by("starts_at")
    path = (
        f"/manage/sessions/{coming.id}/cancel" if act == "session" else f"/manage/offers/{offer.slug}/cancel"
    )
    page = await visitor.open(path)
    assert "2 påmeldte får beskjed." in page.text
    assert (await visitor.submit(page, "/cancel")).status == 303
    assert await told() == [("email", f"{name}@example.no", f"{act}_cancelled") for name in ("eva", "ola")]
    states = {one.id: one.state for one in await Booking.all()}
    assert states == {ola.id: BookingState.CONFIRMED, eva.id: BookingState.CANCELLED}
    pool = await SeatPool.get()
    assert (pool.taken, pool.waiting) == (1, 0)
    assert "Ola" in (await visitor.open(f"/manage/sessions/{been.id}/register")).text
    made = await content(await OutboxMessage.get(address="ola@example.no"))
    assert ("De andre gangene" in made.text, "Du trenger ikke gjøre noe." in made.text) == (False, True)


async def test_a_cancelled_offer_tells_everybody_once_and_keeps_what_has_been(
    visitor: Visitor, kari: Person
) -> None:
    starts = [NOW - WEEK, NOW + WEEK, NOW + 2 * WEEK]
    offer = await course(kari, joining=Joining.PER_SESSION, starts=starts)
    been, coming, later = await SeatPool.filter(offer=offer).order_by("starts_at")
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no", verified=False)
    past, ahead = [await make.booking(pool, ola, contact=contact) for pool in (been, coming)]
    per = await make.booking(later, await make.person("Per"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    assert "Én påmeldt får beskjed, én må dere ringe." in page.text
    assert "2 samlinger som ikke har vært ennå, blir avlyst." in page.text
    page = await visitor.submit(page, "/cancel", note="Vi flytter.")
    states = {one.id: one.state for one in await Booking.all()}
    assert states == {
        past.id: BookingState.CONFIRMED, ahead.id: BookingState.CANCELLED, per.id: BookingState.CANCELLED
    }  # fmt: skip
    statuses = [session.status for session in await Session.all().order_by("starts_at")]
    assert statuses == [SessionStatus.SCHEDULED, SessionStatus.CANCELLED, SessionStatus.CANCELLED]
    assert (await Offer.get()).state == OfferState.CANCELLED
    assert await told() == [("email", "ola@example.no", "offer_cancelled")]
    made = await content(await OutboxMessage.get())
    assert (event(made)[0], "Vi flytter." in made.text) == ("CANCEL", True)
    called = await visitor.follow(page)
    assert ("Per" in called.text, "Ola" in called.text) == (True, False)
    assert (await visitor.open(f"/manage/offers/{offer.slug}/cancel")).status == 422


async def test_a_cancelled_course_says_so_once_with_all_its_dates(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari, joining=Joining.WHOLE, starts=[NOW + WEEK, NOW + 2 * WEEK])
    await book(offer, "Ola", "ola@example.no")
    await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}/cancel"), "/cancel")
    made = await content(await OutboxMessage.get())
    assert (made.calendar, made.method) == (None, None)
    calendars = [Calendar.from_ical(each) for each in made.attached]
    assert [each["METHOD"] for each in calendars] == ["CANCEL", "CANCEL"]
    assert {each.walk("VEVENT")[0]["STATUS"] for each in calendars} == {"CANCELLED"}


async def test_the_words_about_an_offer_are_not_those_about_a_session_cancelled_before(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, starts=[NOW + WEEK, NOW + 2 * WEEK])
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    visitor.wait(timedelta(hours=1))
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    await visitor.submit(page, "/cancel", note="Vi flytter.")
    made = await content(await OutboxMessage.get(mail="offer_cancelled"))
    assert ("Vi flytter." in made.text, "syk" in made.text) == (True, False)
    assert ("27. oktober" in made.text.replace("\u00a0", " "), "20. oktober" in made.text) == (True, False)
    assert event(made)[0] == "CANCEL"


async def test_an_offer_cancelled_without_words_sends_none_of_an_earlier_note(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.WHOLE, starts=[NOW + WEEK, NOW + 2 * WEEK])
    await book(offer, "Ola", "ola@example.no")
    session = await session_of(offer)
    page = await visitor.open(f"/manage/sessions/{session.id}/cancel")
    await visitor.submit(page, "/cancel", note="Kurslederen er syk.")
    visitor.wait(timedelta(hours=1))
    await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}/cancel"), "/cancel")
    made = await content(await OutboxMessage.get(mail="offer_cancelled"))
    assert "syk" not in made.text


async def test_words_are_not_asked_for_where_no_session_can_carry_them(
    visitor: Visitor, kari: Person
) -> None:
    offer = await course(kari, joining=Joining.REQUEST, starts=[])
    await book(offer, "Ola", "ola@example.no")
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    assert ("note" in page.fields("/cancel"), "Ring eller skriv til dem selv" in page.text) == (False, True)
    assert (await visitor.submit(page, "/cancel")).status == 303
    made = await content(await OutboxMessage.get())
    assert "Dette er dessverre avlyst:" in made.text


async def test_words_that_no_session_can_carry_any_more_are_given_back(
    visitor: Visitor, kari: Person
) -> None:
    """The last session begins while the editor writes."""
    offer = await course(kari, joining=Joining.WHOLE)
    await book(offer, "Ola", "ola@example.no")
    page = await visitor.open(f"/manage/offers/{offer.slug}/cancel")
    visitor.wait(WEEK)
    page = await visitor.submit(page, "/cancel", note="Vi flytter.")
    assert (page.status, page.fields("/cancel")["note"]) == (422, ["Vi flytter."])
    assert "kommer ikke det du skrev fram" in page.text
    assert ((await Offer.get()).state, await told()) == (OfferState.PUBLISHED, [])
    assert (await visitor.submit(page, "/cancel", note="")).status == 303
    assert await told() == [("email", "ola@example.no", "offer_cancelled")]


def listed(page: Page) -> list[list[str]]:
    """The table of a page, its head first."""
    return [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in page.soup.select("tr")]


async def test_the_call_list_of_an_offer_that_goes_on_has_all_without_a_channel(
    visitor: Visitor, kari: Person
) -> None:
    """Those of what is over, and those who left, are not on it; the queue is."""
    offer = await course(kari, starts=[NOW - WEEK, NOW + WEEK])
    _past, coming = await SeatPool.filter(offer=offer).order_by("starts_at")
    await book(offer, "Liv")
    ola, mor = await make.person("Ola"), await make.person("Mor")
    await make.booking(coming, ola, reference="K7M4QP")
    await make.booking(
        coming, await make.person("Eva"), BookingState.WAITING, reference="B2C3DF", booked_by=mor
    )
    await make.booking(coming, await make.person("Per"), BookingState.CANCELLED)
    reached = await make.person("Åse")
    await make.booking(coming, reached, contact=await make.contact(reached, "ase@example.no"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert page.heading == "Ring disse"
    assert listed(page) == [
        ["Navn", "Telefon", "Meldt på av", "Påmeldingsnummer"], ["Eva", "Ingen kontakt", "Mor", "B2C…"],
        ["Ola", "Ingen kontakt", "", "K7M…"],
    ]  # fmt: skip
    visitor.wait(2 * WEEK)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert page.heading == "Ingen trenger en telefon"


async def test_whoever_has_a_dead_mailbox_must_be_rung(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    await book(offer, "Ola", "ola@example.no")
    await ContactPoint.all().update(refused_at=NOW)
    session = await session_of(offer)
    page = await visitor.follow(await move(visitor, session, day="21.10.2026"))
    assert ("Ola" in page.text, await told()) == (True, [])


async def test_only_editors_of_the_offer_move_and_cancel(visitor: Visitor, kari: Person) -> None:
    offer = await course(kari)
    session = await session_of(offer)
    owner = offer.owner
    host = await make.member(owner, Role.HOST, "Liv")
    paths = [f"/manage/sessions/{session.id}/{act}" for act in ("move", "cancel", "call-list")]
    await visitor.sign_in(host)
    assert [(await visitor.open(path)).status for path in paths] == [403, 403, 404]
    await rows("INSERT INTO host_assignment (id, person_id, offer_id) VALUES (gen_random_uuid(), $1, $2)",
               host.id, offer.id)  # fmt: skip
    assert (await visitor.open(paths[2])).status == 200
    await rows("UPDATE membership SET ended_at = $2 WHERE person_id = $1", host.id, NOW)
    await make.member(await make.organization("Turlaget"), Role.HOST, "Per")
    await rows("UPDATE membership SET person_id = $1 WHERE person_id <> $2 AND role = 'host' AND ended_at IS NULL",
               host.id, kari.id)  # fmt: skip
    assert (await visitor.open(paths[2])).status == 404
    await visitor.sign_in(await make.member(await make.organization("Andre"), Role.MANAGER, "Per"))
    assert [(await visitor.open(path)).status for path in paths] == [404] * 3
    for bad in ("x", "0" * 40, "01890000-0000-7000-8000-000000000000"):
        assert (await visitor.open(f"/manage/sessions/{bad}/move")).status == 404


async def test_moving_asks_as_often_for_30_parties_as_for_one(
    visitor: Visitor, kari: Person, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    original, asked = AsyncpgDBClient.execute_query_dict, []

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    offer = await course(kari, capacity=None)
    counts = []
    for parties in (1, 29):
        for number in range(parties):
            await book(offer, f"Deltaker {number}")
        asked.clear()
        assert (await visitor.open(f"/manage/sessions/{(await session_of(offer)).id}/move")).status == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
