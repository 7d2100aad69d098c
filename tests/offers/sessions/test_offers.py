"""All that is left of an offer is cancelled, with words or without."""

from datetime import timedelta

from icalendar import Calendar

from marketplace.base.models import OutboxMessage
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.states import OfferState, SessionStatus
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.offers.sessions.changing import WEEK, book, content, course, event, session_of, told
from tests.visitor import Visitor


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
