"""A form that was open while what it is about was moved: whoever sends it has chosen the time on their page."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from offers.bookings.forms import shown_by
from offers.bookings.models import ComingAgain, SentWord
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.seats.rules import moved as begins_otherwise
from offers.sessions.actions import move
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.guide.test_guide import CALL
from tests.offers.messages.missed.test_missed import away, path
from tests.visitor import Visitor

WEEK = timedelta(days=7)
OLA: dict[str, Any] = {"name": "Ola", "contact": "email", "email": "ola@example.no"}
WORDS = "Tiden er endret siden du åpnet siden"
ELSEWHERE = "Tid eller sted er endret siden du åpnet siden"


async def offered(**other: Any) -> tuple[Offer, list[Session]]:
    given = {"joining": Joining.PER_SESSION, "starts": [NOW + WEEK, NOW + 2 * WEEK, NOW + 3 * WEEK]} | other
    offer = await make.offer("Kajakk", **given)
    return offer, await Session.filter(offer=offer).order_by("starts_at").select_related("offer")


async def moved(session: Session, *, days: int = 1) -> datetime:
    """A host moves it; gives the new time."""
    by = await make.person("Mariam")
    later = timedelta(days=days)
    await move(session, sequence=session.sequence, starts_at=session.starts_at + later, ends_at=session.ends_at + later,
               venue_id=None, by=by.id, now=NOW)  # fmt: skip
    return session.starts_at + later


@pytest.mark.parametrize("joining", [Joining.PER_SESSION, Joining.WHOLE, Joining.REQUEST])
async def test_nobody_is_booked_for_another_time_than_their_form_said(
    visitor: Visitor, joining: Joining
) -> None:
    offer, (first, *_rest) = await offered(joining=joining)
    which = f"?session={first.id}" if joining is Joining.PER_SESSION else ""
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new{which}")
    await moved(first)
    again = await visitor.submit(page, "/bookings", **OLA)
    assert again.status == 422
    assert WORDS in again.text
    assert "onsdag 21. oktober" in again.text, "the new time stands on the page"
    assert again.fields("/bookings")["name"] == ["Ola"]
    assert await Booking.all().count() == 0
    assert (await visitor.submit(again, "/bookings")).status == 303
    assert await Booking.all().count() == 1


async def test_what_has_only_another_place_or_another_date_moved_is_booked(visitor: Visitor) -> None:
    offer, (first, second, _third) = await offered()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={first.id}")
    await moved(second)
    assert (await visitor.submit(page, "/bookings", **OLA)).status == 303


async def test_a_page_from_before_and_one_that_says_nonsense_say_nothing(visitor: Visitor) -> None:
    offer, (first, *_rest) = await offered()
    for number, said in enumerate([None, "", "x y", f"{first.id} 2026", f"{first.id} 2026-10-20T10:00:00"]):
        page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={first.id}")
        sent = await visitor.submit(page, "/bookings", **OLA | {"name": f"Ola{'abcde'[number]}"}, shown=said)
        assert sent.status == 303, said


async def test_of_several_dates_the_moved_one_is_named_and_nothing_is_stored(visitor: Visitor) -> None:
    offer, (first, second, _third) = await offered()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    await moved(second)
    again = await visitor.submit(page, "/several", **OLA, dates=[first.id, second.id])
    assert again.status == 422
    assert WORDS in again.text
    assert await Booking.all().count() == 0
    assert (await visitor.submit(again, "/several", dates=[first.id], waits=[second.id])).status == 303
    assert {one.state for one in await Booking.all()} == {"confirmed"}


async def test_what_is_sent_twice_is_the_same_booking_though_it_was_moved_in_between(
    visitor: Visitor,
) -> None:
    offer, (first, *_rest) = await offered()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={first.id}")
    made = await visitor.submit(page, "/bookings", **OLA)
    await moved(first)
    again = await visitor.submit(page, "/bookings", **OLA)
    assert made.response.headers["location"] == again.response.headers["location"]


async def to_another_place(session: Session) -> None:
    """A host moves it to Kulturhuset; it begins when it did."""
    place = await make.venue("Kulturhuset")
    by = await make.person("Mariam")
    await move(session, sequence=session.sequence, starts_at=session.starts_at, ends_at=session.ends_at,
               venue_id=place.id, by=by.id, now=NOW)  # fmt: skip


@pytest.mark.parametrize("joining", [Joining.PER_SESSION, Joining.WHOLE, Joining.REQUEST])
async def test_nobody_is_booked_for_another_place_than_their_form_said(
    visitor: Visitor, joining: Joining
) -> None:
    offer, (first, *_rest) = await offered(joining=joining)
    which = f"?session={first.id}" if joining is Joining.PER_SESSION else ""
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new{which}")
    await to_another_place(first)
    again = await visitor.submit(page, "/bookings", **OLA)
    assert (again.status, await Booking.all().count()) == (422, 0)
    assert ELSEWHERE in again.text
    assert ("Kulturhuset" in again.text) is (joining is Joining.PER_SESSION), "where it is stands on the page"
    assert (await visitor.submit(again, "/bookings")).status == 303
    assert await Booking.all().count() == 1


async def test_nobody_is_booked_for_a_course_of_which_a_later_date_was_moved_meanwhile(
    visitor: Visitor,
) -> None:
    offer, (_first, second, _third) = await offered(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await moved(second)
    again = await visitor.submit(page, "/bookings", **OLA)
    assert (again.status, await Booking.all().count()) == (422, 0)
    assert ELSEWHERE in again.text
    assert (await visitor.submit(again, "/bookings")).status == 303


async def test_of_several_dates_the_one_with_another_place_is_named_with_its_place(visitor: Visitor) -> None:
    offer, (first, second, _third) = await offered()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/several")
    assert "Kulturhuset" not in page.text
    await to_another_place(second)
    again = await visitor.submit(page, "/several", **OLA, dates=[first.id, second.id])
    assert (again.status, await Booking.all().count()) == (422, 0)
    assert ELSEWHERE in again.text
    assert again.text.count("Kulturhuset") == 1
    assert (await visitor.submit(again, "/several", dates=[first.id], waits=[second.id])).status == 303


async def test_nobody_changes_to_another_place_than_they_read(visitor: Visitor) -> None:
    offer, (first, second, _third) = await offered()
    booking = await ola(first, offer)
    page = await visitor.open(f"{link_path(booking.id, 1)}/time")
    await to_another_place(second)
    again = await visitor.submit(page, "/time", session=second.id)
    assert (again.status, await Booking.all().count()) == (422, 1)
    assert ELSEWHERE in again.text
    assert "Kulturhuset" in again.text
    assert (await visitor.submit(again, "/time", session=second.id)).status == 303


async def test_yes_to_a_held_seat_is_to_the_place_on_the_page(visitor: Visitor) -> None:
    _offer, (first, *_rest) = await offered(promotion=Promotion.HELD, hold_hours=24, capacity=1)
    held = await make.booking(
        await SeatPool.get(session=first), await make.person("Ola"), BookingState.OFFERED
    )
    page = await visitor.open(link_path(held.id, 1))
    await to_another_place(first)
    assert ELSEWHERE in (await visitor.submit(page, "/answer", answer="yes")).text
    assert (await Booking.get(id=held.id)).state is BookingState.OFFERED
    page = await visitor.open(link_path(held.id, 1))
    assert (await visitor.submit(page, "/answer", answer="yes")).status == 303


async def test_a_guide_reads_the_place_aloud_that_is_booked(visitor: Visitor) -> None:
    owner = await make.organization("Infohjelpen")
    await visitor.sign_in(await make.member(owner, Role.GUIDE, "Solveig"))
    offer, (_first, second, _third) = await offered()
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    await to_another_place(second)
    given = {"participant_name": "Ola", "session": second.id, "contact": "none"}
    again = await visitor.submit(page, f"/offers/{offer.slug}", **given)
    assert (again.status, await Booking.all().count()) == (422, 0)
    assert ELSEWHERE in again.text
    assert "Kulturhuset" in again.text
    assert (await visitor.submit(again, f"/offers/{offer.slug}")).status == 303


async def ola(session: Session, offer: Offer) -> Booking:
    pool = await SeatPool.get_or_none(session=session) or await SeatPool.get(offer=offer)
    person = await make.person("Ola")
    address = await make.contact(person, "ola@example.no", verified=False)
    return await make.booking(pool, person, contact=address)


async def test_nobody_changes_to_another_time_than_they_chose(visitor: Visitor) -> None:
    offer, (first, second, _third) = await offered()
    booking = await ola(first, offer)
    page = await visitor.open(f"{link_path(booking.id, 1)}/time")
    await moved(second)
    again = await visitor.submit(page, "/time", session=second.id)
    assert (again.status, await Booking.all().count()) == (422, 1)
    assert WORDS in again.text
    assert (await visitor.submit(again, "/time", session=second.id)).status == 303


async def test_word_about_a_time_that_was_moved_is_not_word_about_the_new_one(visitor: Visitor) -> None:
    offer, (first, *_rest) = await offered(joining=Joining.WHOLE)
    booking = await ola(first, offer)
    page = await visitor.open(link_path(booking.id, 1))
    await moved(first)
    assert WORDS in (await visitor.submit(page, "/sent-word")).text
    assert await SentWord.all().count() == 0
    page = await visitor.open(link_path(booking.id, 1))
    assert (await visitor.submit(page, "/sent-word")).status == 303
    assert await SentWord.all().count() == 1


async def test_that_they_come_again_is_said_of_the_time_on_their_page(visitor: Visitor) -> None:
    _offer, booking, sessions = await away(starts=3)
    page = await visitor.open(path(booking, sessions[0], "coming"))
    await moved(sessions[1], days=10)  # the third is the next now
    assert WORDS in (await visitor.submit(page, "/coming")).text
    assert await ComingAgain.all().count() == 0
    assert (await visitor.submit(await visitor.open(page.url), "/coming")).status == 303


async def test_a_guide_reads_the_time_aloud_that_is_booked(visitor: Visitor) -> None:
    owner = await make.organization("Infohjelpen")
    await visitor.sign_in(await make.member(owner, Role.GUIDE, "Solveig"))
    offer, (first, *_rest) = await offered()
    page = await visitor.open(f"{CALL}/offers/{offer.slug}")
    await moved(first)
    given = {"participant_name": "Ola", "session": first.id, "contact": "none"}
    again = await visitor.submit(page, f"/offers/{offer.slug}", **given)
    assert (again.status, await Booking.all().count()) == (422, 0)
    assert WORDS in again.text
    assert (await visitor.submit(again, f"/offers/{offer.slug}")).status == 303


def test_only_what_is_said_is_compared() -> None:
    assert not begins_otherwise({}, None, NOW)
    assert begins_otherwise(shown_by([f"- {NOW.isoformat()}"]), None, NOW + WEEK)
    assert not begins_otherwise(shown_by([f"- {NOW.isoformat()}"]), None, NOW)
    assert not begins_otherwise(shown_by([f"- {NOW.isoformat()}"]), None, NOW, 3)
    assert not begins_otherwise(shown_by([f"- {NOW.isoformat()} 3"]), None, NOW, 3)
    assert begins_otherwise(shown_by([f"- {NOW.isoformat()} 2"]), None, NOW, 3)


async def test_yes_to_a_held_seat_is_to_the_time_on_the_page(visitor: Visitor) -> None:
    _offer, (first, *_rest) = await offered(promotion=Promotion.HELD, hold_hours=24, capacity=1)
    person = await make.person("Ola")
    address = await make.contact(person, "ola@example.no")
    held = await make.booking(
        await SeatPool.get(session=first), person, BookingState.OFFERED, contact=address
    )
    page = await visitor.open(link_path(held.id, 1))
    await moved(first)
    assert WORDS in (await visitor.submit(page, "/answer", answer="yes")).text
    assert (await Booking.get(id=held.id)).state is BookingState.OFFERED
    page = await visitor.open(link_path(held.id, 1))
    assert (await visitor.submit(page, "/answer", answer="yes")).status == 303
    assert (await Booking.get(id=held.id)).state is BookingState.CONFIRMED


async def test_no_is_no_whenever_it_is(visitor: Visitor) -> None:
    _offer, (first, *_rest) = await offered(promotion=Promotion.HELD, hold_hours=24, capacity=1)
    held = await make.booking(
        await SeatPool.get(session=first), await make.person("Ola"), BookingState.OFFERED
    )
    page = await visitor.open(link_path(held.id, 1))
    await moved(first)
    assert (await visitor.submit(page, "/answer", answer="no")).status == 303
    assert (await Booking.get(id=held.id)).state is BookingState.DECLINED
