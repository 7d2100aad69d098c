"""Two at once where several pools are locked. Each test fixes the order; docs/decisions/0003-seats.md tells how."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.errors import Refused
from offers.bookings import actions
from offers.bookings.several.claims import DatesRefused
from offers.bookings.times.actions import change_time
from offers.catalogue.models import SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.models import BookingState
from tests.conftest import NOW
from tests.offers.bookings.several.test_several import book, weeks
from tests.offers.bookings.times.test_times import booked, slots, taken
from tests.offers.seats.test_races import WAITING, overlapping


def changing(booking: Any, session: UUID) -> Callable[[], Awaitable[Any]]:
    return lambda: change_time(booking.id, session, form_key=secrets.token_bytes(16), now=NOW)


async def held_while_waiting(
    locked: UUID, act: Callable[[], Awaitable[Any]], others: list[UUID]
) -> list[bool]:
    """Which of the `others` the act has locked while it waits for `locked`."""
    free, taken_now = asyncio.Event(), asyncio.Event()

    async def stand_in_the_way() -> None:
        async with in_transaction():
            await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", locked)
            taken_now.set()
            await free.wait()

    first = asyncio.create_task(stand_in_the_way())
    await taken_now.wait()
    second = asyncio.create_task(act())
    for _ in range(400):
        if await row(WAITING.replace("count(*)", "1") + " LIMIT 1"):
            break
        await asyncio.sleep(0.005)
    found = []
    for pool in others:
        async with in_transaction():
            got = await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED", pool)
        found.append(not got)
    free.set()
    await asyncio.gather(first, second)
    return found


async def pools_of(sessions: list[UUID]) -> list[UUID]:
    """Ids of their pools, ascending."""
    return sorted([(await SeatPool.get(session_id=each)).id for each in sessions])


async def test_several_dates_are_locked_by_ascending_id(db: None) -> None:
    offer, dates = await weeks(3)
    low, middle, high = await pools_of(dates)
    for order in (dates, dates[::-1]):
        held = await held_while_waiting(middle, lambda order=order: book(offer, order), [low, high])  # type: ignore[misc]
        assert held == [True, False]


async def test_a_change_of_time_locks_both_pools_by_ascending_id(db: None) -> None:
    """Whichever of them is the old one: two who swap do not wait in a ring."""
    _offer, times = await slots(2, capacity=5)
    low, high = await pools_of(times)
    for here, there in (times, times[::-1]):
        booking = await booked(here, f"Person{here.hex[-4:]}")
        assert await held_while_waiting(high, changing(booking, there), [low]) == [True]
        again = await booked(here, f"Annen{here.hex[-4:]}")
        assert await held_while_waiting(low, changing(again, there), [high]) == [False]


async def test_the_last_place_of_a_date_goes_to_the_first_of_two_forms(db: None) -> None:
    offer, dates = await weeks(3, capacity=1)
    _first, second, waited = await overlapping(
        lambda: book(offer, dates[:2]), lambda: book(offer, dates[1:], Party("Kari"))
    )
    assert isinstance(second, DatesRefused)
    assert list(second.reasons) == [dates[1]]
    assert waited
    assert await taken() == [(1, 0), (1, 0), (0, 0)]


async def test_a_time_that_somebody_takes_meanwhile_is_refused_and_the_old_one_kept(db: None) -> None:
    offer, times = await slots()
    old = await booked(times[0])
    _kari, refused, waited = await overlapping(
        lambda: actions.book(offer.slug, times[1], Party("Kari"), viewer=VISITOR, form_key=secrets.token_bytes(16),
                            lang="nb", now=NOW),
        changing(old, times[1]),
    )  # fmt: skip
    assert isinstance(refused, Refused)
    assert waited
    assert await taken() == [(1, 0), (1, 0), (0, 0)]
    await old.refresh_from_db()
    assert old.state is BookingState.CONFIRMED


async def test_a_time_cannot_be_changed_to_two_others_at_once(db: None) -> None:
    _offer, times = await slots()
    old = await booked(times[0])
    first, second, waited = await overlapping(changing(old, times[1]), changing(old, times[2]))
    assert first.state is BookingState.CONFIRMED
    assert isinstance(second, Refused)
    assert waited
    assert await taken() == [(0, 0), (1, 0), (0, 0)]


async def test_two_who_want_each_others_full_times_both_keep_their_own(db: None) -> None:
    """Again and again, in both directions: no deadlock, and nobody loses a place."""
    _offer, times = await slots(2)
    ola, kari = await booked(times[0]), await booked(times[1], "Kari")
    for _ in range(10):
        answers = await asyncio.gather(
            changing(ola, times[1])(), changing(kari, times[0])(), return_exceptions=True
        )
        assert all(isinstance(answer, Refused) for answer in answers), answers
    assert await taken() == [(1, 0), (1, 0)]


async def test_two_who_swap_where_there_is_room_both_get_what_they_want(db: None) -> None:
    _offer, times = await slots(2, capacity=2)
    ola, kari = await booked(times[0]), await booked(times[1], "Kari")
    answers = await asyncio.gather(changing(ola, times[1])(), changing(kari, times[0])())
    assert [each.state for each in answers] == [BookingState.CONFIRMED] * 2
    assert await taken() == [(1, 0), (1, 0)]
