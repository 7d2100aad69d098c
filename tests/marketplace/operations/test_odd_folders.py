"""Backups as they are found where a disk lost a file or somebody was cut short while they copied the folder, beside one
who still streams, or by an older program: what is whole counts, and is never deleted for what is not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data import backed_up
from marketplace.base.data.database import credentials, rows, value
from marketplace.base.data.instance import WrongInstance
from marketplace.base.data.migrate import NEWEST
from marketplace.operations.backup import planning
from marketplace.operations.backup.folder import Folder, finished
from marketplace.operations.backup.rules import SEGMENT, Copy, Line
from marketplace.operations.doctor import database as doctor
from marketplace.operations.doctor.findings import Kind, Looking
from marketplace.operations.restore.actions import put_right
from marketplace.people.sign_in.models import SignIn
from marketplace.settings import settings
from tests import make
from tests.conftest import NOW

BEGAN = datetime(2026, 11, 1, 3, tzinfo=UTC)
HALVES = ["", "{", '{"name": "2026', "[]", "null", '{"began_at": 5, "ended_at": 5, "at": 5}', "\0\0\0\0"]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Two whole copies on two days, and the changes upon the second; the log that was streamed since; a line."""
    made = Folder.opened(tmp_path / "kept", "1", planning.our_major())
    for number, (day, kind, upon) in enumerate(
        [(0, "full", None), (7, "full", None), (8, "changes", "20261108T030000Z-full")]
    ):
        at = BEGAN + timedelta(days=day)
        name = f"{at:%Y%m%dT%H%M%SZ}-{kind}"
        draft = made.copies_in / "draft"
        draft.mkdir()
        made.keep_copy(draft, Copy(name, upon, 1, number * SEGMENT, number * SEGMENT + 9, at, at, 1))
    stretch = made.begin_stretch(1, BEGAN)
    for number in range(4):
        (stretch / f"00000001{0:08X}{number:08X}").touch()
    (stretch / f"00000001{0:08X}{4:08X}.partial").touch()
    made.note_seen(stretch, BEGAN + timedelta(days=9), 3 * SEGMENT + 9)
    return made


def copies(folder: Folder) -> list[str]:
    return [each.name[6:8] for each in folder.copies()]


def folders(folder: Folder) -> list[str]:
    return sorted(each.name[6:8] for each in folder.copies_in.iterdir() if each.is_dir())


@pytest.mark.parametrize("half", HALVES)
def test_a_description_that_is_cut_off_takes_its_copy_alone_out_of_count(folder: Folder, half: str) -> None:
    told = folder.copies_in / "20261109T030000Z-changes.json"
    told.write_text(half)
    assert folder.spoilt() == [told]
    assert copies(folder) == ["01", "08"]
    made = planning.plan(folder.path, None, BEGAN + timedelta(days=10))
    assert [each.name for each in made.ways[0].copies] == ["20261108T030000Z-full"]
    assert made.ways[0].reaches == BEGAN + timedelta(days=9), "the log leads on from there as well"
    for days, there in ((10, ["01", "08", "09"]), (42, ["01", "08", "09"][1:]), (44, ["08"])):
        folder.tidy(BEGAN + timedelta(days=days))
        assert folders(folder) == there, "it may be whole; and it goes with those of its age"
    assert folder.spoilt() == []


@pytest.mark.parametrize("half", HALVES)
def test_where_it_is_not_known_how_far_the_log_came_it_is_read_all_the_same(
    folder: Folder, half: str
) -> None:
    (stretch,) = folder.log_in.iterdir()
    (stretch / "seen.json").write_text(half)
    assert folder.spoilt() == [stretch / "seen.json"]
    (found,) = folder.stretches()
    assert (found.seen_at, len(found.segments)) == (None, 5)
    assert len(planning.plan(folder.path, None, BEGAN + timedelta(days=10)).ways[0].log) == 3


@pytest.mark.parametrize("half", HALVES)
def test_a_line_that_cannot_be_read_is_as_one_that_no_restore_has_told_of(folder: Folder, half: str) -> None:
    folder.keep_line(Line(2, 1, 5, BEGAN), "1\t0/5\tno recovery target specified\n")
    assert [each.number for each in folder.lines()] == [2]
    (folder.lines_in / "2.json").write_text(half)
    assert (folder.lines(), folder.spoilt()) == ([], [folder.lines_in / "2.json"])


def test_the_last_piece_of_the_log_may_become_full_while_a_copy_of_it_is_tried(folder: Folder) -> None:
    """A restore into another folder, beside the instance: what was planned with is there by another name then."""
    way = planning.plan(folder.path, None, BEGAN + timedelta(days=10)).ways[0]
    (last,) = [path for path in way.log.values() if path.suffix]
    last.rename(full := last.with_suffix(""))
    assert finished(last) == full
    planning.look_for_room(way, folder.path)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder that takes no file, as on a disk that is full."""
    with monkeypatch.context() as environment:
        environment.setenv("TREFFPUNKT_DATA_DIR", "/proc/nothing")
        settings.cache_clear()
        yield
    settings.cache_clear()


def test_what_cannot_be_noted_ends_no_backup(nowhere: None) -> None:
    """Each look whether all is streamed notes it, and so does what went wrong: either would have ended the stream."""
    backed_up.note_log(NOW)
    backed_up.note_copy(None, "The log stands still.")
    assert backed_up.last() == backed_up.BackedUp(None, None, "")


NEWER = NEWEST[:4] + "_zz_newer"


@pytest.fixture
async def newer(db: None) -> None:
    """A migration that this program does not know was applied."""
    await rows("INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('marketplace', $1, $2)",
               NEWER, NOW)  # fmt: skip
    yield
    await rows("DELETE FROM tortoise_migrations WHERE name = $1", NEWER)
    await rows("DELETE FROM migration_mark WHERE name = $1", NEWER)


@pytest.mark.parametrize("compatible", [True, False])
async def test_a_copy_of_a_newer_program_is_restored_by_that_alone(
    newer: None, database_url: str, tmp_path: Path, compatible: bool
) -> None:
    """What must not come back, that one knows: also where this one could serve what is restored."""
    await rows("INSERT INTO migration_mark VALUES ($1, $2)", NEWER, compatible)
    kari = await make.person("Kari")
    await SignIn.create(
        person=kari, secret_hash=bytes(32), device="Firefox", created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=30),
    )  # fmt: skip
    with pytest.raises(WrongInstance, match=f"at {NEWER}, and this program knows no more than {NEWEST}"):
        await put_right(database_url, NOW, None, tmp_path, NOW)
    assert await value("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 1, "nothing was done"


@pytest.mark.parametrize(
    ("compatible", "kind", "said"),
    [
        (True, Kind.WELL, f"the database is at {NEWER}"),
        (False, Kind.AWAY, f"the database is at {NEWER}, which only a newer program gets on with: upgrade this one"),
    ],
)  # fmt: skip
async def test_the_doctor_says_that_the_program_is_too_old(
    newer: None, database_url: str, compatible: bool, kind: Kind, said: str
) -> None:
    await rows("INSERT INTO migration_mark VALUES ($1, $2)", NEWER, compatible)
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        assert [each async for each in doctor.migrations(Looking("", NOW, connection))] == [(kind, said)]
    finally:
        await connection.close()
