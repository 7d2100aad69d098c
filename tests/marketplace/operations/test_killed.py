"""`kill -9` in the middle of a backup, a restore and an upgrade: the same command again goes on, and half a state is
never taken for a whole one. `make soak` dies at every moment there is, `make test` at a few."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from marketplace.base.data.migrate import NEWEST
from marketplace.base.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from marketplace.operations.backup.folder import Folder
from marketplace.operations.backup.proving import prove
from marketplace.operations.backup.taking import take
from tests.marketplace.operations.clusters import FAST, a_place, ask, copied, do
from tests.marketplace.operations.killing import MIGRATE, RESTORE, TAKE, killed, moments

COUNT = "SELECT coalesce(sum(n), 0)::int FROM booked"
LINE = "SELECT timeline_id FROM pg_control_checkpoint()"
SOAK = os.environ.get("SOAK") == "1"


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    """A cluster at rest with 1, 2 and 4 in it, and copies of it with 1 and with 3: whole, and what changed."""
    with a_place() as folder:
        copied(folder, "INSERT INTO booked VALUES (4)")
        yield folder


@pytest.fixture(scope="module")
def told(kept: Path) -> list[str]:
    """The moments of a restore."""
    with a_place() as place:
        laid_out(kept, place)
        return moments(RESTORE, place, place / "kept", place / "data")


def laid_out(kept: Path, folder: Path) -> None:
    subprocess.run(["cp", "-a", *kept.iterdir(), str(folder)], check=True)


def chosen(told: list[str], *words: tuple[str, ...]) -> list[int]:
    """The moments to die at: those whose line has all of these words; all of them in the soak."""
    if SOAK:
        return list(range(1, len(told) + 1))
    found = []
    for each in words:
        fits = [number for number, line in enumerate(told, 1) if all(word in line for word in each)]
        assert fits, f"nothing of the kind is done any more: {each}"
        found.append(fits[-1])
    return found


def at_rest(data: Path) -> None:
    """What the killed one has started ends a moment after it."""
    with suppress(EmbeddedPostgresError):
        for each in (data, data / "restoring", data / "restoring/before"):
            until = time.monotonic() + 30
            while EmbeddedPostgres(each)._postmaster() and time.monotonic() < until:
                time.sleep(0.02)


def test_a_restore_that_is_killed_at_any_moment_is_run_again(kept: Path, told: list[str]) -> None:
    to_die_at = chosen(told, ("os.rename", "data/pg-before-"), ("os.rename", "restoring/pg"))
    for moment in to_die_at:
        with a_place() as place:
            laid_out(kept, place)
            dies_and_is_run_again(place, place / "data", moment, told[moment - 1])


def dies_and_is_run_again(place: Path, data: Path, moment: int, what: str) -> None:
    died = killed(RESTORE, place, moment, place / "kept", data)
    assert died.code == -signal.SIGKILL, (what, died.err)
    at_rest(data)
    if moment % 2:  # somebody starts the instance before they restore again
        assert what_starts(data) in ("7", "3", f"A restore into {data} was cut short: run it again."), what
    assert killed(RESTORE, place, -1, place / "kept", data).code == 0, what
    with EmbeddedPostgres(data, FAST) as url:
        assert ask(url, COUNT) == 3, what
        do(url, "INSERT INTO booked VALUES (100)")
        asyncio.run(take(place / "kept", url))
        assert ask(url, LINE) in [each.number for each in Folder.found(place / "kept").lines()], what
    assert not (data / "restoring").exists(), what
    if not SOAK:  # the next test does so once
        return
    again = killed(RESTORE, place, -1, place / "kept", data)
    assert again.code == 0, (what, again.err)
    with EmbeddedPostgres(data, FAST) as url:
        assert ask(url, COUNT) == 103, what


def what_starts(data: Path) -> str:
    """What an instance there holds, or why there is none."""
    try:
        with EmbeddedPostgres(data, FAST) as url:
            return str(ask(url, COUNT))
    except EmbeddedPostgresError as problem:
        return str(problem)


def test_a_line_that_no_restore_has_told_of_is_known_by_the_next_copy(kept: Path, told: list[str]) -> None:
    """The restore was whole, and was killed just before it told the backups from where its line of the log parts."""
    (first,) = chosen(told, ("os.mkdir", "kept/lines")) if not SOAK else [len(told) - 6]
    with a_place() as place:
        laid_out(kept, place)
        data = place / "data"
        assert killed(RESTORE, place, first, place / "kept", data).code == -signal.SIGKILL
        assert Folder.found(place / "kept").lines() == []
        with EmbeddedPostgres(data, FAST) as url:
            assert ask(url, COUNT) == 3
            do(url, "INSERT INTO booked VALUES (100)")
            asyncio.run(take(place / "kept", url))
            (line,) = Folder.found(place / "kept").lines()
            assert (line.number, line.parent) == (2, 1)
        assert killed(RESTORE, place, -1, place / "kept", data).code == 0
        with EmbeddedPostgres(data, FAST) as url:
            assert ask(url, COUNT) == 103


def test_a_backup_that_is_killed_at_any_moment_is_run_again(kept: Path) -> None:
    with a_place() as place:
        laid_out(kept, place)
        with EmbeddedPostgres(place / "data", FAST) as url:
            told = moments(TAKE, place, place / "new", url)
            for moment in chosen(
                told, ("os.rename", "treffpunkt-backup.json"), ("pg_basebackup",), ("os.rename", "-full.json")
            ):
                folder, what = place / f"killed-{moment}", told[moment - 1]
                died = killed(TAKE, place, moment, folder, url)
                assert died.code == -signal.SIGKILL, (what, died.err)
                again = killed(TAKE, place, -1, folder, url)
                assert again.code == 0, (what, again.err)
                copies = Folder.found(folder).copies()
                assert copies, what
                for each in copies:
                    asyncio.run(prove(folder / "copies" / each.name))


def test_an_upgrade_that_is_killed_when_a_migration_is_just_done_goes_on_with_the_next() -> None:
    """Between its end and whatever else there is to note of it; and behind 0054, which is no transaction."""
    with a_place() as place, EmbeddedPostgres(place / "data", FAST) as url:
        told: list[str] = []
        for last in ("0001", "0030", "0054"):
            died = killed(MIGRATE, place, -1, url, last)
            assert died.code == -signal.SIGKILL, died.err
            told += died.out.splitlines()
        ended = killed(MIGRATE, place, -1, url, "none")
        assert ended.code == 0, ended.err
        told += ended.out.splitlines()
        names = [line.partition(":")[0] for line in told]
        assert names[-1] == NEWEST
        assert [name for name in names if names.count(name) > 1] in ([], ["0054_outbox_waiting"] * 2)
        assert ask(url, "SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        assert ask(url, "SELECT count(*) FROM tortoise_migrations") == len(set(names))
