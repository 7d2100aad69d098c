"""One form books several dates: all of them or none, once, with one message."""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.people.models import Person
from offers.bookings.actions import book_dates
from offers.bookings.several import mails
from offers.bookings.several.claims import DatesRefused
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Booked, JustSent, Party
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

OLA = Party("Ola", channel=Channel.EMAIL, address="ola@example.no")


async def weeks(count: int = 4, **other: Any) -> tuple[Offer, list[UUID]]:
    """An offer every Tuesday at 12, and its sessions."""
    offer = await make.offer(starts=[NOW + timedelta(days=7 * week) for week in range(1, count + 1)], **other)
    return offer, [each.id for each in await Session.filter(offer=offer).order_by("starts_at")]


async def book(offer: Offer, sessions: list[UUID], party: Party = OLA, **other: Any) -> Booked:
    given: dict[str, Any] = {
        "viewer": VISITOR, "form_key": secrets.token_bytes(16), "lang": "nb", "now": NOW
    } | other  # fmt: skip
    return await book_dates(offer.slug, sessions, party, **given)


async def taken() -> list[tuple[int, int]]:
    return [(pool.taken, pool.waiting) for pool in await SeatPool.all().order_by("starts_at")]


async def messages() -> list[str]:
    return [row["mail"] for row in await rows("SELECT mail FROM outbox_message ORDER BY created_at, id")]


async def test_three_dates_are_three_bookings_of_one_person_and_one_message(db: None) -> None:
    offer, dates = await weeks()
    await book(offer, dates[:3])
    assert await taken() == [(1, 0), (1, 0), (1, 0), (0, 0)]
    assert await Person.all().count() == 1
    made = await Booking.all().order_by("id")
    assert [each.made_with_id for each in made] == [made[0].id] * 3
    assert await messages() == ["receipt_several"]


async def test_one_date_has_the_ordinary_receipt(db: None) -> None:
    offer, dates = await weeks()
    await book(offer, dates[:1])
    assert await messages() == ["receipt"]
    assert [each.made_with_id for each in await Booking.all()] == [None]


async def test_the_same_form_again_gives_the_same_bookings(db: None) -> None:
    offer, dates = await weeks()
    key = secrets.token_bytes(16)
    first = await book(offer, dates[:3], form_key=key)
    again = await book(offer, dates[:3], form_key=key)
    assert (again.path, again.again) == (first.path, True)
    assert await taken() == [(1, 0), (1, 0), (1, 0), (0, 0)]
    assert await messages() == ["receipt_several"]


async def test_the_same_form_twice_at_the_same_moment_books_once(db: None) -> None:
    offer, dates = await weeks()
    key = secrets.token_bytes(16)
    first, second, waited = await overlapping(
        lambda: book(offer, dates[:3], form_key=key), lambda: book(offer, dates[:3], form_key=key)
    )
    assert (first.path, second.again, waited) == (second.path, True, True)
    assert await taken() == [(1, 0), (1, 0), (1, 0), (0, 0)]


async def test_the_form_of_one_date_sent_with_one_more_adds_that(db: None) -> None:
    offer, dates = await weeks()
    key = secrets.token_bytes(16)
    await book(offer, dates[:1], form_key=key)
    await book(offer, dates[:2], form_key=key)
    assert await taken() == [(1, 0), (1, 0), (0, 0), (0, 0)]
    assert await Person.all().count() == 1
    assert len({each.made_with_id for each in await Booking.all()}) == 1


async def test_the_same_form_for_somebody_else_books_for_them_too(db: None) -> None:
    offer, dates = await weeks()
    key = secrets.token_bytes(16)
    await book(offer, dates[:2], form_key=key)
    kari = Party("Kari", channel=Channel.EMAIL, address="kari@example.no")
    other = await book(offer, dates[1:3], kari, form_key=key)
    assert (await book(offer, dates[1:3], kari, form_key=key)).path == other.path
    assert await taken() == [(1, 0), (2, 0), (1, 0), (0, 0)]
    assert await messages() == ["receipt_several", "receipt_several"]


@pytest.mark.parametrize(
    ("again", "change"),
    [((1, 2), {}), ((3,), {}), ((0, 1), {"seats": 2}), ((0, 1), {"address": "ny@example.no"})],
    ids=["one less", "another", "seats", "address"],
)
async def test_what_the_same_form_says_otherwise_is_a_question_and_writes_nothing(
    db: None, again: tuple[int, ...], change: dict[str, Any]
) -> None:
    offer, dates = await weeks()
    key = secrets.token_bytes(16)
    await book(offer, dates[:2], form_key=key)
    party = replace(Party("Ola", channel=Channel.EMAIL, address="ola@example.no"), **change)
    with pytest.raises(JustSent):
        await book(offer, [dates[number] for number in again], party, form_key=key)
    assert await taken() == [(1, 0), (1, 0), (0, 0), (0, 0)]


async def test_a_full_date_stops_all_unless_one_would_wait_for_it(db: None) -> None:
    offer, dates = await weeks(capacity=1)
    await make.booking(await SeatPool.get(session_id=dates[1]))
    with pytest.raises(DatesRefused) as refused:
        await book(offer, dates[:3])
    assert refused.value.reasons == {dates[1]: "Dagen ble full nå. Kryss av hvis du vil stå på venteliste."}
    assert await taken() == [(0, 0), (1, 0), (0, 0), (0, 0)]
    assert await Person.all().count() == 1
    await book(offer, dates[:3], waits=[dates[1]])
    assert await taken() == [(1, 0), (1, 1), (1, 0), (0, 0)]


async def test_a_date_to_wait_for_that_has_room_now_is_booked(db: None) -> None:
    offer, dates = await weeks(capacity=1)
    await book(offer, dates[:2], waits=dates[:2])
    assert await taken() == [(1, 0), (1, 0), (0, 0), (0, 0)]


async def test_whoever_is_booked_on_one_of_the_days_hears_so(db: None) -> None:
    offer, dates = await weeks()
    ola = await make.person("Ola", "ola@example.no")
    await make.booking(await SeatPool.get(session_id=dates[0]), ola)
    with pytest.raises(DatesRefused, match="Du er påmeldt denne dagen allerede"):
        await book(offer, dates[:2], Party("Ola", person=ola.id))
    assert await taken() == [(1, 0), (0, 0), (0, 0), (0, 0)]


async def test_two_who_choose_the_same_dates_in_other_orders_both_get_them(db: None) -> None:
    """They lock the pools in one order, whatever they sent. Without it: a deadlock."""
    offer, dates = await weeks(20)
    people = [Party(f"Person{number}") for number in range(8)]
    booked = await asyncio.gather(
        *[book(offer, dates if number % 2 else dates[::-1], each) for number, each in enumerate(people)]
    )
    assert len(booked) == 8
    assert await taken() == [(8, 0)] * 20


async def test_all_dates_are_of_the_one_whom_a_guide_helps(db: None) -> None:
    offer, dates = await weeks()
    guide = await make.person("Solveig")
    await book(
        offer, dates[:2], Party("Solveig", participant_name="Olaug", person=guide.id, helps=True, guided=True)
    )
    made = await Booking.all()
    assert len({each.participant_id for each in made}) == 1
    assert {each.booked_by_id for each in made} == {guide.id}
    assert await Person.all().count() == 2


async def test_one_message_has_every_date_with_its_link_and_one_calendar(visitor: Visitor) -> None:
    offer, dates = await weeks(capacity=1)
    await make.booking(await SeatPool.get(session_id=dates[2]))
    first = await book(offer, dates[:3], waits=[dates[2]])
    content = await mails.receipt_several(Channel.EMAIL, "nb", booking=str(first.id))
    assert content is not None
    assert content.subject == "Påmeldingene er i orden"
    assert content.text.count("/bookings/") == 3
    assert content.text.count("(på venteliste)") == 1
    assert content.method == "PUBLISH"
    events = icalendar.Calendar.from_ical(content.calendar or b"").walk("VEVENT")
    made = await Booking.filter(state=BookingState.CONFIRMED, made_with_id__isnull=False).order_by("id")
    assert [str(event["uid"]) for event in events] == [
        f"booking-{each.id}-{session}@127.0.0.1" for each, session in zip(made, dates[:2], strict=True)
    ]
    assert not any("attendee" in event for event in events)
    sms = await mails.receipt_several(Channel.SMS, "nb", booking=str(first.id))
    assert sms is not None
    assert len(sms.text) <= 160
    assert offer.slug not in sms.text


async def form(visitor: Visitor, offer: Offer, query: str = "") -> Page:
    return await visitor.open(f"/offers/{offer.slug}/bookings/several{query}")


async def test_a_visitor_ticks_three_days_and_sees_them_all(visitor: Visitor) -> None:
    offer, dates = await weeks()
    page = await form(visitor, offer, f"?session={dates[0]}")
    assert page.fields("/several")["dates"] == [str(dates[0])]
    sent = await visitor.submit(
        page, "/several", dates=dates[:3], name="Ola", contact="email", email="ola@example.no"
    )
    assert sent.status == 303, sent.text
    shown = await visitor.follow(sent)
    assert "Alle datoene dine" in shown.text
    assert [item.strong.get_text() for item in shown.soup.select(".tp-session")] == [  # type: ignore[union-attr]
        "tirsdag 20.\u00a0oktober kl.\u00a012–\u206014", "tirsdag 27.\u00a0oktober kl.\u00a011–\u206013",
        "tirsdag 3.\u00a0november kl.\u00a011–\u206013",
    ]  # fmt: skip
    again = await visitor.submit(
        page, "/several", dates=dates[:3], name="Ola", contact="email", email="ola@example.no"
    )
    assert again.response.headers["location"] == sent.response.headers["location"]
    ask = await visitor.open(f"{shown.url}/cancel-all")
    assert await taken() == [(1, 0)] * 3 + [(0, 0)]
    done = await visitor.follow(await visitor.submit(ask))
    assert done.heading == "Du er meldt av"
    assert await taken() == [(0, 0)] * 4
    assert (await messages()).count("cancelled") == 3


async def test_the_same_time_every_week_is_ticked(visitor: Visitor) -> None:
    """At 18 before and after the clocks are set back; not the Thursday, nor the full one."""
    tuesdays = [NOW.replace(hour=16) + timedelta(days=7), NOW.replace(hour=17) + timedelta(days=14),
                NOW.replace(hour=17) + timedelta(days=21)]  # fmt: skip
    offer = await make.offer(starts=[*tuesdays, NOW.replace(hour=17) + timedelta(days=16)], capacity=1)
    first, second, _thursday, third = [
        each.id for each in await Session.filter(offer=offer).order_by("starts_at")
    ]
    await make.booking(await SeatPool.get(session_id=third))
    page = await form(visitor, offer, f"?weekly={first}")
    assert page.fields("/several")["dates"] == [str(first), str(second)]


async def test_the_same_time_every_week_begins_where_there_is_room(visitor: Visitor) -> None:
    offer, dates = await weeks(5, capacity=1)  # the first is before the clocks change
    await make.booking(await SeatPool.get(session_id=dates[1]))
    page = await form(visitor, offer)
    link = page.soup.find("a", href=lambda href: "weekly=" in href)
    assert link
    assert link.get_text().startswith("Kryss av 3 datoer")
    ticked = await visitor.open(str(link["href"]))
    assert ticked.fields("/several")["dates"] == [str(one) for one in dates[2:]]


async def test_what_is_wrong_stands_at_the_day_and_nothing_is_stored(visitor: Visitor) -> None:
    offer, dates = await weeks(capacity=1)
    page = await form(visitor, offer)
    await make.booking(await SeatPool.get(session_id=dates[1]))
    wrong = await visitor.submit(page, "/several", dates=dates[:2], name="Ola", contact="none")
    assert wrong.status == 422
    assert "Dagen ble full nå." in wrong.text
    kept = wrong.fields("/several")
    assert (kept["dates"], kept.get("waits"), kept["name"]) == ([str(dates[0])], None, ["Ola"])
    assert await taken() == [(0, 0), (1, 0), (0, 0), (0, 0)]
    empty = await visitor.submit(page, "/several", dates=None, name="", contact="none")
    assert (empty.status, list(empty.soup.select(".ds-error-summary a")[0].attrs.values())[1]) == (
        422,
        "#dates",
    )
    many = await visitor.submit(page, "/several", dates=dates[:1], seats=99, name="Ola", contact="none")
    assert many.fields("/several")["dates"] == [str(dates[0])]
    assert many.soup.find(id="seats-error")
    await Session.filter(id=dates[0]).update(status="cancelled")
    await SeatPool.filter(session_id=dates[0]).update(closes_at=NOW - timedelta(hours=1))
    closed = await visitor.submit(page, "/several", dates=dates[:1], name="Ola", contact="none")
    assert closed.status == 422
    assert "Påmeldingen er stengt." in closed.text


async def test_a_date_of_another_offer_is_nowhere(visitor: Visitor) -> None:
    offer, _dates = await weeks()
    _other, theirs = await weeks()
    page = await form(visitor, offer)
    sent = await visitor.submit(page, "/several", dates=theirs[:1], name="Ola", contact="none")
    assert (sent.status, sent.response.headers["location"]) == (303, f"/offers/{offer.slug}?saved=not-booked")
    assert await Booking.all().count() == 0


async def test_time_slots_are_not_booked_by_the_dozen(visitor: Visitor) -> None:
    offer, _dates = await weeks(kind=Kind.CONVERSATION)
    page = await form(visitor, offer)
    assert page.response.headers["location"] == f"/offers/{offer.slug}"
