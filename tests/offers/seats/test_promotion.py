"""Who gets a freed seat, and until when: never past the start of what they would come to."""

from datetime import datetime, timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.errors import Refused
from offers.bookings import actions
from offers.catalogue.models import Joining, Promotion, SeatPool
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW

DAY = timedelta(days=1)


async def freed(joining: Joining, starts: list[datetime], promotion: Promotion = Promotion.HELD) -> Booking:
    """Nora's booking: she waits for the one seat of an offer, and Ola cancels his now."""
    offer = await make.offer(joining=joining, capacity=1, starts=starts, promotion=promotion)
    pool = await SeatPool.get(offer=offer)
    ola = await make.booking(pool, await make.person("Ola"))
    person = await make.person("Nora")
    contact = await make.contact(person, "nora@example.no")  # who is to be rung has longer (telling/rules.py)
    nora = await make.booking(pool, person, BookingState.WAITING, contact=contact)
    await actions.cancel(ola.id, now=NOW)
    await nora.refresh_from_db()
    return nora


@pytest.mark.parametrize(
    ("joining", "starts", "held"),
    [
        (Joining.WHOLE, [NOW + 7 * DAY], DAY),
        (Joining.WHOLE, [NOW + DAY, NOW + 7 * DAY], DAY / 2),
        (Joining.PER_SESSION, [NOW + timedelta(minutes=40)], timedelta(minutes=30)),
        (Joining.PER_SESSION, [NOW + timedelta(minutes=10)], timedelta(minutes=10)),
        (Joining.REQUEST, [NOW - 7 * DAY, NOW + 7 * DAY], DAY),
        (Joining.REQUEST, [NOW - 7 * DAY, NOW + DAY, NOW + 7 * DAY], DAY / 2),
        (Joining.REQUEST, [NOW - timedelta(hours=1), NOW + DAY], DAY / 2),
        (Joining.REQUEST, [], DAY),
    ],
)
async def test_a_seat_is_held_for_a_day_or_half_of_what_is_left_until_they_would_come(
    db: None, joining: Joining, starts: list[datetime], held: timedelta
) -> None:
    nora = await freed(joining, starts)
    assert (nora.state, nora.held_until) == (BookingState.OFFERED, NOW + held)


@pytest.mark.parametrize("promotion", Promotion)
@pytest.mark.parametrize(
    ("joining", "starts"),
    [
        (Joining.WHOLE, [NOW - 7 * DAY, NOW - timedelta(hours=1)]),
        (Joining.PER_SESSION, [NOW]),
        (Joining.REQUEST, [NOW - 7 * DAY, NOW - timedelta(hours=1)]),
    ],
)
async def test_nobody_is_promoted_after_the_start_of_what_they_would_come_to(
    db: None, joining: Joining, starts: list[datetime], promotion: Promotion
) -> None:
    assert (await freed(joining, starts, promotion)).state is BookingState.WAITING


@pytest.mark.parametrize("promotion", Promotion)
@pytest.mark.parametrize(("again", "held"), [(7 * DAY, DAY), (DAY, DAY / 2)])
async def test_of_a_course_that_has_begun_the_next_is_asked_before_its_next_time_and_never_moved_in(
    db: None, again: timedelta, held: timedelta, promotion: Promotion
) -> None:
    """A seat of it goes on at once, and nobody finds themselves in the middle of a course without having said yes."""
    nora = await freed(Joining.WHOLE, [NOW - 7 * DAY, NOW + again], promotion)
    assert (nora.state, nora.held_until) == (BookingState.OFFERED, NOW + held)
    assert await actions.answer_offer(nora.id, False, now=NOW) is BookingState.DECLINED


async def test_in_a_course_that_has_begun_an_answer_that_is_too_late_hands_the_seat_on(db: None) -> None:
    nora = await freed(Joining.WHOLE, [NOW - 7 * DAY, NOW + 7 * DAY])
    pool = await SeatPool.get()
    per = await make.booking(pool, await make.person("Per"), BookingState.WAITING)
    late = NOW + DAY + timedelta(minutes=1)
    assert await actions.answer_offer(nora.id, True, now=late) is BookingState.WAITING, "it went on to Per"
    assert (await Booking.get(id=per.id)).state is BookingState.OFFERED
    assert await actions.answer_offer(per.id, True, now=late) is BookingState.CONFIRMED
    await pool.refresh_from_db()
    assert (pool.taken, pool.capacity) == (1, 1)


async def test_a_group_that_meets_on_takes_in_the_next_at_once(db: None) -> None:
    nora = await freed(Joining.REQUEST, [NOW - 7 * DAY, NOW + DAY], Promotion.AUTOMATIC)
    assert nora.state is BookingState.CONFIRMED


@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.PER_SESSION])
async def test_a_held_seat_cannot_be_taken_after_a_start_that_was_moved_ahead(
    db: None, joining: Joining
) -> None:
    nora = await freed(joining, [NOW + 7 * DAY])
    for table in ("seat_pool", "session"):
        await rows(f"UPDATE {table} SET starts_at = $1", NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="Denne plassen holdes ikke lenger"):
        await actions.answer_offer(nora.id, True, now=NOW + timedelta(hours=1))
    assert (
        await actions.answer_offer(nora.id, True, now=NOW + timedelta(minutes=59)) is BookingState.CONFIRMED
    )


async def test_a_held_seat_of_a_group_that_meets_on_can_be_taken(db: None) -> None:
    nora = await freed(Joining.REQUEST, [NOW - 7 * DAY, NOW + 7 * DAY])
    assert await actions.answer_offer(nora.id, True, now=NOW + timedelta(hours=23)) is BookingState.CONFIRMED
