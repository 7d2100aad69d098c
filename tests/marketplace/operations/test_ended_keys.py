"""A year's end destroys its key and the copies of it, and says which ones somebody else has to destroy."""

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data.database import credentials, rows
from marketplace.operations.backup.jobs import end_keys
from marketplace.operations.backup.keys import bring_back, copies, keep
from marketplace.operations.doctor import counting
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.privacy.actions import forget
from marketplace.settings import settings
from offers.attendance import keys
from offers.attendance.year_keys import key_of
from tests.conftest import NOW

YEAR = NOW.year
CLOSED = datetime(YEAR + 1, 2, 2, 3, tzinfo=UTC)
"""When the night closes the year: the thirteenth month is stored (here there is none to store)."""


@pytest.fixture
async def apart(
    db: None, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Path]:
    """The folder of the copies, with one of this year's key and one of the next's."""
    folder = tmp_path / "apart"
    monkeypatch.setenv("TREFFPUNKT_KEYS_BACKUP_DIR", str(folder))
    settings.cache_clear()
    shutil.rmtree(settings().keys, ignore_errors=True)
    await key_of(YEAR, NOW)
    await key_of(YEAR + 1, CLOSED)
    keep(folder, NOW)
    yield folder
    shutil.rmtree(settings().keys, ignore_errors=True)
    monkeypatch.undo()
    settings.cache_clear()


def there(folder: Path) -> list[int]:
    return sorted(int(path.name[:4]) for path in folder.glob("*.key"))


async def doctor(now: datetime) -> list[Found]:
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        return [found async for found in counting.keys(Looking("127.0.0.1", now, connection))]
    finally:
        await connection.close()


async def test_the_copies_go_with_their_year_and_those_of_another_stay(apart: Path) -> None:
    await end_keys(CLOSED)
    assert there(apart) == [YEAR, YEAR + 1], "nothing is closed yet"
    assert (await forget(CLOSED))["keys"] == 1
    await end_keys(CLOSED)
    assert there(apart) == [YEAR + 1]
    assert {copy.year: bool(copy.destroyed_at) for copy in copies(apart)} == {YEAR: True, YEAR + 1: False}
    assert keep(apart, CLOSED) == []
    assert bring_back(apart, {}) == []


async def test_what_somebody_puts_back_is_destroyed_again(apart: Path) -> None:
    """A key and its mark, from a copy of the folder; and a copy that nobody noted."""
    key = keys.read(YEAR)
    assert key
    await forget(CLOSED)
    await end_keys(CLOSED)
    keys.path_of(YEAR).with_suffix(".closed").unlink()
    keys.path_of(YEAR).write_bytes(key)
    (apart / f"{YEAR}-again.key").write_bytes(key)
    await end_keys(CLOSED)
    assert there(apart) == [YEAR + 1]
    assert (keys.here(YEAR), keys.closed(YEAR)) == (False, True)


@pytest.mark.parametrize("spoilt", ["", '{"format": 1, "cop', "[]", '{"copies": [{"year": 2026}]}'])
async def test_a_list_of_copies_that_is_spoilt_is_told_and_ends_no_copy(apart: Path, spoilt: str) -> None:
    (apart / "keys.json").write_text(spoilt)
    await forget(CLOSED)
    await end_keys(CLOSED)
    assert there(apart) == [YEAR, YEAR + 1]
    (said,) = [said for _kind, said in await doctor(CLOSED) if "no key is copied" in said]
    assert "keys.json: it is not whole: move it away" in said
    (apart / "keys.json").unlink()
    assert keep(apart, CLOSED) == [YEAR + 1]
    await end_keys(CLOSED)
    assert there(apart) == [YEAR + 1]


def spoil(folder: Path, left_of_it: bytes | None) -> None:
    """The copy of this year's key."""
    (copy,) = folder.glob(f"{YEAR}-*.key")
    copy.unlink()
    if left_of_it is not None:
        copy.write_bytes(left_of_it)


@pytest.mark.parametrize("left_of_it", [b"", b"half", None])
async def test_doctor_says_of_which_key_there_is_no_whole_copy(apart: Path, left_of_it: bytes | None) -> None:
    spoil(apart, left_of_it)
    missed = f"no whole copy of the key of {YEAR} is in {apart}: the next `backup` makes it"
    assert (Kind.AWAY, missed) in await doctor(NOW)
    assert keep(apart, NOW) == [YEAR]
    assert (Kind.AWAY, missed) not in await doctor(NOW)
    assert len(copies(apart)) == 2


async def test_a_folder_that_cannot_be_written_is_told(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_folder: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "trial")

    monkeypatch.setattr(counting, "try_to_write", lambda folder: full(folder) if folder == apart else None)
    (said,) = [said for _kind, said in await doctor(NOW) if "no key is copied" in said]
    assert said.startswith(f"{apart} (TREFFPUNKT_KEYS_BACKUP_DIR) cannot be used: trial: Read-only")


async def test_doctor_says_what_is_left_and_what_somebody_else_has_to_destroy(apart: Path) -> None:
    await forget(CLOSED)
    kinds = [(kind, said) for kind, said in await doctor(CLOSED) if str(YEAR) in said]
    assert [kind for kind, _said in kinds] == [Kind.AWAY, Kind.WELL]
    assert "the worker destroys it" in kinds[0][1]
    assert f"that you made yourself by {YEAR + 1}-03-09" in kinds[1][1], "35 days"
    await end_keys(CLOSED)
    assert [kind for kind, said in await doctor(CLOSED) if str(YEAR) in said] == [Kind.WELL]
    later = CLOSED + timedelta(days=36)
    assert [said for _kind, said in await doctor(later) if f"{YEAR} is closed" in said] == []


async def test_a_folder_that_is_not_there_is_told_and_the_job_goes_on(apart: Path) -> None:
    await forget(CLOSED)
    shutil.rmtree(apart)
    await end_keys(CLOSED)
    assert [said for kind, said in await doctor(CLOSED) if kind == Kind.AWAY] == [
        f"{apart} (TREFFPUNKT_KEYS_BACKUP_DIR) is not there: no key is copied, and no copy ends"
    ]
    await asyncio.to_thread(apart.write_text, "no folder")
    await end_keys(CLOSED)
    assert await rows("SELECT closed_at IS NOT NULL AS closed FROM year_key ORDER BY year") == [
        {"closed": True}, {"closed": False},
    ]  # fmt: skip
