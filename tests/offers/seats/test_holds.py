"""A held seat never outlives the start of what it is for, and one that nobody answered in time hinders nobody, whether
the worker has been there or not."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from marketplace.base.data.database import value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.operations.check.whole import violations
from offers.bookings import actions
from offers.bookings.actions import book_dates
from offers.bookings.times.actions import change_time
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, Promotion, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.participants import actions as participants_actions
from offers.publishing.series.actions import set_sessions
from offers.seats import actions as seats_actions
from offers.seats import claims
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState
from offers.sessions import actions as messages
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
LATE = NOW + 25 * HOUR


async def held(
    joining: Joining = Joining.PER_SESSION, capacity: int = 1, **other: Any
) -> tuple[Offer, Booking]:
    """Ola's seat, held for a day, in the first of two dates or in both."""
    offer = await make.offer(
        joining=joining,
        capacity=capacity,
        promotion=Promotion.HELD,
        starts=[NOW + WEEK, NOW + 2 * WEEK],
        **other,
    )
    ola = await make.person("Ola")
    pool = await SeatPool.filter(offer=offer).order_by("starts_at").first()
    assert pool is not None
    return offer, await make.booking(
        pool, ola, BookingState.OFFERED, contact=await make.contact(ola, "ola@example.no")
    )


async def first_of(offer: Offer) -> Session:
    found = await Session.filter(offer=offer).order_by("starts_at").select_related("offer").first()
    assert found is not None
    return found


async def moved_to(offer: Offer, starts: Any) -> None:
    session, kari = await first_of(offer), await make.person("Kari")
    await messages.move(
        session, sequence=0, starts_at=starts, ends_at=starts + HOUR, venue_id=None, by=kari.id, now=NOW
    )


@pytest.mark.parametrize("joining", [Joining.PER_SESSION, Joining.WHOLE, Joining.REQUEST])
async def test_a_session_moved_ahead_takes_the_deadline_with_it_and_says_so(
    db: None, joining: Joining
) -> None:
    offer, ola = await held(joining)
    await moved_to(offer, NOW + 3 * HOUR)
    assert (await Booking.get(id=ola.id)).held_until == NOW + 3 * HOUR
    message = await OutboxMessage.get(mail="session_moved")
    content = await MAILS["session_moved"](Channel.EMAIL, "nb", **message.facts)
    assert content is not None
    assert "Vi holder plassen til deg til tirsdag 13. oktober kl. 15." in content.text.replace("\xa0", " ")
    assert await violations() == []


async def test_a_session_moved_back_leaves_the_promise_as_it_was(db: None) -> None:
    offer, ola = await held()
    await moved_to(offer, NOW + 3 * WEEK)
    assert (await Booking.get(id=ola.id)).held_until == NOW + 24 * HOUR


async def test_a_new_first_date_of_a_course_takes_the_deadline_with_it(db: None) -> None:
    """The pool of a whole offer begins with its first date."""
    offer, ola = await held(Joining.WHOLE)
    kari = await make.person("Kari")
    await set_sessions(offer, by=kari.id, now=NOW, days=[date(2026, 10, 13)], starts=time(20), ends=time(21))
    assert (await Booking.get(id=ola.id)).held_until == NOW + 8 * HOUR


async def test_a_group_that_meets_on_is_held_until_its_next_meeting_and_no_longer(db: None) -> None:
    offer = await make.offer(
        joining=Joining.REQUEST,
        capacity=1,
        promotion=Promotion.HELD,
        starts=[NOW - HOUR, NOW + WEEK, NOW + 2 * WEEK],
    )
    ola = await make.booking(await SeatPool.get(offer=offer), await make.person("Ola"), BookingState.OFFERED)
    session = (await Session.filter(offer=offer).order_by("starts_at").select_related("offer"))[1]
    await messages.move(session, sequence=0, starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR, venue_id=None,
                        by=ola.participant_id, now=NOW)  # fmt: skip
    assert (await Booking.get(id=ola.id)).held_until == NOW + 2 * HOUR


async def book(offer: Offer, person: Any, session: Any = None, now: Any = LATE) -> claims.Booked:
    party = Party(person.name or "", person=person.id, waiting_ok=True)
    return await actions.book(offer.slug, session, party, viewer=VISITOR, form_key=secrets.token_bytes(16), lang="nb",
                             now=now)  # fmt: skip


async def states() -> list[tuple[str, str]]:
    found = await Booking.all().order_by("created_at", "id").select_related("participant")
    return sorted((each.participant.name, str(each.state)) for each in found)


async def test_their_own_new_form_books_after_the_deadline(db: None) -> None:
    offer, ola = await held(Joining.WHOLE)
    booked = await book(offer, await ola.participant)
    assert (booked.again, booked.state, booked.id != ola.id) == (False, BookingState.CONFIRMED, True)
    assert await states() == [("Ola", "confirmed"), ("Ola", "expired")]
    assert await violations() == []


async def test_who_waits_comes_before_a_new_form_as_if_the_job_had_been(db: None) -> None:
    offer, ola = await held(Joining.WHOLE)
    await make.booking(await SeatPool.get(offer=offer), await make.person("Liv"), BookingState.WAITING)
    assert (await book(offer, await ola.participant)).state is BookingState.WAITING
    assert await states() == [("Liv", "offered"), ("Ola", "expired"), ("Ola", "waiting")]


async def test_two_forms_for_a_lapsed_seat_sell_it_once(db: None) -> None:
    offer, _ola = await held(Joining.WHOLE)
    liv, per = await make.person("Liv"), await make.person("Per")
    first, second, waited = await overlapping(lambda: book(offer, liv), lambda: book(offer, per))
    assert sorted([first.state, second.state]) == [BookingState.CONFIRMED, BookingState.WAITING]
    assert waited
    assert await violations() == []


async def _several(offer: Offer, ola: Booking) -> None:
    person, session = await make.person("Liv"), await first_of(offer)
    await book_dates(offer.slug, [session.id], Party("Liv", person=person.id), viewer=VISITOR,
                       form_key=secrets.token_bytes(16), lang="nb", now=LATE)  # fmt: skip


async def _another_time(offer: Offer, ola: Booking) -> None:
    last = await SeatPool.filter(offer=offer).order_by("-starts_at").first()
    assert last is not None
    liv = await make.booking(last, await make.person("Liv"))
    await change_time(liv.id, (await first_of(offer)).id, form_key=secrets.token_bytes(16), now=LATE)


async def _added(offer: Offer, ola: Booking) -> None:
    await participants_actions.add(ola.pool_id, Party("Liv"), by=ola.participant_id, form_key=secrets.token_bytes(16),
                                lang="nb", now=LATE)  # fmt: skip


MEET: dict[str, Callable[[Offer, Booking], Awaitable[Any]]] = {
    "a form for several dates": _several,
    "another changes to that time": _another_time,
    "a host adds somebody": _added,
    "a host keeps the seat": lambda _offer, ola: participants_actions.keep_seats(
        ola.pool_id, 1, now=LATE, by=None
    ),
    "fewer seats are set": lambda _offer, ola: seats_actions.set_capacity(ola.pool_id, 0, now=LATE, by=None),
    "it is left": lambda _offer, ola: actions.cancel(ola.id, now=LATE),
}


@pytest.mark.parametrize("act", MEET)
async def test_no_act_meets_a_held_seat_that_nobody_answered(db: None, act: str) -> None:
    """Each would have been refused, or ended it as somebody's own act, until the worker came."""
    offer, ola = await held()
    await MEET[act](offer, ola)
    assert (await Booking.get(id=ola.id)).state is BookingState.EXPIRED
    assert await violations() == []


async def test_a_lapsed_time_of_a_conversation_does_not_stand_in_the_way_of_another(db: None) -> None:
    offer, ola = await held(kind=Kind.CONVERSATION, max_party=1)
    other = await Session.filter(offer=offer).order_by("-starts_at").first()
    assert other is not None
    assert (await book(offer, await ola.participant, other.id)).state is BookingState.CONFIRMED


async def test_what_is_cancelled_goes_on_to_nobody(db: None) -> None:
    """A lapsed hold, and somebody who waits: the cancellation ends both, and nobody hears of a place."""
    offer, ola = await held(Joining.WHOLE)
    await make.booking(await SeatPool.get(offer=offer), await make.person("Liv"), BookingState.WAITING)
    await messages.cancel_offer(offer, note="", by=ola.participant_id, now=LATE)
    assert await states() == [("Liv", "cancelled"), ("Ola", "cancelled")]
    assert await value("SELECT count(*) FROM outbox_message WHERE mail IN ('offered', 'promoted')") == 0
