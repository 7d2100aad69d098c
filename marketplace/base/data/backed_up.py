"""When this instance was last backed up: two small files in the data folder, one of copies and one of the log.

They hold times and sizes alone, so that whoever serves may read them: /health/ready, metrics, `doctor`.
"""

import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog

from marketplace.settings import settings

log = structlog.get_logger("backup")

KEPT = timedelta(days=35)
"""How long a copy is kept at most, of the data and of a year's key: what has gone is in no copy after that. Only the
newest one stays longer, where no newer could be made."""
FULL_EVERY = timedelta(days=7)
"""Copies between two full ones hold only what changed, and stand and fall with the first."""
COPIES_LATE = timedelta(hours=26)
"""A copy is made every day; older than this, somebody should look."""
LOG_LATE = timedelta(seconds=60)
"""No more than this may be lost."""


class BackedUp(NamedTuple):
    """`verified_at`: the last copy or dump that was made and proven whole; `log_at`: up to when the log is safe. None
    where there was none. `trouble` is what went wrong last, empty when all is well."""

    verified_at: datetime | None
    log_at: datetime | None
    trouble: str
    folder: Path | None = None
    """Where the last copy lies."""

    def late(self, now: datetime) -> bool:
        """One that is yet to be made is of a clock that ran ahead: nobody knows when it was."""
        return self.verified_at is None or not -COPIES_LATE <= now - self.verified_at <= COPIES_LATE

    def log_late(self, now: datetime) -> bool:
        """Does the log stand still? Only said where one is streamed."""
        return self.log_at is not None and now - self.log_at > LOG_LATE


def last() -> BackedUp:
    """What is known now. Two small files are read."""
    copy, log = _read(_path("copy")), _read(_path("log"))
    trouble = copy.get("trouble") or log.get("trouble") or ""
    folder = copy.get("folder")
    return BackedUp(_time(copy.get("at")), _time(log.get("at")), trouble, Path(folder) if folder else None)


def note_of_copies() -> Path:
    """The file that `last` reads of copies."""
    return _path("copy")


def note_copy(at: datetime | None, trouble: str = "", folder: Path | None = None) -> None:
    """A copy was verified, or went wrong (None keeps the time and the folder of the last good one)."""
    _note("copy", at, trouble, folder)


def note_log(at: datetime | None, trouble: str = "") -> None:
    """Everything up to this moment lies in the backups folder; or the log stands still because of `trouble`."""
    _note("log", at, trouble)


def _path(what: str) -> Path:
    return settings().data_dir / f"backup-{what}.json"


def _note(what: str, at: datetime | None, trouble: str, folder: Path | None = None) -> None:
    path, before = _path(what), _read(_path(what))
    known = {
        "at": at.isoformat() if at else before.get("at"),
        "folder": str(folder.resolve()) if folder else before.get("folder"),
        "trouble": trouble,
    }
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(known))
        draft.chmod(0o644)
        draft.replace(path)
    except OSError as problem:
        # As on a full disk. Then it is the more needed that the backups, on another, go on.
        log.warning("it could not be noted how the backups are", problem=problem.strerror)
        with suppress(OSError):
            draft.unlink()


def _read(path: Path) -> dict[str, str | None]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
