"""The log is streamed as it is written: back to the second before a mistake, whatever was killed meanwhile."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from marketplace.base.data import backed_up
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.backup import following, tools
from marketplace.operations.backup.folder import Folder
from marketplace.operations.backup.planning import plan
from marketplace.operations.backup.restoring import restore
from marketplace.operations.backup.tools import Refused
from marketplace.settings import settings
from tests.marketplace.operations.clusters import FAST, a_place, ask, do

COUNT = "SELECT coalesce(sum(n), 0)::int FROM booked"
SMALL = {**FAST, "max_slot_wal_keep_size": "16MB", "max_wal_size": "32MB", "min_wal_size": "32MB"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(following, "EVERY", 0.1)
    monkeypatch.setattr(following, "LOOK", 0.1)
    with a_place() as folder, monkeypatch.context() as environment:
        environment.setenv("TREFFPUNKT_DATA_DIR", str(folder / "data"))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


@contextlib.asynccontextmanager
async def followed(place: Path, url: str) -> AsyncIterator[None]:
    """Somebody streams the log, and it has a copy to begin from."""
    task = asyncio.create_task(following.follow(place / "kept", url))
    began = now()
    try:
        await until(
            lambda: bool((place / "kept/treffpunkt-backup.json").exists() and streamed_copies(place, began))
        )
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def streamed_copies(place: Path, since: datetime) -> bool:
    """Is the log streamed since then, and does the newest copy belong to it?"""
    folder = Folder.found(place / "kept")
    newest = next(reversed(folder.stretches()), None)
    if newest is None or newest.seen_at is None or newest.seen_at < since:
        return False
    return any(each.began_at >= newest.began_at for each in folder.copies())


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


async def safe() -> datetime:
    """Returns a moment once everything before it lies in the backups."""
    at = now()
    await until(lambda: bool((seen := backed_up.last().log_at) and seen >= at))
    return at


async def book(url: str, number: int) -> None:
    async with tools.connected(url) as connection:
        await connection.execute("INSERT INTO booked VALUES ($1)", number)


def back(place: Path, at: datetime | None) -> int:
    """The rows that are there when it is restored so."""

    async def nothing(url: str, moment: datetime, before: str | None) -> None:
        pass

    restore(plan(place / "kept", at, now()), place / "data", nothing, lambda _: None, FAST)
    with EmbeddedPostgres(place / "data", FAST) as url:
        found: int = ask(url, COUNT)
    return found


def running(place: Path, work: Callable[[str], Awaitable[None]], options: dict[str, str] = FAST) -> None:
    """Do this while the cluster runs and its log is streamed."""

    async def done(url: str) -> None:
        async with followed(place, url):
            await work(url)

    with EmbeddedPostgres(place / "data", options) as url:
        do(url, "CREATE TABLE IF NOT EXISTS booked (n int)")
        asyncio.run(done(url))


def test_back_to_the_second_before_a_mistake_and_to_what_a_restore_threw_away(place: Path) -> None:
    times: dict[str, datetime] = {}

    async def mistaken(url: str) -> None:
        await book(url, 1)
        times["before"] = await safe()
        async with tools.connected(url) as connection:
            await connection.execute("DELETE FROM booked")
        await book(url, 4)
        times["after"] = await safe()
        os.kill(int((place / "data/pg/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    running(place, mistaken)
    assert back(place, times["before"]) == 1

    async def going_on(url: str) -> None:
        await book(url, 2)
        times["later"] = await safe()
        await book(url, 8)
        await safe()

    running(place, going_on)
    assert back(place, times["later"]) == 3
    assert back(place, times["after"]) == 4
    with pytest.raises(Refused, match="it ends at"):
        plan(place / "kept", now(), now())


def test_what_was_streamed_is_there_though_the_machine_is_lost(place: Path) -> None:
    """No copy was made since, and nothing was ended in good order."""

    async def lost(url: str) -> None:
        for number in (1, 2, 4):
            await book(url, number)
        await safe()
        await asyncio.to_thread(shutil.copytree, place / "kept", place / "as-it-was", symlinks=True)

    running(place, lost)
    EmbeddedPostgres(place / "data").delete()
    shutil.rmtree(place / "kept")
    (place / "as-it-was").rename(place / "kept")
    assert back(place, None) == 7


def test_streaming_goes_on_when_its_program_is_killed(place: Path) -> None:
    async def killed(url: str) -> None:
        (receiver,) = [
            each for each in psutil.Process().children(recursive=True) if each.name() == "pg_receivewal"
        ]
        receiver.kill()
        await book(url, 1)
        await safe()

    running(place, killed)
    assert len(Folder.found(place / "kept").stretches()) == 1
    assert back(place, None) == 1


def test_a_backup_that_stands_still_never_fills_the_disk_and_begins_anew_when_it_goes_on(place: Path) -> None:
    async def nothing(url: str) -> None:
        await safe()

    running(place, nothing)
    with EmbeddedPostgres(place / "data", SMALL) as url:
        for _ in range(6):  # six files of the log
            do(url, "INSERT INTO booked VALUES (0)", "SELECT pg_switch_wal()")
        do(url, "CHECKPOINT")
        assert ask(url, "SELECT wal_status FROM pg_replication_slots") == "lost"
        assert sum(each.stat().st_size for each in (place / "data/pg/pg_wal").glob("0*")) <= 4 * 2**24

    async def again(url: str) -> None:
        await book(url, 1)
        await safe()

    running(place, again)
    folder = Folder.found(place / "kept")
    assert len(folder.stretches()) == 2
    assert folder.copies()[-1].began_at >= folder.stretches()[-1].began_at
    assert back(place, None) == 1


def test_only_one_streams_and_the_other_says_so(place: Path) -> None:
    async def twice(url: str) -> None:
        with pytest.raises(Refused, match="Another process streams"):
            await following._stream(place / "kept", url)

    running(place, twice)


def test_a_piece_of_the_log_that_a_full_disk_cut_off_does_not_stop_it_when_there_is_room(place: Path) -> None:
    """pg_receivewal makes room for 16 MB before it writes; what it could not make whole it refuses to go on beside."""

    async def one(url: str) -> None:
        await book(url, 1)
        await safe()

    async def two(url: str) -> None:
        await book(url, 2)
        await safe()

    running(place, one)
    (cut_off,) = (place / "kept/log").glob("*/*.partial")
    os.truncate(cut_off, 5 * 1024 * 1024)
    running(place, two)
    assert back(place, None) == 3
