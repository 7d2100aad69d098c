"""How the jobs go is written down, and one can be run by hand: by whoever leads, and never twice at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import row, rows, value
from marketplace.operations.jobs.reports import Report, Tallies, reports
from marketplace.operations.jobs.running import Job, Worker
from tests.conftest import NOW
from tests.marketplace.operations.commanded import command
from tests.marketplace.test_schedule import Handler, Workers, handler, until, workers  # noqa: F401 - fixtures

MINUTE = timedelta(minutes=1)


async def nothing(now: datetime) -> None:
    pass


async def refused(now: datetime) -> None:
    await rows("INSERT INTO person (id, name, created_at) VALUES (gen_random_uuid(), 'Kari Nordmann', NULL)")


async def report_of(name: str) -> Report:
    return (await reports())[name]


async def test_what_two_workers_counted_is_added_and_the_last_run_told(db: None) -> None:
    one, other = Tallies(), Tallies()
    one.ran("remind", NOW, 0.25)
    one.ran("remind", NOW + MINUTE, 0.5)
    other.ran("remind", NOW + 2 * MINUTE, 2.0, ValueError("Kari"))
    await one.write()
    await other.write()
    found = await report_of("remind")
    assert (found.runs, found.failures, found.busy_ms, found.took_ms) == (2, 1, 2750, 2000)
    assert (found.ran_at, found.failed_at) == (NOW + MINUTE, NOW + 2 * MINUTE)
    assert found.failing
    one.ran("remind", NOW + 3 * MINUTE, 0.1)
    await one.write()
    await one.write()  # nothing was counted meanwhile, and nothing is added
    found = await report_of("remind")
    assert (found.runs, found.failures, found.failing) == (3, 1, False)


async def test_what_cannot_be_written_is_kept_for_the_next_time(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = Tallies()
    mine.ran("remind", NOW, 0.25, ValueError("x" * 3))
    mine.ran("x" * 81, NOW, 0.25)  # the column takes no such name
    with pytest.raises(Exception, match="too long"):
        await mine.write()
    mine.ran("remind", NOW + MINUTE, 0.25)
    del mine.by_job["x" * 81]
    await mine.write()
    found = await report_of("remind")
    assert (found.runs, found.failures, found.ran_at, found.failed_at) == (1, 1, NOW + MINUTE, NOW)


async def test_a_failure_is_told_by_kind_and_never_by_what_it_says(db: None) -> None:
    worker = Worker()
    await asyncio.create_task(worker.run(Job("broken", MINUTE, refused, everywhere=True)))
    await worker.tallies.write()
    assert (await report_of("broken")).problem == "NotNullViolationError 23502 person"
    assert "Kari" not in str(await row("SELECT * FROM job_report"))


async def test_a_job_of_another_who_leads_is_neither_run_nor_counted(db: None) -> None:
    first, second = Worker(), Worker()
    assert await first.leader.leads()
    try:
        await asyncio.create_task(second.run(Job("remind", MINUTE, nothing)))
        assert second.tallies.by_job == {}
    finally:
        await first.leader.resign()


async def test_one_job_never_runs_twice_at_once(db: None) -> None:
    at_work, most = 0, 0

    async def slow(now: datetime) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.02)
        at_work -= 1

    worker, job = Worker(), Job("slow", MINUTE, slow, everywhere=True)
    await asyncio.gather(*(asyncio.create_task(worker.run(job)) for _ in range(3)))
    assert (most, worker.tallies.by_job["slow"].runs) == (1, 3)


async def test_a_job_is_run_by_hand_where_no_worker_is(db: None) -> None:
    ran = await command("jobs", "run", "next_sessions")
    assert (ran.code, ran.said[:20]) == (0, "next_sessions: done ")
    found = await report_of("next_sessions")
    assert (found.runs, found.asked_at) == (1, None)
    listed = await command("jobs", "list")
    assert listed.code == 0
    lines = {line.split()[0]: line for line in listed.said.splitlines()}
    assert "0 of 1 failed" in lines["next_sessions"]
    assert lines["remind"].endswith("has not run")


async def test_a_job_that_nobody_knows_is_refused_with_those_there_are(db: None) -> None:
    ran = await command("jobs", "run", "remnid")
    assert ran.code == 1
    assert "No job is called remnid" in ran.said
    assert "remind" in ran.said


async def test_a_job_that_fails_is_told_and_shown_in_the_list(db: None) -> None:
    await rows("ALTER TABLE job_run RENAME TO job_run_away")
    try:
        ran = await command("jobs", "run", "alive")
    finally:
        await rows("ALTER TABLE job_run_away RENAME TO job_run")
    assert ran.code == 1
    assert "alive went wrong: UndefinedTableError 42P01" in ran.said
    listed = await command("jobs", "list")
    assert listed.code == 1
    assert "NOW FAILING: UndefinedTableError 42P01" in listed.said


async def test_a_job_is_run_by_the_worker_that_leads(workers: Workers) -> None:  # noqa: F811 - a fixture
    """The command has no right to the lock meanwhile, and the worker runs it well before its own time."""
    worker = await workers.start()

    async def first_is_written() -> bool:
        return "follow_up" in await reports()

    await until(first_is_written)
    before = await report_of("follow_up")
    ran = await command("jobs", "run", "follow_up")
    assert (ran.code, ran.said[:16]) == (0, "follow_up: done ")
    after = await report_of("follow_up")
    assert after.runs > before.runs
    assert after.asked_at is None
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND granted"
    assert await value(held, jobs.LEADER_LOCK) == 1
    assert worker.poll() is None


async def test_who_stops_writes_down_what_it_counted(workers: Workers) -> None:  # noqa: F811 - a fixture
    worker = await workers.start()

    async def alive() -> bool:
        return bool(await value("SELECT count(*) FROM job_run WHERE slot = 'alive'"))

    await until(alive)
    worker.terminate()
    assert await asyncio.to_thread(worker.wait, 60) == 0
    found = await reports()
    assert found["send"].runs >= 1
    assert found["send"].ran_at is not None
    assert abs(found["send"].ran_at - datetime.now(UTC)) < MINUTE or clock.offset_file().exists()
