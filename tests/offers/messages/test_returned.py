"""What nobody got is told by telephone, or goes to another address of theirs; an address that is read takes mail."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import outbox
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint, Person
from marketplace.privacy.erasure.actions import erase
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.messages.actions import ring_instead, write
from offers.messages.models import Recipients
from offers.participants.actions import answer_request
from offers.seats.models import Booking, BookingState, EndedBy
from offers.sessions.actions import cancel, cancel_offer, move
from offers.telling.models import CallAbout, PhoneCall
from offers.work.jobs import tell_of_requests
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
OLA = "ola@example.no"
NOBODY = "550 5.1.1 No such mailbox"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


send = partial(outbox.send_due, refuse, lost=ring_instead)


async def booked(state: BookingState = BookingState.CONFIRMED, **other: Any) -> tuple[Offer, Person, Booking]:
    """Somebody with an address in an offer that Kari leads."""
    owner = await make.organization("Frivilligsentralen")
    kari = await make.member(owner, Role.MANAGER, email="kari@example.no")
    offer = await make.offer(owner=owner, **other)
    ola = await make.person("Ola", OLA)
    pool = (await SeatPool.filter(offer=offer).order_by("starts_at", "id"))[0]
    return offer, kari, await make.booking(pool, ola, state, contact=await ContactPoint.get(person=ola))


async def calls() -> list[tuple[CallAbout, object]]:
    return [(one.about, one.session_id) for one in await PhoneCall.all().order_by("since", "id")]


async def moved(offer: Offer, kari: Person, booking: Booking) -> None:
    session = await Session.get(offer=offer).select_related("offer")
    await move(session, sequence=0, starts_at=NOW + 2 * WEEK, ends_at=NOW + 2 * WEEK + timedelta(hours=1),
               venue_id=None, by=kari.id, now=NOW)  # fmt: skip


async def called_off(offer: Offer, kari: Person, booking: Booking) -> None:
    session = await Session.get(offer=offer).select_related("offer")
    await cancel(session, sequence=0, note="Kurslederen er syk.", by=kari.id, now=NOW)


async def over(offer: Offer, kari: Person, booking: Booking) -> None:
    await cancel_offer(offer, note="", by=kari.id, now=NOW)


async def taken_off(offer: Offer, kari: Person, booking: Booking) -> None:
    await actions.cancel(booking.id, now=NOW, by=kari.id, ended_by=EndedBy.HOST)


async def written_to(offer: Offer, kari: Person, booking: Booking) -> None:
    await write(offer, None, Recipients.ALL, "Ta med sko.", key=uuid4(), by=kari.id, now=NOW)


ACTS = [
    (moved, "Samlingen er flyttet."), (called_off, "Kurslederen er syk."), (over, "Tilbudet er avlyst."),
    (taken_off, "Dere har meldt dem av."), (written_to, "Ta med sko."),
]  # fmt: skip
Did = Callable[[Offer, Person, Booking], Awaitable[None]]


@pytest.mark.parametrize(("act", "words"), ACTS)
async def test_what_comes_back_stands_on_the_list_of_those_to_be_rung(
    visitor: Visitor, post_office: Handler, act: Did, words: str
) -> None:
    offer, kari, booking = await booked()
    await act(offer, kari, booking)
    post_office.rcpt[OLA] = NOBODY
    assert await send(lambda: NOW) == 0
    assert await PhoneCall.all().count() == 1
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert words in page.text
    # Known by now: the next act makes a call of its own at once, and the one before is not told twice.
    await rows("UPDATE outbox_message SET failed_at = NULL, due_at = $1", NOW)
    await send(lambda: NOW)
    assert await PhoneCall.all().count() == 1


async def test_a_seat_that_is_held_and_an_answer_that_come_back_are_rung_about(post_office: Handler) -> None:
    _offer, kari, asked = await booked(BookingState.REQUESTED, joining=Joining.REQUEST)
    await answer_request(asked.id, True, now=NOW, by=kari.id)
    post_office.rcpt[OLA] = NOBODY
    await send(lambda: NOW)
    assert await calls() == [(CallAbout.ACCEPTED, None)]
    await PhoneCall.all().delete()
    other = await make.offer(owner=await make.organization("Husflid"), capacity=1, promotion=Promotion.HELD)
    pool = await SeatPool.get(offer=other)
    first = await make.booking(pool, await make.person("Liv"), BookingState.CONFIRMED)
    eva = await make.person("Eva", "eva@example.no")
    seat = await make.booking(pool, eva, BookingState.WAITING, contact=await ContactPoint.get(person=eva))
    await actions.cancel(first.id, now=NOW)
    assert (await Booking.get(id=seat.id)).held_until == NOW + timedelta(hours=24)
    post_office.rcpt["eva@example.no"] = NOBODY
    await send(lambda: NOW + HOUR)
    assert await calls() == [(CallAbout.OFFERED, None)]
    # Somebody has to find the time for it, as where it was known beforehand that no message reaches her.
    assert (await Booking.get(id=seat.id)).held_until == NOW + HOUR + timedelta(hours=48)


async def test_what_is_given_up_is_rung_about_though_the_address_is_somebodys(post_office: Handler) -> None:
    offer, kari, booking = await booked()
    await over(offer, kari, booking)
    post_office.data = ["554 5.6.0 We do not like it"]
    await send(lambda: NOW)
    assert await calls() == [(CallAbout.OFFER_CANCELLED, None)]
    assert (await ContactPoint.get(value=OLA)).refused_at is None


async def test_what_was_tried_for_days_is_rung_about_and_not_before(post_office: Handler) -> None:
    offer, kari, booking = await booked()
    await over(offer, kari, booking)
    at = NOW
    post_office.rcpt[OLA] = "452 4.2.2 Mailbox full"
    while not (message := await OutboxMessage.get(booking_id=booking.id)).failed_at:
        assert await calls() == []
        at = max(at, message.due_at) + timedelta(minutes=1)
        await send(partial(datetime.fromtimestamp, at.timestamp(), UTC))
    assert await calls() == [(CallAbout.OFFER_CANCELLED, None)]


async def test_what_waits_is_rung_about_when_a_number_has_taken_the_addresss_place(
    post_office: Handler,
) -> None:
    offer, kari, booking = await booked()
    await called_off(offer, kari, booking)
    await ContactPoint.filter(value=OLA).update(channel=Channel.CALL, value="+4751000077", verified_at=None)
    await send(lambda: NOW)
    assert [about for about, _session in await calls()] == [CallAbout.SESSION_CANCELLED]


async def test_what_they_did_themselves_and_what_is_forgotten_is_nobodys_to_ring_about(
    post_office: Handler,
) -> None:
    offer, kari, booking = await booked()
    post_office.rcpt[OLA] = NOBODY
    await over(offer, kari, booking)
    await erase(booking.participant_id, now=NOW)
    await send(lambda: NOW)
    assert await calls() == []


async def test_ones_own_receipt_and_cancellation_that_come_back_are_no_news(
    visitor: Visitor, post_office: Handler
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    done = await visitor.submit(page, "/bookings", name="Ola", contact="email", email=OLA, seats=1)
    assert done.status == 303, done.text
    post_office.rcpt[OLA] = NOBODY
    await send(lambda: NOW + timedelta(minutes=1))
    await ContactPoint.filter(value=OLA).update(refused_at=None)
    await actions.cancel((await Booking.get()).id, now=NOW)
    await send(lambda: NOW + timedelta(minutes=2))
    assert await OutboxMessage.filter(failed_at__isnull=False).count() == 2
    assert await calls() == []


async def test_news_that_come_back_need_nobody_hear(post_office: Handler) -> None:
    offer, kari, booking = await booked()
    await over(offer, kari, booking)
    await OutboxMessage.all().delete()
    await write(offer, None, Recipients.BEFORE, "Vi begynner igjen.", key=uuid4(), by=kari.id, now=NOW)
    post_office.rcpt[OLA] = NOBODY
    await send(lambda: NOW)
    assert await OutboxMessage.filter(failed_at__isnull=False).count() == 1
    assert await calls() == []


async def test_who_works_here_hears_of_a_request_at_another_address_when_one_is_nobodys(
    post_office: Handler,
) -> None:
    _offer, kari, _asked = await booked(BookingState.REQUESTED, joining=Joining.REQUEST)
    await make.contact(kari, "kari@arbeid.example.no")
    await tell_of_requests(NOW)
    post_office.rcpt["kari@example.no"] = NOBODY
    assert await send(lambda: NOW) == 1
    assert post_office.to == ["kari@arbeid.example.no"]


@pytest.mark.parametrize("by", ["code", "link"])
async def test_whoever_signs_in_by_an_address_that_was_nobodys_gets_messages_there_again(
    visitor: Visitor, by: str
) -> None:
    kari = await make.person("Kari", "kari@example.no")
    await ContactPoint.filter(person=kari).update(refused_at=NOW - WEEK)
    page = await visitor.follow(
        await visitor.submit(await visitor.open("/sign-in"), "/sign-in", address="kari@example.no")
    )
    sent = (await OutboxMessage.get()).facts
    if by == "code":
        entered = await visitor.submit(page, code=sent["code"])
    else:
        entered = await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))
    assert entered.status == 303, entered.text
    assert (await ContactPoint.get(person=kari)).refused_at is None


WENT_ASTRAY = "Meldingen kom ikke fram. Se om adressen er riktig."


async def test_who_asks_somebody_reads_that_the_message_did_not_get_there(
    visitor: Visitor, post_office: Handler
) -> None:
    """To be a member, to lead an offer, to take a register, to be helped: whoever asks waits for an answer."""
    offer, kari, _booking = await booked(starts=[NOW + timedelta(hours=2)])
    session = await Session.get(offer=offer)
    members = f"/manage/organizations/{(await offer.owner).slug}/members"
    here, substitute = f"/manage/offers/{offer.slug}", f"/manage/sessions/{session.id}/substitute"
    await visitor.sign_in(kari)
    asked = [
        (members, "/invitations", {"address": "a@example.no", "role": "editor"}, members),
        (here, "/hosts", {"email": "b@example.no", "leads_as": "peer"}, here),
        (substitute, "/substitute", {"address": "c@example.no"}, substitute),
        ("/my-page/people/new", "/new", {
            "name": "Ada", "relation": "next_of_kin", "address": "d@example.no"}, "/my-page/people"),
    ]  # fmt: skip
    for page, form, typed, _list in asked:
        done = await visitor.submit(await visitor.open(page), form, **typed)
        assert done.status == 303, (page, done.text)
    for *_, shown in asked:
        assert WENT_ASTRAY not in (await visitor.open(shown)).text, shown
    post_office.rcpt |= {f"{name}@example.no": NOBODY for name in "abcd"}
    visitor.wait(timedelta(minutes=1))
    await send(partial(datetime.fromtimestamp, visitor.now.timestamp(), UTC))
    for *_, shown in asked:
        assert WENT_ASTRAY in (await visitor.open(shown)).text, shown
    # Sent once more it is on its way; whom a host was asked for stands among the invited too.
    visitor.wait(timedelta(minutes=1))
    page = await visitor.open(members)
    assert page.text.count(WENT_ASTRAY) == 2
    await visitor.submit(page, "/resend")
    assert (await visitor.open(members)).text.count(WENT_ASTRAY) == 1
