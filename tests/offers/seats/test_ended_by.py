"""What ended a booking is what somebody did, stored; and it is nobody's guess afterwards."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import import_module

import pytest

from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.people.models import Person
from marketplace.privacy.erasure.actions import erase
from offers.bookings import actions
from offers.bookings.several import actions as several_actions
from offers.bookings.times.actions import change_time
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.participants import actions as participants_actions
from offers.participants.demand.queries import demand
from offers.seats import actions as seats_actions
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState, EndedBy
from offers.sessions import actions as messages
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

WEEK = timedelta(weeks=1)


async def booked(
    state: BookingState = BookingState.CONFIRMED, joining: Joining = Joining.PER_SESSION
) -> Booking:
    """A booking of the first of two evenings, or of both, by Ola."""
    offer = await make.offer("Kor", joining=joining, starts=[NOW + WEEK, NOW + 2 * WEEK], capacity=5)
    ola = await make.person("Ola")
    pool = await SeatPool.filter(offer=offer).order_by("starts_at").first()
    assert pool is not None
    return await make.booking(pool, ola, state)


async def first_of(booking: Booking) -> Session:
    found = await Session.filter(offer_id=booking.offer_id).order_by("starts_at").first()
    assert found is not None
    await found.fetch_related("offer")
    return found


async def the_session(booking: Booking) -> None:
    kari = await make.person("Kari")
    await messages.cancel(await first_of(booking), sequence=0, note="", by=kari.id, now=NOW)


async def the_offer(booking: Booking) -> None:
    kari = await make.person("Kari")
    await messages.cancel_offer(await Offer.get(id=booking.offer_id), note="", by=kari.id, now=NOW)


async def another_time(booking: Booking) -> None:
    later = await Session.filter(offer_id=booking.offer_id).order_by("-starts_at").first()
    assert later is not None
    await change_time(booking.id, later.id, form_key=secrets.token_bytes(16), now=NOW)


ACTS: dict[str, tuple[BookingState, Callable[[Booking], Awaitable[object]], EndedBy]] = {
    "the booker cancels": (
        BookingState.CONFIRMED, lambda one: actions.cancel(one.id, now=NOW), EndedBy.SELF),
    "all dates are cancelled at once": (
        BookingState.CONFIRMED, lambda one: several_actions.cancel_together([one.id], now=NOW), EndedBy.SELF),
    "those who lead it take somebody off": (
        BookingState.CONFIRMED, lambda one: actions.cancel(one.id, now=NOW, ended_by=EndedBy.HOST), EndedBy.HOST),
    "the session is cancelled": (BookingState.CONFIRMED, the_session, EndedBy.SESSION),
    "the offer is cancelled": (BookingState.WAITING, the_offer, EndedBy.OFFER),
    "the time is changed": (BookingState.CONFIRMED, another_time, EndedBy.TIME_CHANGED),
    "no thanks to a held seat": (
        BookingState.OFFERED, lambda one: actions.answer_offer(one.id, False, now=NOW), EndedBy.SELF),
    "nobody answers": (
        BookingState.OFFERED, lambda one: seats_actions.expire_offers(now=NOW + timedelta(days=2)), EndedBy.EXPIRED),
    "the organisation declines": (
        BookingState.REQUESTED,
        lambda one: participants_actions.answer_request(one.id, False, now=NOW, by=one.participant_id), EndedBy.HOST),
    "the person is forgotten": (
        BookingState.CONFIRMED, lambda one: erase(one.participant_id, now=NOW), EndedBy.ERASED),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
async def test_each_act_says_what_ended_the_booking(db: None, act: str) -> None:
    state, does, cause = ACTS[act]
    booking = await booked(state)
    assert (await Booking.get(id=booking.id)).ended_by is None
    await does(booking)
    assert (await Booking.get(id=booking.id)).ended_by is cause


@pytest.mark.parametrize("act", ACTS)
async def test_what_ended_them_before_it_was_stored_is_found_again(db: None, act: str) -> None:
    """The migration reads what stood there until then: moments, the queue, the audit log."""
    state, does, cause = ACTS[act]
    booking = await booked(state)
    kari = await make.member(await booking_owner(booking), Role.EDITOR, "Kari")
    if cause is EndedBy.HOST and state is BookingState.CONFIRMED:
        await actions.cancel(booking.id, now=NOW, by=kari.id, ended_by=EndedBy.HOST)
    else:
        await does(booking)
    assert await filled(booking) == cause


async def booking_owner(booking: Booking) -> Organization:
    return (await Offer.get(id=booking.offer_id).select_related("owner")).owner


async def filled(booking: Booking) -> str | None:
    """What the migration would write, in a transaction that is undone."""
    fill: str = import_module("marketplace.migrations.0009_ended_by").FILL
    found: list[str | None] = []

    async def undone() -> None:
        async with in_transaction():
            await rows("ALTER TABLE booking DROP CONSTRAINT booking_ended_by")
            await rows("UPDATE booking SET ended_by = NULL")
            await rows(fill)
            found.append(await value("SELECT ended_by FROM booking WHERE id = $1", booking.id))
            raise Undone

    with pytest.raises(Undone):
        await undone()
    return found[0]


class Undone(Exception):
    pass


async def test_a_late_yes_ends_nothing_any_more(db: None) -> None:
    booking = await booked(BookingState.OFFERED)
    await seats_actions.expire_offers(now=NOW + timedelta(days=2))
    await actions.answer_offer(booking.id, True, now=NOW + timedelta(days=2))
    again = await Booking.get(id=booking.id)
    assert (again.state, again.ended_by) == (BookingState.CONFIRMED, None)


async def test_the_page_of_a_booking_thanks_only_who_left_themselves(visitor: Visitor) -> None:
    """A host took Ola off, and then the session was cancelled: neither thanks nor "avlyst" would be true."""
    left, taken_off = await booked(), await booked()
    await actions.cancel(left.id, now=NOW)
    await actions.cancel(taken_off.id, now=NOW, ended_by=EndedBy.HOST)
    for booking in (left, taken_off):
        await the_session(booking)
    pages = [await visitor.open(link_path(one.id, 1)) for one in (left, taken_off)]
    assert ["Takk for at du sa fra" in page.text for page in pages] == [True, False]
    assert ["har meldt av Ola" in page.text for page in pages] == [False, True]
    assert ["avlyst" in page.text.lower() for page in pages] == [False, False]


async def test_my_page_says_who_ended_each(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    offers = {title: await make.offer(title, starts=[NOW + WEEK]) for title in ("Selv", "Vert", "Avlyst")}
    for title, ended_by in (("Selv", EndedBy.SELF), ("Vert", EndedBy.HOST), ("Avlyst", EndedBy.SESSION)):
        await make.booking(
            await SeatPool.get(offer=offers[title]), ola, BookingState.CANCELLED, ended_by=ended_by
        )
    await visitor.sign_in(ola)
    page = (await visitor.open("/my-page")).text
    assert ["Meldt av" in page, "Arrangøren har meldt av" in page, "Avlyst" in page] == [True] * 3


async def test_who_led_it_off_the_queue_did_not_leave_it_themselves(db: None) -> None:
    """Figures of the queue count who gave up, and a host's act is not that."""
    gone = await booked(BookingState.WAITING)
    await Booking.filter(id=gone.id).update(waited_at=NOW)
    off = await make.booking(
        await SeatPool.get(id=gone.pool_id), await Person.create(name="Per", created_at=NOW),
        BookingState.WAITING, waited_at=NOW,
    )  # fmt: skip
    await actions.cancel(gone.id, now=NOW)
    await actions.cancel(off.id, now=NOW, ended_by=EndedBy.HOST)
    assert (await demand(gone.offer_id, NOW)).left == 1


async def test_the_database_refuses_an_end_without_its_cause(db: None) -> None:
    booking = await booked()
    with pytest.raises(Exception, match="booking_ended_by"):
        await rows("UPDATE booking SET state = 'cancelled' WHERE id = $1", booking.id)
    assert await row("SELECT 1 FROM booking WHERE state = 'confirmed'")
