"""Copies of counting keys: apart, by fingerprint, and gone with their year."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from marketplace.operations.backup.keys import bring_back, copies, keep, missing
from marketplace.operations.backup.tools import why
from marketplace.settings import settings
from offers.attendance import keys
from offers.attendance.year_keys import fingerprint

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
LATER = datetime(2027, 2, 2, 12, tzinfo=UTC)
"""2026 is settled."""


@pytest.fixture(autouse=True)
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TREFFPUNKT_KEYS_DIR", str(tmp_path / "keys"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_a_key_is_copied_once_by_its_fingerprint(tmp_path: Path) -> None:
    key = keys.year_key(2026)
    assert keep(tmp_path / "apart", NOW) == [2026]
    assert keep(tmp_path / "apart", NOW) == []
    (copy,) = json.loads((tmp_path / "apart/keys.json").read_text())["copies"]
    assert copy["fingerprint"] == fingerprint(key).hex()
    file = tmp_path / "apart" / copy["file"]
    assert file.read_bytes() == key
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_another_key_of_the_same_year_does_not_take_the_first_ones_place(tmp_path: Path) -> None:
    keys.year_key(2026)
    keep(tmp_path / "apart", NOW)
    keys.path_of(2026).unlink()
    keys.year_key(2026)
    keep(tmp_path / "apart", NOW)
    assert len(list((tmp_path / "apart").glob("2026-*.key"))) == 2


def test_the_copy_of_a_closed_year_is_destroyed_and_never_comes_back(tmp_path: Path) -> None:
    key = keys.year_key(2026)
    keys.year_key(2027)
    keep(tmp_path / "apart", NOW)
    keys.destroy(2026)
    keep(tmp_path / "apart", LATER)
    assert [each.read_bytes() == key for each in (tmp_path / "apart").glob("*.key")] == [False]
    assert {each.year: bool(each.destroyed_at) for each in copies(tmp_path / "apart")} == {
        2026: True,
        2027: False,
    }
    assert bring_back(tmp_path / "apart", {}) == []


def test_a_lost_key_comes_back(tmp_path: Path) -> None:
    key = keys.year_key(2026)
    keep(tmp_path / "apart", NOW)
    keys.path_of(2026).unlink()
    assert bring_back(tmp_path / "apart", {}) == [2026]
    assert keys.read(2026) == key


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:16])


def of_another(path: Path) -> None:
    """One that we may not read."""
    path.chmod(0o000)


SPOILT: list[Callable[[Path], None]] = [emptied, halved, of_another]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_key_that_is_spoilt_comes_back(
    tmp_path: Path, spoil: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keys.year_key(2026)
    counted = {2026: fingerprint(key)}
    keep(tmp_path / "apart", NOW)
    spoil(keys.path_of(2026))
    if spoil is of_another:  # whoever runs tests as root may read it all the same
        opened = Path.open

        def barred(path: Path, *how: Any, **more: Any) -> Any:
            if path == keys.path_of(2026) and not path.stat().st_mode & 0o400:
                raise PermissionError(13, "Permission denied", str(path))
            return opened(path, *how, **more)

        monkeypatch.setattr(Path, "open", barred)
    assert (keys.here(2026), keys.read(2026), missing(counted)) == (True, None, [2026])
    assert keep(tmp_path / "apart", NOW) == []
    assert bring_back(tmp_path / "apart", counted) == [2026]
    assert (keys.read(2026), missing(counted)) == (key, [])


def test_of_two_copies_the_one_comes_back_that_the_year_was_counted_under(tmp_path: Path) -> None:
    made = []
    for _each in range(3):
        made.append(keys.year_key(2026))
        keep(tmp_path / "apart", NOW)
        keys.path_of(2026).unlink()
    for right in made:
        assert bring_back(tmp_path / "apart", {2026: fingerprint(right)}) == [2026]
        assert keys.read(2026) == right
        keys.path_of(2026).unlink()
    assert bring_back(tmp_path / "apart", {2026: b"another instance's"}) == []
    assert not keys.here(2026)


def test_a_whole_key_that_is_here_is_never_written_over(tmp_path: Path) -> None:
    before = fingerprint(keys.year_key(2026))
    keep(tmp_path / "apart", NOW)
    keys.path_of(2026).unlink()
    another = keys.year_key(2026)
    assert bring_back(tmp_path / "apart", {2026: before}) == []
    assert keys.read(2026) == another
    assert missing({2026: before}) == [2026]


def test_a_copy_that_is_gone_or_half_is_no_error_and_brings_nothing(tmp_path: Path) -> None:
    counted = {year: fingerprint(keys.year_key(year)) for year in (2026, 2027)}
    keep(tmp_path / "apart", NOW)
    for year, spoil in ((2026, halved), (2027, Path.unlink)):
        keys.path_of(year).unlink()
        (copy,) = (tmp_path / "apart").glob(f"{year}-*.key")
        spoil(copy)
    assert bring_back(tmp_path / "apart", counted) == []
    assert missing(counted) == [2026, 2027]


def test_a_mark_of_another_instance_destroys_no_copy_of_a_year_that_goes_on(tmp_path: Path) -> None:
    key = keys.year_key(2026)
    keep(tmp_path / "apart", NOW)
    keys.path_of(2026).with_suffix(".closed").touch()
    keep(tmp_path / "apart", NOW)
    assert [each.read_bytes() for each in (tmp_path / "apart").glob("*.key")] == [key]


def test_a_disk_that_is_full_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    keys.year_key(2026)
    (tmp_path / "apart").mkdir()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as raised:
        keep(tmp_path / "apart", NOW)
    assert why(raised.value).startswith(f"{tmp_path}/apart/2026-")
    assert list((tmp_path / "apart").iterdir()) == []
