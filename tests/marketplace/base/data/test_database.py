"""A request that waits too long for somebody else's lock is asked to come again: nothing here is broken."""

import asyncio
import os
import signal

import asyncpg
import pytest

from marketplace.base.data.database import (
    AT_HAND,
    Connection,
    Pool,
    connection,
    credentials,
    in_transaction,
    rows,
    value,
)
from marketplace.base.data.statement import Statement, each_way, valued
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


async def test_a_named_part_has_its_own_values_wherever_it_stands(db: None) -> None:
    for before in ((), (7,), (7, 8)):
        asked = Statement(*before)
        for name, number in (("one", 5), ("two", 6)):
            asked.named(name, "SELECT {n}::int + {n} AS n, {said}::text AS said", n=number, said=name)
        asked.add(
            "SELECT concat(one.n, one.said, two.n, two.said"
            + "".join(f", ${n}::int" for n in range(1, len(before) + 1))
        )
        asked.add(") FROM one, two")
        assert await value(asked.sql, *asked.values) == "10one12two" + "".join(map(str, before))


@pytest.mark.parametrize("many", [0, 1, 2])
async def test_one_row_of_values_says_the_same_as_a_list_of_them(db: None, many: int) -> None:
    told = each_way("SELECT n, said, {now}::text AS now FROM <rows>", "t", {"n": "int", "said": "text"})
    given = [(1, "one"), (2, None)][:many]
    one, columns = valued({"n": [n for n, _said in given], "said": [said for _n, said in given]})
    asked = Statement().named("told", told[one], **columns, now="now").add("SELECT * FROM told ORDER BY n")
    assert one == (many == 1)
    assert await rows(asked.sql, *asked.values) == [{"n": n, "said": said, "now": "now"} for n, said in given]


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


async def test_a_connection_that_is_at_hand_is_had_by_one_alone(db: None) -> None:
    """Also when somebody gives one back twice: what they hold is nothing by then."""
    pool = connection()._pool  # type: ignore[attr-defined]
    first = await pool.acquire()
    server = first.get_server_pid()
    await pool.release(first)
    second = await pool.acquire()
    assert second.get_server_pid() == server
    await pool.release(first)
    third = await pool.acquire()
    assert third.get_server_pid() != server
    with pytest.raises(asyncpg.InterfaceError):
        await first.fetchval("SELECT 1")
    for one in (second, third):
        await pool.release(one)

    async def own(number: int) -> bool:
        async with in_transaction():
            await rows("SELECT set_config('test.number', $1, true)", str(number))
            await value("SELECT pg_sleep(0.001)")
            return bool(await value("SELECT current_setting('test.number')") == str(number))

    assert all(await asyncio.gather(*(own(number) for number in range(60))))
    assert pool.get_idle_size() == pool.get_size() <= settings().database_pool


@pytest.mark.parametrize("how", ["lost", "expired"])
async def test_a_connection_that_went_while_it_was_at_hand_is_given_to_nobody(db: None, how: str) -> None:
    pool = connection()._pool  # type: ignore[attr-defined]
    held = await pool.acquire()
    gone, server = held._con, held.get_server_pid()
    await pool.release(held)
    if how == "expired":
        await pool.expire_connections()
    else:
        await pool.fetchval("SELECT 1")
        gone.terminate()
    taken = [await pool.acquire() for _ in range(settings().database_pool)]
    servers = {one.get_server_pid() for one in taken}
    assert len(servers) == settings().database_pool
    assert server not in servers
    for one in taken:
        await pool.release(one)
    assert await value("SELECT 1") == 1


async def test_who_waits_for_a_connection_gets_the_next_that_is_given_back(db: None) -> None:
    pool = connection()._pool  # type: ignore[attr-defined]
    taken = [await pool.acquire() for _ in range(settings().database_pool)]
    waiting = asyncio.create_task(value("SELECT 1"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert pool.waited_for == 1
    await pool.release(taken.pop())
    assert await asyncio.wait_for(waiting, 30) == 1
    for one in taken:
        await pool.release(one)


async def test_a_pool_with_connections_at_hand_closes(db: None) -> None:
    pool = Pool(
        max_queries=9, max_inactive_connection_lifetime=9, record_class=asyncpg.Record, loop=None, min_size=1,
        max_size=4, connection_class=Connection, **credentials(settings().database_url or ""),
    )  # fmt: skip
    async with pool:
        taken = [await pool.acquire() for _ in range(3)]
        for one in taken:
            await pool.release(one)
        assert len(pool._at_hand) == AT_HAND
        await asyncio.wait_for(pool.close(), 30)
