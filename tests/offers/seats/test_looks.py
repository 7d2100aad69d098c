"""A visitor's booking looks at the pool without locking it, and is written only while the pool is what was seen.

Another process may always be quicker, so these tests look first and let others act before the write."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta

import pytest

from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.errors import TooMany
from marketplace.base.models import Channel
from marketplace.base.web.limits import Tries
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats import actions as seats_actions
from offers.seats import crowd
from offers.seats.claims import Booked, Claim, Overtaken, Party, Taken, insert
from offers.seats.crowd import turn
from offers.seats.models import BookingState
from offers.seats.moves import look
from tests import make
from tests.conftest import NOW

WRITTEN = ("person", "contact_point", "booking", "audit_entry", "outbox_message", "rate_limit", "companion")


async def course(capacity: int | None = 1) -> tuple[Offer, SeatPool]:
    offer = await make.offer(joining=Joining.WHOLE, capacity=capacity)
    return offer, await SeatPool.get(offer=offer)


async def seen(offer: Offer, name: str, key: bytes | None = None, *tries: Tries) -> Claim:
    """What somebody is about to write who has looked at the pool just now."""
    pool = await look(actions.AskingPool, offer.slug, None, VISITOR, also=actions.ALSO)
    party = Party(name, channel=Channel.EMAIL, address=f"{name.lower()}@example.no")
    key = key or secrets.token_bytes(32)
    return Claim(
        pool, party, BookingState.CONFIRMED, key, party.digest(), "nb", NOW, tries, seen=pool.version
    )


async def counts() -> dict[str, int]:
    return {table: await value(f"SELECT count(*) FROM {table}") for table in WRITTEN}


async def seats(pool: SeatPool) -> tuple[int, int]:
    found = await row("SELECT taken, waiting FROM seat_pool WHERE id = $1", pool.id)
    assert found is not None
    return found["taken"], found["waiting"]


async def test_of_two_who_have_seen_the_last_place_one_gets_it(db: None) -> None:
    offer, pool = await course(1)
    ola, kari = await seen(offer, "Ola"), await seen(offer, "Kari")
    await insert(ola)
    before = await counts()
    with pytest.raises(Overtaken):
        await insert(kari)
    assert await counts() == before, "and nothing is written of the other"
    assert await seats(pool) == (1, 0)


async def _time(pool: SeatPool) -> None:
    await rows("UPDATE seat_pool SET starts_at = starts_at + interval '1 day' WHERE id = $1", pool.id)


async def _cancelled(pool: SeatPool) -> None:
    await rows("UPDATE seat_pool SET closes_at = $2 WHERE id = $1", pool.id, NOW - timedelta(hours=1))


async def _fewer(pool: SeatPool) -> None:
    await seats_actions.set_capacity(pool.id, 1, now=NOW, by=None)


async def _there_and_back(pool: SeatPool) -> None:
    booking = await make.booking(pool, await make.person("Per"))
    await actions.cancel(booking.id, now=NOW)


@pytest.mark.parametrize("act", [_time, _cancelled, _fewer, _there_and_back])
async def test_whatever_has_become_of_the_pool_since_is_seen(
    db: None, act: Callable[[SeatPool], Awaitable[None]]
) -> None:
    offer, pool = await course(5)
    claim = await seen(offer, "Ola")
    await act(pool)
    before, were = await counts(), await seats(pool)
    with pytest.raises(Overtaken):
        await insert(claim)
    assert (await counts(), await seats(pool)) == (before, were)


@pytest.mark.parametrize("committed", [True, False])
async def test_a_write_waits_for_who_holds_the_pool_and_sees_what_became_of_it(
    db: None, committed: bool
) -> None:
    offer, pool = await course(5)
    kari = await seen(offer, "Kari")
    acted, release = asyncio.Event(), asyncio.Event()

    async def holding() -> None:
        async with in_transaction():
            await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", pool.id)
            await rows("UPDATE seat_pool SET taken = taken + 1 WHERE id = $1", pool.id)
            acted.set()
            await release.wait()
            if not committed:
                raise Taken

    holder = asyncio.create_task(holding())
    await acted.wait()
    writer = asyncio.create_task(insert(kari))
    await asyncio.sleep(0.2)
    assert not writer.done(), "it waits"
    release.set()
    _nothing, answer = await asyncio.gather(holder, writer, return_exceptions=True)
    if committed:
        assert isinstance(answer, Overtaken)
    else:
        assert isinstance(answer, Booked)
    assert await seats(pool) == (1, 0)


async def test_a_form_that_was_sent_already_writes_nothing(db: None) -> None:
    offer, pool = await course(5)
    key = secrets.token_bytes(32)
    await insert(await seen(offer, "Ola", key))
    before = await counts()
    with pytest.raises(Taken):
        await insert(await seen(offer, "Ola", key))
    assert await counts() == before
    assert await seats(pool) == (1, 0)


async def test_one_too_many_writes_nothing_and_is_told_how_long_to_wait(db: None) -> None:
    offer, pool = await course(5)
    window = timedelta(hours=1)
    address, network = Tries("book for", "ola", 1, window), Tries("book from", "network", 9, window)
    await insert(await seen(offer, "Ola", None, address, network))
    before, counted = await counts(), await rows("SELECT id, count FROM rate_limit ORDER BY id")
    with pytest.raises(TooMany) as refused:
        await insert(await seen(offer, "Ola", None, address, network))
    assert refused.value.retry_after == window
    assert "Ingenting er lagret" in str(refused.value)
    assert await counts() == before
    assert await rows("SELECT id, count FROM rate_limit ORDER BY id") == counted, "nor is it counted"
    assert await seats(pool) == (1, 0)


async def test_who_was_overtaken_is_not_counted(db: None) -> None:
    offer, _pool = await course(5)
    late = await seen(offer, "Kari", None, Tries("book for", "kari", 1, timedelta(hours=1)))
    await insert(await seen(offer, "Ola"))
    with pytest.raises(Overtaken):
        await insert(late)
    assert await value("SELECT count(*) FROM rate_limit") == 0


async def test_thirty_at_once_and_ten_places_seen_by_all(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each came to a process of its own, where nobody else books the same."""
    monkeypatch.setattr(actions, "turn", lambda _wanted: nullcontext(True))
    offer, pool = await course(10)

    async def book(number: int) -> Booked:
        party = Party(f"Ola {number}", channel=Channel.EMAIL, address=f"ola{number}@example.no")
        return await actions.book(
            offer.slug, None, party, viewer=VISITOR, form_key=secrets.token_bytes(16), lang="nb", now=NOW
        )

    made = await asyncio.gather(*(book(number) for number in range(30)))
    assert sorted(one.state for one in made) == [BookingState.CONFIRMED] * 10 + [BookingState.WAITING] * 20
    assert await seats(pool) == (10, 20)
    assert await value("SELECT count(*) FROM person") == 30


class Turns:
    """Who comes to book something, is told whether they may look without a lock, and stays until they are let go."""

    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []
        self.staying: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}

    async def come(self, name: str, what: str = "kafe") -> None:
        go = asyncio.Event()

        async def stay() -> None:
            async with turn((what, None)) as looking:
                self.told.append((name, looking))
                await go.wait()

        self.staying[name] = go, asyncio.create_task(stay())
        await asyncio.sleep(0)

    async def leave(self, name: str) -> None:
        go, task = self.staying.pop(name)
        go.set()
        await task
        await asyncio.sleep(0)


async def test_the_second_waits_for_the_first_and_a_crowd_for_nobody(db: None) -> None:
    turns = Turns()
    for name, what in [("first", "kafe"), ("elsewhere", "tur"), ("second", "kafe"), ("third", "kafe")]:
        await turns.come(name, what)
    assert turns.told == [("first", True), ("elsewhere", True), ("third", False)]
    await turns.leave("third")
    await turns.leave("first")
    assert turns.told[3:] == [("second", True)]
    await turns.come("fourth")
    await turns.come("fifth")
    await turns.come("sixth")
    await turns.leave("second")
    assert turns.told[4:] == [("fifth", False), ("sixth", False), ("fourth", False)], "a crowd by now"
    for name in list(turns.staying):
        await turns.leave(name)
    assert not crowd._now


async def test_whoever_has_begun_a_transaction_waits_for_nobody(db: None) -> None:
    """Else two wait for each other: one for its turn, and whoever has that for a row that the other has locked."""
    _offer, pool = await course(5)
    turns = Turns()
    await turns.come("first")
    async with in_transaction():
        await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", pool.id)
        async with asyncio.timeout(5), turn(("kafe", None)) as looking:
            assert not looking
    await turns.leave("first")
