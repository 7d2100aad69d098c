"""The ledger: on the disk before anybody is told, and only what was done."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.data import backed_up, ledger
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.settings import settings
from offers.messages.follow_up.actions import stop_news
from tests.conftest import NOW

EVER = datetime(2020, 1, 1, tzinfo=NOW.tzinfo)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[Path]:
    monkeypatch.setenv("TREFFPUNKT_LEDGER_DIR", str(tmp_path / "ledger"))
    settings.cache_clear()
    yield settings().ledger
    monkeypatch.undo()
    settings.cache_clear()


def noted(folder: Path) -> list[str]:
    return [each.id for each in ledger.read(folder, EVER)[0]]


async def note_and_fail(what: UUID) -> None:
    async with in_transaction():
        ledger.note(Lost.PERSON, what)
        raise ValueError("no")


async def test_a_line_is_on_the_disk_before_its_act_is_committed(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[int] = []
    append = ledger.append

    def looked(entries: list[ledger.Entry]) -> None:
        append(entries)
        there.append(len(noted(folder)))
        raise KeyboardInterrupt  # the machine dies after the line and before the commit

    monkeypatch.setattr(ledger, "append", looked)
    with pytest.raises(KeyboardInterrupt):
        await stop_news(b"0" * 32, now=NOW)
    assert there == [1]
    assert await value("SELECT count(*) FROM unsubscription") == 0


async def test_what_is_rolled_back_is_not_noted(db: None, folder: Path) -> None:
    lost, kept, inner = uuid7(), uuid7(), uuid7()
    with pytest.raises(ValueError, match="no"):
        await note_and_fail(lost)
    async with in_transaction():
        ledger.note(Lost.PERSON, kept)
        with pytest.raises(ValueError, match="no"):
            await note_and_fail(inner)
    assert noted(folder) == [str(kept)]
    assert ledger.waiting() == []


async def test_nothing_is_done_that_the_disk_does_not_take(
    db: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp := folder.parent / "file").touch()
    monkeypatch.setattr(type(settings()), "ledger", tmp / "ledger")  # a file is where the folder should be
    with pytest.raises(OSError, match="file"):
        await stop_news(b"0" * 32, now=NOW)
    assert await value("SELECT count(*) FROM unsubscription") == 0
    monkeypatch.undo()
    await stop_news(b"0" * 32, now=NOW)  # and the connection is as good as before
    assert await value("SELECT count(*) FROM unsubscription") == 1


def test_nobody_else_can_read_it_and_it_holds_ids_only(folder: Path) -> None:
    ledger.note(Lost.BOOKING_LINK, uuid7(), number=3)
    (path,) = folder.glob("*.ledger")
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert set(json.loads(path.read_text())) == {"at", "kind", "id", "number"}


def test_a_line_that_was_torn_off_costs_no_other(folder: Path) -> None:
    first, second = uuid7(), uuid7()
    ledger.note(Lost.PERSON, first)
    (path,) = folder.glob("*.ledger")
    with path.open("a") as file:
        file.write('{"at": "2026-10-13T')
    ledger.note(Lost.PERSON, second)
    entries, torn = ledger.read(folder, EVER)
    assert [UUID(each.id) for each in entries] == [first, second]
    assert torn == 1


WRITES = """
from uuid_utils.compat import uuid7
from marketplace.base.data import ledger
for _ in range(50):
    ledger.note(ledger.Lost.PERSON, *(uuid7() for _ in range(20)))
"""


def test_lines_of_processes_do_not_mix(folder: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITES]) for _ in range(3)]
    assert [each.wait(60) for each in writers] == [0, 0, 0]
    entries, torn = ledger.read(folder, EVER)
    assert (len(entries), torn) == (3000, 0)


def test_lines_that_no_backup_is_older_than_go(folder: Path) -> None:
    ledger.note(Lost.PERSON, uuid7())
    now = clock.unmoved()
    assert ledger.clear(now + timedelta(days=35)) == 0
    assert ledger.clear(now + timedelta(days=38)) == 1
    assert noted(folder) == []


def test_lines_stay_while_the_last_backup_is_older(folder: Path) -> None:
    """Nobody could make a copy for two months: the last one is kept, and whoever was erased since must stay gone."""
    backed_up.note_copy(clock.unmoved() + timedelta(days=3))
    try:
        ledger.note(Lost.PERSON, uuid7())
        assert ledger.clear(clock.unmoved() + timedelta(days=90)) == 0
        backed_up.note_copy(clock.unmoved() + timedelta(days=80))
        assert ledger.clear(clock.unmoved() + timedelta(days=90)) == 1
    finally:
        backed_up.note_of_copies().unlink()


def test_what_went_is_no_longer_said_to_be_known(folder: Path) -> None:
    """A restore to before it would be told that the ledger had all, and nobody would look."""
    ledger.note(Lost.PERSON, uuid7())
    now = clock.unmoved() + timedelta(days=38)
    assert ledger.clear(now) == 1
    began = ledger.began(folder)
    assert began
    assert began.date() == ledger.needed_since(now)
    assert ledger.clear(now - timedelta(days=30)) == 0
    assert ledger.began(folder) == began
    assert (folder / "began").stat().st_mode & 0o777 == 0o600


async def test_an_act_that_loses_nothing_touches_no_disk(db: None, folder: Path) -> None:
    async with in_transaction():
        await rows("SELECT 1")
    assert noted(folder) == []
    assert not [*folder.parent.glob("ledger")]


FULL = """
import os, sys
from uuid import UUID
from marketplace.base.data import ledger
from marketplace.settings import settings
for number in range(4000):
    try:
        ledger.note(ledger.Lost.PERSON, UUID(int=number))
    except OSError as problem:
        print(problem.strerror, number)
        break
"""


def fills(folder: Path, bytes_free: int) -> str:
    """A program that notes into it until no file may grow beyond so many bytes: as where the disk is full."""
    done = subprocess.run(
        [sys.executable, "-c", FULL], capture_output=True, text=True, timeout=240,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_free, bytes_free)),
        env=os.environ | {"TREFFPUNKT_LEDGER_DIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_disk_that_is_full_takes_no_line_and_the_next_is_whole_again(folder: Path) -> None:
    told = fills(folder, 5000)
    number = int(told.rpartition(" ")[2])
    assert number > 10
    entries, torn = ledger.read(folder, EVER)
    assert (len(entries), torn <= 1) == (number, True)
    ledger.note(Lost.PERSON, last := uuid7())  # there is room again
    assert noted(folder)[-1] == str(last)
    assert len(noted(folder)) == number + 1


def test_a_disk_that_was_full_at_the_very_start_leaves_no_ledger_without_a_beginning(folder: Path) -> None:
    """Only the name of the file stood there, and was taken for the file ever after."""
    assert fills(folder, 10).endswith(" 0")
    assert ledger.began(folder) is None
    ledger.note(Lost.PERSON, uuid7())
    began = ledger.began(folder)
    assert began
    assert abs((began - clock.unmoved()).total_seconds()) < 60
    ledger.note(Lost.PERSON, uuid7())
    assert ledger.began(folder) == began
    assert [each.name for each in folder.iterdir() if "began." in each.name] == []
