"""A worker that is gone is told by the web processes: once, by one of them, and again after a day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.data.jobs import ALIVE_FOR, alive
from marketplace.base.post.delivery import Away
from marketplace.base.post.letter import Rejected
from marketplace.operations.alarm import gone, sending
from marketplace.operations.alarm.gone import Gone
from marketplace.operations.jobs import leap
from marketplace.operations.ready import around
from marketplace.settings import settings
from tests.conftest import NOW

SOON, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
LATE = ALIVE_FOR + gone.GONE


class Mails:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.problem: Exception | None = None

    async def send(self, to: str, about: str, subject: str, text: str) -> None:
        await asyncio.sleep(0)  # others get their turn
        if self.problem:
            raise self.problem
        self.sent.append((to, subject, text))


@pytest.fixture
async def mails(db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mails]:
    mails = Mails()
    monkeypatch.setattr(sending, "send", mails.send)
    monkeypatch.setenv("TREFFPUNKT_OPERATOR_EMAIL", "drift@kommune.no")
    settings.cache_clear()
    yield mails
    monkeypatch.undo()
    settings.cache_clear()


async def look(processes: list[Gone], *moments: datetime) -> None:
    """All of them at each moment, all at once."""
    for now in moments:
        await asyncio.gather(*(each.look(now) for each in processes))


async def test_it_is_told_once_by_all_processes_and_again_after_a_day(mails: Mails) -> None:
    processes = [Gone() for _each in range(4)]
    await alive(NOW)
    await look(processes, NOW + LATE - SOON, NOW + LATE)
    assert mails.sent == []
    await look(processes, NOW + LATE + SOON, NOW + LATE + 2 * SOON, NOW + LATE + 13 * SOON)
    ((to, subject, text),) = mails.sent
    assert (to, subject) == ("drift@kommune.no", f"{settings().site_name}: worker")
    assert f"none has been at work since {NOW + ALIVE_FOR:%Y-%m-%d %H:%M} UTC" in text
    assert "docs/operations.md, TreffpunktWorkerAway\n" in text
    await look([*processes, Gone()], NOW + DAY, NOW + DAY + LATE, NOW + DAY + LATE + HOUR)
    assert len(mails.sent) == 2
    assert await around.jobs(NOW + 3 * DAY) == 0, "no job was broken off"


async def test_a_worker_that_says_something_is_not_gone_whatever_the_clock(mails: Mails) -> None:
    """A web process that has only just started, and a clock that is moved, know of one look only."""
    process = Gone()
    await look([process], NOW)
    for hour in range(4):
        await alive(NOW + hour * HOUR)
        await look([process], NOW + (hour + 1) * HOUR)
    await look([Gone()], NOW + 9 * HOUR)
    await look([process], NOW - HOUR, NOW - HOUR + SOON)
    assert mails.sent == []


async def test_where_none_ever_was_or_the_clock_is_not_believed_nothing_is_said(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that is a year ahead a worker that is at work says so itself."""
    monkeypatch.setattr(gone, "leapt", lambda until, now: now - until > leap.LONGEST)
    process = Gone()
    await look([process], NOW, NOW + SOON)
    await alive(NOW)
    await look([process], NOW + 61 * DAY, NOW + 61 * DAY + SOON)
    assert mails.sent == []


async def test_a_worker_that_comes_and_goes_is_told_once_an_hour(mails: Mails) -> None:
    process = Gone()
    for turn in range(12):
        now = NOW + turn * 3 * SOON
        await alive(now)
        await look([process], now + LATE, now + LATE + timedelta(seconds=1))
    assert len(mails.sent) == 3, "of twelve times within three hours"


@pytest.mark.parametrize("problem", [Away("connection"), Rejected("550")])
async def test_what_could_not_be_sent_is_tried_at_the_next_look(mails: Mails, problem: Exception) -> None:
    processes = [Gone(), Gone()]
    await alive(NOW)
    mails.problem = problem
    await look(processes, NOW + HOUR, NOW + HOUR + SOON)
    assert await value("SELECT count(*) FROM job_run WHERE job = 'tell_gone'") == 0
    mails.problem = None
    await look(processes, NOW + HOUR + 2 * SOON, NOW + HOUR + 3 * SOON)
    assert len(mails.sent) == 1


async def test_a_web_process_looks_as_long_as_it_lasts_and_survives_what_goes_wrong(
    mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    enough = asyncio.Event()

    async def breaks(_self: Gone, now: datetime) -> None:
        looked.append(now)
        if len(looked) == 3:
            enough.set()
        raise [ValueError("no"), OSError("away"), KeyError("no")][len(looked) % 3]

    monkeypatch.setattr(Gone, "look", breaks)
    monkeypatch.setattr(gone, "EVERY", 0.0)
    async with gone.looked_after():
        await asyncio.wait_for(enough.wait(), 60)
    seen = len(looked)
    await asyncio.sleep(0)
    assert len(looked) == seen


async def test_nobody_looks_where_nobody_is_named(mails: Mails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TREFFPUNKT_OPERATOR_EMAIL")
    settings.cache_clear()
    before = asyncio.all_tasks()
    async with gone.looked_after():
        assert asyncio.all_tasks() == before
    assert await rows("SELECT 1 AS one FROM job_run WHERE job = 'tell_gone'") == []
