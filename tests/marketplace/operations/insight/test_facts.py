"""What the collector finds out from the database, and what it tells when there is none."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from marketplace.base import clock
from marketplace.base.data import audit
from marketplace.base.data.database import credentials, rows
from marketplace.base.insight.board import Board
from marketplace.base.models import Channel
from marketplace.base.post import held
from marketplace.operations.insight.facts import Facts, ask
from marketplace.operations.insight.serving import Collector
from marketplace.operations.jobs.reports import Tallies
from marketplace.settings import settings
from offers.attendance import keys, year_keys
from offers.bookings.acts import Act
from offers.catalogue.models import SeatPool
from tests import make
from tests.conftest import NOW

QUEUED = """INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at,
    failed_at, problem) VALUES (gen_random_uuid(), $1, 'kari@example.no', 'receipt', '{}', 'nb',
    gen_random_uuid()::text, $2, $2, $3, $4)"""


@pytest.fixture
async def connection(db: None, database_url: str) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(**credentials(database_url))
    yield made
    await made.close()


async def test_messages_are_told_by_carrier_and_state_and_never_one_by_one(
    connection: asyncpg.Connection,
) -> None:
    now = clock.now()
    ago = now - timedelta(seconds=90)
    await connection.execute(QUEUED, Channel.EMAIL, ago, None, None)
    for _ in range(11):
        await connection.execute(QUEUED, Channel.EMAIL, now + timedelta(hours=1), None, None)
    await connection.execute(QUEUED, Channel.SMS, ago, ago, "550")
    await connection.execute(QUEUED, Channel.SMS, ago - timedelta(days=2), ago - timedelta(days=2), "550")
    await connection.execute(QUEUED, Channel.EMAIL, ago, ago, "nothing to say")
    facts = await ask(connection)
    assert facts.messages == {
        ("email", "due"): 10, ("email", "later"): 20, ("email", "held"): 0, ("email", "failed"): 0,
        ("sms", "due"): 0, ("sms", "later"): 0, ("sms", "held"): 0, ("sms", "failed"): 10,
    }  # fmt: skip
    assert 90 <= facts.oldest_due["email"] < 100
    assert facts.oldest_due["sms"] == 0


async def test_what_a_restore_holds_is_not_due_and_raises_no_alarm_of_late_messages(
    connection: asyncpg.Connection,
) -> None:
    an_hour_ago = clock.now() - timedelta(hours=1)
    await connection.execute(QUEUED, Channel.EMAIL, an_hour_ago, None, None)
    await held.hold()
    facts = await ask(connection)
    assert (facts.messages["email", "held"], facts.messages["email", "due"]) == (10, 0)
    assert facts.oldest_due["email"] == 0
    await held.release(clock.now())
    assert (await ask(connection)).messages["email", "due"] == 10


async def test_a_year_whose_key_is_gone_is_told_to_whoever_watches(connection: asyncpg.Connection) -> None:
    await year_keys.key_of(NOW.year, NOW)
    assert (await ask(connection)).keys_wrong == 0
    key = keys.path_of(NOW.year)
    away = key.rename(key.with_suffix(".away"))
    try:
        assert (await ask(connection)).keys_wrong == 1
    finally:
        away.rename(key)


async def test_seats_that_do_not_add_up_are_seen_as_soon_as_something_is_booked(
    connection: asyncpg.Connection,
) -> None:
    pool = await SeatPool.get(offer=await make.offer(capacity=3))
    booking = await make.booking(pool)
    await rows("UPDATE seat_pool SET taken = taken + 1 WHERE id = $1", pool.id)
    assert (await ask(connection)).seats_broken == 0, "nobody has booked there lately"
    await audit.record(Act.BOOKING_FEWER, object_id=booking.id, now=clock.now())
    assert (await ask(connection)).seats_broken == 1
    await rows("UPDATE seat_pool SET taken = taken - 1 WHERE id = $1", pool.id)
    assert (await ask(connection)).seats_broken == 0
    await rows("UPDATE seat_pool SET waiting = waiting + 1 WHERE id = $1", pool.id)
    assert (await ask(connection)).seats_broken == 1


async def test_jobs_and_the_worker_are_told(connection: asyncpg.Connection) -> None:
    facts = await ask(connection)
    assert (facts.worker_alive, facts.jobs, facts.newest) == (False, {}, True)
    tallies = Tallies()
    tallies.ran("remind", clock.now(), 0.5)
    await tallies.write()
    assert (await ask(connection)).jobs["remind"].took_ms == 500


async def test_what_is_missing_in_an_older_database_leaves_the_rest(connection: asyncpg.Connection) -> None:
    await rows("ALTER TABLE job_report RENAME TO job_report_away")
    try:
        facts = await ask(connection)
    finally:
        await rows("ALTER TABLE job_report_away RENAME TO job_report")
    assert (facts.up, facts.jobs, facts.seats_broken) == (True, {}, 0)


async def test_a_database_that_is_away_is_told_and_nothing_old_in_its_place(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TREFFPUNKT_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing")
    settings.cache_clear()
    try:
        collector = Collector(Board([], 1), {})
        assert await collector.asked() == Facts()
        told = (await collector.told()).decode()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert "treffpunkt_database_up 0.0" in told
    assert "treffpunkt_worker_alive" not in told
    assert "treffpunkt_process_alive" in told


async def test_however_many_ask_the_database_is_asked_once_in_a_while(db: None) -> None:
    collector = Collector(Board([], 1), {})
    first = await collector.told()
    asked_at = collector.asked_at
    assert await collector.told()
    assert collector.asked_at == asked_at
    assert b"treffpunkt_database_up 1.0" in first
    assert collector.connection is not None
    await collector.connection.close()
    collector.asked_at -= 10
    assert b"treffpunkt_database_up 1.0" in await collector.told(), "and it comes back by itself"
    await collector.connection.close()
