"""Copies of a cluster: whole or what changed, proven, and nobody else's to read."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.backup.folder import Folder
from marketplace.operations.backup.proving import Damaged, prove
from marketplace.operations.backup.rules import Copy
from marketplace.operations.backup.taking import _look_for_room, take
from marketplace.operations.backup.tools import Refused
from tests import program
from tests.marketplace.operations.clusters import FAST, a_place, do

TAKER = """
import asyncio, pathlib, sys
from marketplace.operations.backup.taking import take
asyncio.run(take(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with a_place() as folder:
        yield folder


@pytest.fixture(scope="module")
def url(place: Path) -> Iterator[str]:
    with EmbeddedPostgres(place / "data", FAST) as address:
        do(
            address,
            "CREATE TABLE booked AS SELECT n, repeat('x', 200) AS filler FROM generate_series(1, 50000) n",
        )
        yield address


def took(folder: Path, url: str) -> Copy:
    return asyncio.run(take(folder, url))


@pytest.fixture(scope="module")
def copies(place: Path, url: str) -> tuple[Path, Copy, Copy]:
    """A whole copy and the changes since."""
    first = took(place / "kept", url)
    do(url, "UPDATE booked SET filler = 'changed' WHERE n < 10")
    return place / "kept", first, took(place / "kept", url)


def test_the_second_copy_holds_what_changed_alone(copies: tuple[Path, Copy, Copy]) -> None:
    _, first, second = copies
    assert (first.upon, second.upon) == (None, first.name)
    assert second.bytes < first.bytes / 1.5
    assert second.starts > first.ends


def test_nobody_else_reads_a_backup(copies: tuple[Path, Copy, Copy]) -> None:
    kept = copies[0]
    open_ones = [each for each in (kept, *kept.rglob("*")) if each.stat().st_mode & 0o077]
    assert open_ones == []


@pytest.mark.parametrize("what", ["a table", "a file too many", "a missing file", "the manifest", "the log"])
def test_a_damaged_copy_is_found(copies: tuple[Path, Copy, Copy], what: str) -> None:
    kept, first, _ = copies
    copy = kept / "copies" / first.name
    largest = max((copy / "base").rglob("*"), key=lambda each: each.stat().st_size)
    damaged = {
        "a table": largest, "a missing file": largest, "a file too many": copy / "base" / "more",
        "the manifest": copy / "backup_manifest", "the log": max((copy / "pg_wal").glob("0*")),
    }[what]  # fmt: skip
    before = damaged.read_bytes() if damaged.exists() else b""
    asyncio.run(prove(copy))
    try:
        match what:
            case "a missing file":
                damaged.unlink()
            case "the log":
                damaged.write_bytes(b"\0" * len(before))
            case "the manifest":
                damaged.write_bytes(before.replace(b"GMT", b"CET", 1))
            case _:
                middle = len(before) // 2
                damaged.write_bytes(before[:middle] + b"?" + before[middle + 1 :])
        with pytest.raises(Damaged):
            asyncio.run(prove(copy))
    finally:
        damaged.write_bytes(before) if before else damaged.unlink()


def test_a_copy_that_is_cut_short_by_a_kill_counts_for_nothing_and_the_next_is_made(
    place: Path, url: str
) -> None:
    folder = place / "cut"
    taker = program.start("-c", TAKER, str(folder), url)
    while not list(folder.glob("copies/*.part/base")):
        assert taker.poll() is None
        time.sleep(0.002)
    taker.kill()
    taker.wait()
    assert list(folder.glob("copies/*.part"))
    assert Folder.found(folder).copies() == []
    made = took(folder, url)
    assert Folder.found(folder).copies() == [made]
    deadline = time.monotonic() + 60
    while (
        list(folder.glob("copies/*.part")) and time.monotonic() < deadline
    ):  # its second process ends a moment later
        time.sleep(0.1)
        Folder.found(folder).tidy(made.ended_at)
    assert [each.name for each in (folder / "copies").iterdir() if each.is_dir()] == [made.name]


def test_a_disk_without_room_is_told_with_what_is_free_and_what_stays_free(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"has \d+ MB free, and a copy takes 9536743 MB, beside 200 MB that stay free"
    ):
        _look_for_room(Folder(tmp_path), 10**13)


def test_two_copies_are_not_made_at_once(place: Path, url: str, copies: tuple[Path, Copy, Copy]) -> None:
    with Folder.found(copies[0]).alone(), pytest.raises(Refused, match="Another backup"):
        took(copies[0], url)


def test_a_folder_with_something_else_is_left_alone(place: Path, url: str) -> None:
    folder = place / "holiday"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"sea")
    with pytest.raises(Refused, match="holds something else"):
        took(folder, url)
    assert [each.name for each in folder.iterdir()] == ["photo.jpg"]


def test_two_instances_do_not_share_a_folder(place: Path, copies: tuple[Path, Copy, Copy]) -> None:
    with EmbeddedPostgres(place / "other", FAST) as other, pytest.raises(Refused, match="another instance"):
        took(copies[0], other)
