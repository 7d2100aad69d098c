"""Two at once. Each test lets one act stand uncommitted until the other waits for it (or proves that it does not
wait), so the order is the same every time. docs/decisions/0003-seats.md tells what each printed without its lock."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.people.models import Person
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats import actions as seats_actions
from offers.seats.claims import Booked, Party
from offers.seats.models import Booking, BookingState
from tests import make
from tests.conftest import NOW

WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"""


async def overlapping(
    first: Callable[[], Awaitable[Any]], second: Callable[[], Awaitable[Any]]
) -> tuple[Any, Any, bool]:
    """Run `first` and leave it uncommitted; start `second`; commit the first when the second waits or is done.

    Gives both answers (or what they raised) and whether the second had to wait.
    """
    acted, release = asyncio.Event(), asyncio.Event()

    async def one() -> Any:
        try:
            async with in_transaction():
                answer = await first()
                acted.set()
                await release.wait()
                return answer
        finally:
            acted.set()

    async def two() -> Any:
        return await second()

    one_task = asyncio.create_task(one())
    await acted.wait()
    two_task = asyncio.create_task(two())
    waited = False
    for _ in range(400):
        if two_task.done() or (waited := bool(await value(WAITING))):
            break
        await asyncio.sleep(0.005)
    release.set()
    answers = await asyncio.gather(one_task, two_task, return_exceptions=True)
    return answers[0], answers[1], waited


def booking(
    offer: Offer, name: str, key: bytes | None = None, person: Person | None = None, seats: int = 1
) -> Callable[[], Awaitable[Booked]]:
    party = Party(
        name, seats=seats, channel=Channel.EMAIL, address=f"{name.lower()}@example.no",
        person=person.id if person else None,
    )  # fmt: skip
    form_key = key or secrets.token_bytes(16)
    return lambda: actions.book(
        offer.slug, None, party, viewer=VISITOR, form_key=form_key, lang="nb", now=NOW
    )


async def course(capacity: int) -> tuple[Offer, SeatPool]:
    offer = await make.offer(joining=Joining.WHOLE, capacity=capacity)
    return offer, await SeatPool.get(offer=offer)


async def counters(pool: SeatPool) -> tuple[int, int]:
    found = await SeatPool.get(id=pool.id)
    return found.taken, found.waiting


async def states() -> list[str]:
    return [row["state"] for row in await rows("SELECT state FROM booking ORDER BY id")]


async def test_last_place_goes_to_the_first_who_asks(db: None) -> None:
    offer, pool = await course(1)
    first, second, waited = await overlapping(booking(offer, "Ola"), booking(offer, "Kari"))
    assert (first.state, second.state) == (BookingState.CONFIRMED, BookingState.WAITING)
    assert await counters(pool) == (1, 1)
    assert waited


async def test_a_cancellation_sees_the_waiter_who_came_at_the_same_moment(db: None) -> None:
    """The lost wakeup: without the lock a seat stays free and somebody waits for it."""
    offer, pool = await course(1)
    mine = await make.booking(pool, await make.person("Ola"))
    waiter, cancelled, waited = await overlapping(
        booking(offer, "Kari"), lambda: actions.cancel(mine.id, now=NOW)
    )  # fmt: skip
    assert (waiter.state, cancelled) == (BookingState.WAITING, True)
    assert await states() == ["cancelled", "confirmed"]
    assert await counters(pool) == (1, 0)
    assert waited


async def test_a_waiter_sees_the_cancellation_that_came_at_the_same_moment(db: None) -> None:
    offer, pool = await course(1)
    mine = await make.booking(pool, await make.person("Ola"))
    cancelled, late, waited = await overlapping(
        lambda: actions.cancel(mine.id, now=NOW), booking(offer, "Kari")
    )  # fmt: skip
    assert (cancelled, late.state) == (True, BookingState.CONFIRMED)
    assert await counters(pool) == (1, 0)
    assert waited


async def test_two_cancellations_promote_two(db: None) -> None:
    offer, pool = await course(2)
    mine = [await make.booking(pool) for _ in range(2)]
    for name in ("Kari", "Nora"):
        await booking(offer, name)()
    await overlapping(*[lambda one=one: actions.cancel(one.id, now=NOW) for one in mine])
    assert await states() == ["cancelled", "cancelled", "confirmed", "confirmed"]
    assert await counters(pool) == (2, 0)


async def test_the_same_form_in_two_processes_books_once(db: None) -> None:
    """Behind the pool's lock stands the unique form key."""
    offer, pool = await course(10)
    key = secrets.token_bytes(16)
    first, second, _ = await overlapping(booking(offer, "Ola", key), booking(offer, "Ola", key))
    assert first.id == second.id
    assert (first.again, second.again) == (False, True)
    assert await counters(pool) == (1, 0)
    assert await Person.all().count() == 1


async def test_the_same_form_for_two_offers_books_once(db: None) -> None:
    """Two pools, so no lock between them: only the constraint stands there."""
    one, pool = await course(10)
    other, other_pool = await course(10)
    key = secrets.token_bytes(16)
    first, second, waited = await overlapping(booking(one, "Ola", key), booking(other, "Ola", key))
    assert first.id == second.id
    assert waited
    assert (await counters(pool), await counters(other_pool)) == ((1, 0), (0, 0))


async def test_the_same_person_twice_books_once(db: None) -> None:
    offer, pool = await course(10)
    ola = await make.person("Ola", "ola@example.no")
    first, second, _ = await overlapping(booking(offer, "Ola", person=ola), booking(offer, "Ola", person=ola))
    assert first.id == second.id
    assert await counters(pool) == (1, 0)


async def test_capacity_is_not_lowered_below_a_booking_of_the_same_moment(db: None) -> None:
    offer, pool = await course(2)
    await make.booking(pool)
    booked, refused, waited = await overlapping(
        booking(offer, "Ola"), lambda: seats_actions.set_capacity(pool.id, 1, now=NOW, by=None)
    )  # fmt: skip
    assert booked.state is BookingState.CONFIRMED
    assert isinstance(refused, Refused)
    assert refused.message == "2 plasser er tatt eller holdt av. Du kan ikke gå lavere enn det."
    assert waited


async def test_a_booking_sees_capacity_lowered_at_the_same_moment(db: None) -> None:
    offer, pool = await course(2)
    await make.booking(pool)
    _, booked, waited = await overlapping(
        lambda: seats_actions.set_capacity(pool.id, 1, now=NOW, by=None), booking(offer, "Ola")
    )  # fmt: skip
    assert booked.state is BookingState.WAITING
    assert await counters(pool) == (1, 1)
    assert waited


async def test_a_held_seat_is_not_both_accepted_and_passed_on(db: None) -> None:
    _offer, pool = await course(1)
    held = await make.booking(pool, await make.person("Ola"), BookingState.OFFERED)
    await make.booking(pool, await make.person("Kari"), BookingState.WAITING)
    late = NOW + timedelta(hours=25)
    expired, accepted, _ = await overlapping(
        lambda: seats_actions.expire_offers(now=late), lambda: actions.answer_offer(held.id, True, now=late)
    )  # fmt: skip
    assert (expired, accepted) == (1, BookingState.WAITING)
    assert await states() == ["waiting", "confirmed"]
    assert await counters(pool) == (1, 1)


async def test_thirty_at_once_for_three_places(db: None) -> None:
    offer, pool = await course(3)
    booked = await asyncio.gather(*[booking(offer, f"Person{number}")() for number in range(30)])
    assert sorted(each.state for each in booked) == ["confirmed"] * 3 + ["waiting"] * 27
    assert await counters(pool) == (3, 27)
    order = [
        row["queue_no"]
        for row in await rows("SELECT queue_no FROM booking WHERE state = 'waiting' ORDER BY queue_no")
    ]
    assert len(set(order)) == 27
    for each in await Booking.filter(state=BookingState.CONFIRMED):
        await actions.cancel(each.id, now=NOW)
    assert await counters(pool) == (3, 24)
