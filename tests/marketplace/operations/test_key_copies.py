"""Copies of counting keys: apart, by fingerprint, and gone with their year."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marketplace.operations.backup.keys import bring_back, copies, keep
from marketplace.settings import settings
from offers.attendance import keys
from offers.attendance.year_keys import fingerprint

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


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
    keep(tmp_path / "apart", NOW)
    assert [each.read_bytes() == key for each in (tmp_path / "apart").glob("*.key")] == [False]
    assert {each.year: bool(each.destroyed_at) for each in copies(tmp_path / "apart")} == {
        2026: True,
        2027: False,
    }
    assert bring_back(tmp_path / "apart") == []


def test_a_lost_key_comes_back(tmp_path: Path) -> None:
    key = keys.year_key(2026)
    keep(tmp_path / "apart", NOW)
    keys.path_of(2026).unlink()
    assert bring_back(tmp_path / "apart") == [2026]
    assert keys.read(2026) == key
