"""Whoever tries again waits longer each time, and nobody else waits with them."""

import asyncio
import signal
import textwrap
import time
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.backoff import SPREAD
from marketplace.base.data import jobs
from marketplace.base.data.revision import Revision
from marketplace.operations.jobs.running import Job, Worker
from marketplace.settings import settings
from tests import program

NOBODY = "postgres://nobody@127.0.0.1:1/none"


@pytest.fixture(autouse=True)
def _longest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.base.backoff.random.random", lambda: 0.0)


async def test_a_listener_comes_back_less_and_less_often_and_soon_when_it_had_listened(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    enough = asyncio.Event()

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 7:
            enough.set()
            await asyncio.Event().wait()

    monkeypatch.setattr("marketplace.base.data.revision.asyncio.sleep", wait)
    found = Revision()
    async with found.listening(NOBODY):
        await asyncio.wait_for(enough.wait(), 60)
    assert waits == [0.5, 1, 2, 4, 8, 10, 10]
    monkeypatch.undo()
    async with found.listening(settings().database_url):
        while found.heard is None:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        assert found.backoff.failures == 0


async def test_a_job_that_fails_comes_less_often_and_as_usual_when_it_works_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, ran, works = [0.0], 0, False

    async def job(_at: datetime) -> None:
        nonlocal ran
        ran += 1
        if not works:
            raise ValueError("it fails")

    monkeypatch.setattr("marketplace.operations.jobs.running.time.monotonic", lambda: now[0])
    worker, each = Worker(), Job("send", timedelta(seconds=1), job, everywhere=True)
    for second in range(60):
        now[0] = float(second)
        await asyncio.create_task(worker.due(each))
    assert ran == 6, "after 0, 1, 3, 7, 15 and 31 seconds"
    works, now[0] = True, 100.0
    for _ in range(5):
        await asyncio.create_task(worker.due(each))
        now[0] += 1
    assert ran == 11


async def test_a_database_that_is_away_is_not_asked_by_every_job_who_leads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = 0

    async def connect(**_server: object) -> None:
        nonlocal asked
        asked += 1
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncpg, "connect", connect)
    monkeypatch.setenv("TREFFPUNKT_DATABASE_URL", NOBODY)
    settings.cache_clear()
    leader = jobs.Leader()
    assert [await leader.leads() for _ in range(20)] == [False] * 20
    assert asked == 1
    monkeypatch.undo()
    settings.cache_clear()


PROGRAM = """
    import os, sys, time
    from pathlib import Path
    from marketplace import processes
    processes.AGAIN = (0.4, 30.0)
    log = Path(sys.argv[1])

    def noted(word):
        with log.open("a") as file:
            file.write(f"{word} {time.monotonic()}\\n")

    def dies():
        noted("dies")
        os._exit(1)

    def lives():
        noted("lives")
        time.sleep(60)

    if os.fork() == 0:  # a child that is none of the tasks, as the embedded database is
        time.sleep(0.3)
        os._exit(0)

    def revive():
        noted("revive")
        if log.read_text().count("revive") < 3:
            raise RuntimeError("it does not start yet")

    processes.supervise([dies, lives], revive=revive)
    noted("ended")
"""


async def test_a_child_that_dies_at_once_and_a_database_that_does_not_start_are_not_hammered(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    log.touch()
    ran = program.start("-c", textwrap.dedent(PROGRAM), str(log))

    def times(word: str) -> list[float]:
        return [float(line.split()[1]) for line in log.read_text().splitlines() if line.startswith(word)]

    until = time.monotonic() + 60
    while time.monotonic() < until and (len(times("dies")) < 4 or len(times("revive")) < 3):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    started, revived = times("dies"), times("revive")
    ran.send_signal(signal.SIGTERM)
    await asyncio.to_thread(ran.wait, 60)
    gaps = [after - before for before, after in pairwise(started[:4])]
    assert len(gaps) == 3
    waits = [0.4 * 2**failures * (1 - SPREAD) for failures in range(3)]
    assert all(gap >= least for gap, least in zip(gaps, waits, strict=True)), "each wait is longer"
    assert len(revived) >= 3, "a start that failed is tried again, and ends nobody"
    assert len(times("lives")) == 1, "the others go on meanwhile"
    assert times("ended")
