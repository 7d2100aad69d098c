"""A ledger of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.settings import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[Path]:
    monkeypatch.setenv("TREFFPUNKT_LEDGER_DIR", str(tmp_path / "ledger"))
    settings.cache_clear()
    yield settings().ledger
    monkeypatch.undo()
    settings.cache_clear()
