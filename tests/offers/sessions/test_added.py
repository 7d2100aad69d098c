"""A date that is added to what people have booked: those with a place are told, once."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.people.models import ContactPoint, Person
from offers.bookings import actions as bookings_actions
from offers.bookings.models import CalendarEntry
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.states import OfferState
from offers.publishing.series.actions import set_sessions
from offers.seats.models import Booking, BookingState
from offers.sessions import actions
from offers.sessions.jobs import tell_added
from offers.telling.models import CallAbout, PhoneCall
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

ADDED, OTHER = date(2026, 11, 3), date(2026, 11, 10)
SOON = NOW + timedelta(seconds=5)


async def course(joining: Joining = Joining.WHOLE, **other: Any) -> tuple[Offer, Person]:
    """A full course: Ola has a place and an address, Liv has one and can only be rung."""
    owner = await make.organization()
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    offer = await make.offer(owner=owner, joining=joining, capacity=2, **other)
    await booked(offer, "Ola")
    await booked(offer, "Liv", channel=Channel.CALL, value="+4751000077")
    return offer, kari


async def booked(offer: Offer, name: str, state: BookingState = BookingState.CONFIRMED, *, at: datetime = NOW,
                 channel: Channel = Channel.EMAIL, value: str = "") -> Booking:  # fmt: skip
    person = await make.person(name)
    contact = await ContactPoint.create(
        person=person, channel=channel, value=value or f"{name.lower()}@example.no", created_at=NOW
    )
    pool = await SeatPool.get(offer=offer)
    return await make.booking(pool, person, state, contact=contact, created_at=at)


async def add(offer: Offer, by: Person, *days: date, now: datetime = NOW) -> list[Session]:
    await set_sessions(offer, by=by.id, now=now, days=days, starts=time(18), ends=time(20))
    return await Session.filter(offer=offer, untold_since__isnull=False).order_by("starts_at")


async def told() -> list[str]:
    return [one.address for one in await OutboxMessage.filter(mail="session_added").order_by("id")]


async def content(channel: Channel = Channel.EMAIL) -> Content | None:
    """What Ola's message says when it leaves."""
    message = await OutboxMessage.get(mail="session_added")
    with time_machine.travel(SOON, tick=False):
        return await MAILS["session_added"](channel, "nb", **message.facts)


async def rung() -> list[PhoneCall]:
    return await PhoneCall.filter(about=CallAbout.SESSION_ADDED)


@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.REQUEST])
async def test_those_with_a_place_are_told_once_by_message_or_telephone(
    visitor: Visitor, joining: Joining
) -> None:
    offer, kari = await course(joining)
    await add(offer, kari, ADDED)
    assert await told() == []
    for later in range(3):
        await tell_added(SOON + timedelta(minutes=later))
    assert await told() == ["ola@example.no"]
    assert len(await rung()) == 1
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert "Det er kommet en samling til: tirsdag 3. november kl. 18–20." in page.text


async def test_several_dates_of_one_act_are_one_message_with_all_of_them(db: None) -> None:
    offer, kari = await course()
    sessions = await add(offer, kari, ADDED, OTHER)
    await tell_added(SOON)
    assert await told() == ["ola@example.no"]
    mail = await content()
    assert mail is not None
    text = mail.text.replace("\u00a0", " ").replace("\u2060", "")
    assert "tirsdag 3. november 2026 kl. 18–20" in text
    assert "tirsdag 10. november 2026 kl. 18–20" in text
    assert "Generasjonslekene" not in mail.subject
    assert mail.method == "PUBLISH"
    assert mail.calendar is not None
    assert mail.calendar.count(b"BEGIN:VEVENT") == mail.calendar.count(b"UID:booking-") == 2
    assert await CalendarEntry.filter(session_id__in=[one.id for one in sessions]).count() == 2
    assert {one.session_id for one in await rung()} == {one.id for one in sessions}


async def test_one_date_is_an_event_of_its_own_in_the_calendar_and_fits_an_sms(db: None) -> None:
    offer, kari = await course()
    await add(offer, kari, ADDED)
    await tell_added(SOON)
    mail = await content()
    assert mail is not None
    assert mail.method == "REQUEST"
    assert b"ATTENDEE" in (mail.calendar or b"")
    sms = await content(Channel.SMS)
    assert sms is not None
    assert "Ny dato for Ola: " in sms.text
    assert "Generasjonslekene" not in sms.text


@pytest.mark.parametrize("state", [BookingState.WAITING, BookingState.OFFERED, BookingState.REQUESTED])
async def test_whoever_has_no_place_yet_is_not_told(db: None, state: BookingState) -> None:
    offer, kari = await course()
    await SeatPool.filter(offer=offer).update(capacity=9)
    await booked(offer, "Per", state)
    await booked(offer, "Aud", state, channel=Channel.CALL, value="+4751000078")
    await add(offer, kari, ADDED)
    await tell_added(SOON)
    assert await told() == ["ola@example.no"]
    assert len(await rung()) == 1


async def test_whoever_books_after_it_was_added_has_it_in_their_receipt(db: None) -> None:
    offer, kari = await course()
    await SeatPool.filter(offer=offer).update(capacity=9)
    await add(offer, kari, ADDED)
    await booked(offer, "Ida", at=NOW + timedelta(seconds=1))
    await tell_added(SOON)
    assert await told() == ["ola@example.no"]


async def test_two_workers_tell_once(db: None) -> None:
    """What the first has written goes before the second looks: the key of a message must not be what stops it."""
    offer, kari = await course()
    await add(offer, kari, ADDED)

    async def one() -> tuple[list[str], int]:
        await actions.tell_added(offer.id, now=SOON)
        wrote = await told(), len(await rung())
        await OutboxMessage.all().delete()
        await PhoneCall.all().delete()
        return wrote

    wrote, _second, waited = await overlapping(one, lambda: actions.tell_added(offer.id, now=SOON))
    assert wrote == (["ola@example.no"], 1)
    assert waited
    assert (await told(), await rung()) == ([], [])


async def test_what_is_cancelled_before_anybody_was_told_is_told_to_nobody(db: None) -> None:
    offer, kari = await course()
    (session,) = await add(offer, kari, ADDED)
    await cancelled(session, kari)
    await tell_added(SOON)
    assert await OutboxMessage.all().count() == 0
    assert await PhoneCall.all().count() == 0


async def test_whoever_booked_since_hears_that_it_is_cancelled(db: None) -> None:
    offer, kari = await course()
    await SeatPool.filter(offer=offer).update(capacity=9)
    (session,) = await add(offer, kari, ADDED)
    await booked(offer, "Ida", at=NOW + timedelta(seconds=1))
    await cancelled(session, kari)
    message = await OutboxMessage.get()
    assert (message.mail, message.address) == ("session_cancelled", "ida@example.no")


async def cancelled(session: Session, by: Person) -> None:
    of = await Session.get(id=session.id).select_related("offer")
    await actions.cancel(of, sequence=0, note="", by=by.id, now=SOON)


@pytest.mark.parametrize("end", ["the session", "the booking"])
async def test_a_message_that_waits_says_nothing_when_it_is_true_no_more(db: None, end: str) -> None:
    offer, kari = await course()
    (session,) = await add(offer, kari, ADDED)
    await tell_added(SOON)
    assert await content() is not None
    if end == "the session":
        await cancelled(session, kari)
    else:
        await bookings_actions.cancel((await Booking.get(participant__name="Ola")).id, now=SOON)
    assert await content() is None


@pytest.mark.parametrize("what", ["a draft", "each by itself", "begun meanwhile"])
async def test_nobody_is_told_of(db: None, what: str) -> None:
    if what == "each by itself":
        owner = await make.organization()
        kari = await make.member(owner, Role.MANAGER)
        offer = await make.offer(owner=owner, joining=Joining.PER_SESSION)
        await make.booking(await SeatPool.get(offer=offer))
    else:
        offer, kari = await course(state=OfferState.DRAFT if what == "a draft" else OfferState.PUBLISHED)
    marked = await add(offer, kari, ADDED)
    assert len(marked) == (what == "begun meanwhile")
    await tell_added(NOW + timedelta(days=90) if marked else SOON)
    assert await OutboxMessage.all().count() == 0
    assert await PhoneCall.all().count() == 0
