"""What a booking was is written by the act that makes it so: a request, a place had, a place given back in time."""

import secrets
from datetime import datetime, timedelta
from importlib import import_module
from itertools import product

import pytest

from marketplace.base.data.database import rows
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.catalogue.queries import Viewer
from offers.messages.models import Recipients
from offers.messages.queries import recipients
from offers.participants import actions as participants_actions
from offers.seats import rules
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState, EndedBy
from offers.sessions import actions as messages
from tests import make
from tests.conftest import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STARTS = NOW + 7 * DAY


async def an_offer(joining: Joining = Joining.PER_SESSION, capacity: int = 1) -> Offer:
    return await make.offer("Kor", joining=joining, starts=[STARTS], capacity=capacity)


async def booked(offer: Offer, name: str = "Ola", now: datetime = NOW) -> Booking:
    session = await Session.get(offer=offer) if offer.joining is Joining.PER_SESSION else None
    made = await actions.book(
        offer.slug, session.id if session else None, Party(name), lang="nb", viewer=Viewer(),
        form_key=secrets.token_bytes(16), now=now,
    )  # fmt: skip
    return await Booking.get(id=made.id)


async def test_a_seat_is_had_from_when_it_is_booked_or_the_queue_gives_it(db: None) -> None:
    offer = await an_offer()
    first, second = await booked(offer), await booked(offer, "Nora", NOW + HOUR)
    assert (first.seated_at, first.asked) == (NOW, False)
    assert (second.state, second.seated_at) == (BookingState.WAITING, None)
    await actions.cancel(first.id, now=NOW + 2 * HOUR)
    await first.refresh_from_db()
    await second.refresh_from_db()
    assert (first.seated_at, first.given_back_in_time) == (NOW, True)
    assert second.seated_at == NOW + 2 * HOUR == second.placed_at


async def test_a_place_that_was_held_first_was_had_from_then(db: None) -> None:
    offer = await an_offer()
    await Offer.filter(id=offer.id).update(promotion=Promotion.HELD)
    first, second = await booked(offer), await booked(offer, "Nora")
    await actions.cancel(first.id, now=NOW + HOUR)
    await actions.answer_offer(second.id, True, now=NOW + 2 * HOUR)
    await second.refresh_from_db()
    assert (second.state, second.seated_at) == (BookingState.CONFIRMED, NOW + HOUR)


async def test_whether_a_place_was_given_back_in_time_is_settled_when_it_is_given_back(db: None) -> None:
    offer = await an_offer(capacity=5)
    made = [await booked(offer, name) for name in ("Ola", "Nora", "Per")]
    for booking, at in zip(made, (STARTS - DAY, STARTS - DAY + HOUR, STARTS), strict=True):
        if at < STARTS:
            await actions.cancel(booking.id, now=at)
    await SeatPool.filter(offer=offer).update(starts_at=STARTS + 9 * DAY, ends_at=STARTS + 9 * DAY + HOUR)
    found = await Booking.filter(offer=offer).order_by("id").values_list("given_back_in_time", flat=True)
    assert found == [True, False, None], "that it was moved later changes nothing"


async def test_a_request_is_one_though_its_offer_is_joined_otherwise_later(db: None) -> None:
    offer = await an_offer(Joining.REQUEST, capacity=5)
    asking, answered, withdrawn = [await booked(offer, name) for name in ("Ola", "Nora", "Per")]
    kari = await make.person("Kari")
    await participants_actions.answer_request(answered.id, True, now=NOW + HOUR, by=kari.id)
    await actions.cancel(withdrawn.id, now=NOW + HOUR)
    await Offer.filter(id=offer.id).update(joining=Joining.WHOLE)
    for booking, seated in ((asking, None), (answered, NOW + HOUR), (withdrawn, None)):
        await booking.refresh_from_db()
        assert (booking.asked, booking.seated_at, booking.given_back_in_time) == (True, seated, None)


async def test_what_is_cancelled_is_no_news_to_who_only_asked(db: None) -> None:
    """The organiser's message to those who had a place before goes to nobody who never had one."""
    offer = await an_offer(Joining.REQUEST, capacity=5)
    answered, _asking = [await booked(offer, name) for name in ("Nora", "Ola")]
    kari = await make.person("Kari")
    await participants_actions.answer_request(answered.id, True, now=NOW, by=kari.id)
    await messages.cancel_offer(offer, note="", by=kari.id, now=NOW)
    told = await recipients(offer.id, None, Recipients.BEFORE, NOW)
    assert [one.booking_id for one in told] == [answered.id]


async def test_old_bookings_get_what_the_acts_would_have_left(db: None) -> None:
    """The migration infers as the figures did until then, and that is what the acts store."""
    per_session, asking = await an_offer(capacity=2), await an_offer(Joining.REQUEST, capacity=1)
    kari = await make.person("Kari")
    early, late, placed, waits, gone = [await booked(per_session, f"Ola{number}") for number in range(5)]
    await actions.cancel(gone.id, now=NOW)
    await actions.cancel(early.id, now=NOW + HOUR)
    await actions.cancel(late.id, now=STARTS - HOUR)
    yes, no, withdrawn, _open, full = [await booked(asking, f"Nora{number}") for number in range(5)]
    for one, answer in ((yes, True), (no, False), (full, True)):
        await participants_actions.answer_request(one.id, answer, now=NOW + HOUR, by=kari.id)
    await actions.cancel(withdrawn.id, now=NOW + HOUR)
    await actions.cancel(yes.id, now=NOW + 2 * HOUR)
    stored = "SELECT id, asked, seated_at, given_back_in_time FROM booking ORDER BY id"
    before = await rows(stored)
    assert {one["given_back_in_time"] for one in before} == {True, False, None}
    assert {placed.id, waits.id, full.id} <= {one["id"] for one in before if one["seated_at"]}
    await rows("UPDATE booking SET given_back_in_time = NULL")
    migration = import_module("marketplace.migrations.0033_what_a_booking_was")
    for statement in (migration.FILL, migration.GIVEN_BACK):
        await rows(statement)
    assert await rows(stored) == before


@pytest.mark.parametrize("starts", [None, STARTS])
def test_only_who_has_a_seat_and_leaves_it_before_the_start_gives_one_back(starts: datetime | None) -> None:
    for old, new, by in product(BookingState, BookingState, [None, *EndedBy]):
        gives = (
            old in (BookingState.CONFIRMED, BookingState.OFFERED)
            and new is BookingState.CANCELLED and by is EndedBy.SELF
        )  # fmt: skip
        early, late, after = (
            rules.given_back(old, new, by, starts, STARTS - x) for x in (DAY, 23 * HOUR, 0 * DAY)
        )
        assert early is (True if gives else None)
        assert late is ((starts is None) if gives else None)
        assert after is (True if gives and starts is None else None)
