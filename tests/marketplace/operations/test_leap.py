"""A machine whose clock is a year ahead at the start forgets nobody, destroys no key and writes to nobody."""

import asyncio
from datetime import datetime, timedelta

import pytest

from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import value
from marketplace.operations.jobs.running import Job, Worker
from tests.conftest import NOW
from tests.marketplace.operations.commanded import command
from tests.production import production

YEAR, MINUTE = timedelta(days=365), timedelta(minutes=1)


class Time:
    """The clock on the wall, as the machine has it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        monkeypatch.setattr(clock, "now", lambda: self.now)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


class Ran:
    """Jobs of a worker, and by which clock they ran."""

    def __init__(self) -> None:
        self.by: list[datetime] = []
        self.forget = Job("forget", MINUTE, self._note)
        self.alive = Job("alive", MINUTE, jobs.alive, everywhere=True)
        self.worker = Worker()

    async def _note(self, now: datetime) -> None:
        self.by.append(now)

    async def go(self) -> None:
        for job in (self.forget, self.alive):
            await asyncio.create_task(self.worker.run(job))

    async def end(self) -> None:
        await self.worker.leader.resign()


async def test_no_job_is_run_by_a_clock_that_is_a_year_ahead_until_it_is_put_right(
    db: None, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    await jobs.alive(NOW)
    with production(monkeypatch):
        ran = Ran()
        time.now = NOW + YEAR
        await ran.go()
        await ran.go()
        assert ran.by == []
        assert await value(jobs.ALIVE_UNTIL) == NOW + MINUTE, "nor is it called alive: the alarm is raised"
        time.now = NOW + timedelta(hours=2)
        await ran.go()
        assert ran.by == [time.now]
        await ran.end()


async def test_a_clock_that_leaps_while_the_worker_is_at_work_is_not_believed_either(
    db: None, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    with production(monkeypatch):
        ran = Ran()
        await ran.go()
        time.now = NOW + YEAR
        await ran.go()
        time.now = NOW - timedelta(hours=1)  # back by an hour it is an hour, and no reason to stop
        await ran.go()
        assert ran.by == [NOW, NOW - timedelta(hours=1)]
        await ran.end()


async def test_who_did_stand_still_for_so_long_begins_at_the_operators_word(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await jobs.alive(clock.now() - YEAR)
    with production(monkeypatch):
        ran = Ran()
        await ran.go()
        assert ran.by == []
        await ran.end()
    assert (await command("jobs", "run", "alive")).code == 0
    with production(monkeypatch):
        await ran.go()
        assert len(ran.by) == 1
        await ran.end()


async def test_the_demos_clock_is_there_to_be_moved(db: None, time: Time) -> None:
    await jobs.alive(NOW)
    ran = Ran()
    time.now = NOW + YEAR
    await ran.go()
    assert ran.by == [time.now]
    await ran.end()
