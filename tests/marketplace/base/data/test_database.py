"""A request that waits too long for somebody else's lock is asked to come again: nothing here is broken."""

import asyncio
import os
import signal

import asyncpg
import pytest

from marketplace.base.data.database import credentials, in_transaction, rows, value
from marketplace.base.data.statement import Statement
from marketplace.settings import settings
from offers.catalogue.models import Joining, SeatPool
from offers.seats.models import Booking
from tests import make
from tests.visitor import Visitor

BLOCKED = """FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"""


@pytest.mark.parametrize("stopped", ["lock_timeout", "cancelled"])
async def test_who_waits_too_long_for_a_lock_is_asked_to_come_again(visitor: Visitor, stopped: str) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    other = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        async with other.transaction():
            await other.execute("SELECT id FROM seat_pool FOR NO KEY UPDATE")
            booking = asyncio.create_task(
                visitor.submit(page, "/bookings", name="Ola", contact="email", email="ola@example.no")
            )
            while stopped == "cancelled" and not booking.done():
                if await value(f"SELECT count(*) {BLOCKED}"):
                    await rows(f"SELECT pg_cancel_backend(pid) {BLOCKED}")
                await asyncio.sleep(0.02)
            answer = await booking
    finally:
        await other.close()
    assert answer.status == 503
    assert (await Booking.all().count(), (await SeatPool.get()).taken) == (0, 0)
    assert (
        await visitor.submit(page, "/bookings", name="Ola", contact="email", email="ola@example.no")
    ).status == 303


async def begin() -> None:
    async with in_transaction():
        pass


async def test_a_connection_whose_begin_meets_silence_is_given_back(db: None) -> None:
    """Each request that meets it would else take one for good, until nobody gets any."""
    for _ in range(settings().database_pool + 1):
        server = await asyncio.wait_for(value("SELECT pg_backend_pid()"), 30)
        os.kill(server, signal.SIGSTOP)  # the one that comes next: the pool gives out what came back last
        try:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(
                    asyncio.create_task(begin()), 0.3
                )  # a task of its own, as a request has
        finally:
            os.kill(server, signal.SIGCONT)
    await asyncio.wait_for(begin(), 30)


def test_a_statement_may_have_as_many_values_as_a_page_needs() -> None:
    asked = Statement()
    assert [asked.value(number) for number in range(1, 2001)] == [f"${number}" for number in range(1, 2001)]


async def test_a_statement_names_its_parts_before_what_asks_them(db: None) -> None:
    asked = Statement(2)
    asked.add("SELECT one.n + two.n FROM one, two WHERE one.n < " + asked.value(9))
    asked.named("one", f"SELECT {asked.value(5)}::int AS n").named("two", "SELECT $1::int AS n")
    assert asked.sql.startswith("WITH one AS (SELECT $3::int AS n), two AS (")
    assert await value(asked.sql, *asked.values) == 7


async def test_a_transaction_is_undone_or_kept_whole_and_one_within_it_by_itself(db: None) -> None:
    async def left() -> list[str]:
        return [one["action"] for one in await rows("SELECT action FROM audit_entry ORDER BY action")]

    async def write(action: str) -> None:
        await rows("INSERT INTO audit_entry (id, at, action) VALUES (gen_random_uuid(), now(), $1)", action)

    async def fail() -> None:
        async with in_transaction():
            await write("undone")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await left() == []
    async with in_transaction():
        await write("kept")
        with pytest.raises(ZeroDivisionError):
            await fail()
        async with in_transaction():
            await write("kept too")
    assert await left() == ["kept", "kept too"]


async def test_whoever_is_cancelled_in_a_transaction_leaves_a_connection_that_has_none(db: None) -> None:
    async def wait() -> None:
        async with in_transaction():
            await rows("SELECT pg_sleep(30)")

    for _ in range(2 * settings().database_pool):
        task = asyncio.create_task(wait())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'"
    )
    assert await value(idle) == 0


async def test_who_does_something_else_at_once_is_in_no_others_transaction(db: None) -> None:
    begun, seen = asyncio.Event(), asyncio.Event()

    async def inside() -> None:
        async with in_transaction():
            await rows("INSERT INTO audit_entry (id, at, action) VALUES (gen_random_uuid(), now(), 'mine')")
            begun.set()
            await seen.wait()

    writing = asyncio.create_task(inside())
    await begun.wait()
    assert await value("SELECT count(*) FROM audit_entry") == 0
    seen.set()
    await writing
    assert await value("SELECT count(*) FROM audit_entry") == 1
