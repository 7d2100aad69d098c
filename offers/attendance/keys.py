"""The yearly keys of pseudonyms: files outside the database and its backups, destroyed when the year is closed.

Who saves a register asks year_keys.py, which knows whether a file is the right one.
"""

import os
import re
import secrets
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from marketplace.base.clock import oslo
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.settings import settings
from offers.attendance.closing.rules import settled_at

LENGTH = 32
"""Bytes of a key. A file of another length is none: half a copy, or an empty one that anybody could count by."""
NAMED = re.compile(r"participation-(\d{4})\.key")


class YearClosed(Refused):
    """The figures of that year are final."""


def shut() -> YearClosed:
    """For whoever would count in a year that is settled."""
    return YearClosed(_("Året er gjort opp, så oppmøtet kan ikke endres lenger."))


def path_of(year: int) -> Path:
    return _path(settings().keys, f"participation-{year}.key")


@lru_cache(maxsize=16)
def _path(folder: Path, name: str) -> Path:
    """Put together once: each tap looks at two."""
    return folder / name


def here(year: int) -> bool:
    """Is there a file of this year's key, or one that we may not look at?"""
    try:
        path_of(year).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def closed(year: int) -> bool:
    """Has this year's key been destroyed here?"""
    return os.path.exists(_path(settings().keys, f"participation-{year}.closed"))


def settled(starts_at: datetime, now: datetime) -> bool:
    """Is the register of a session that began then read only? A month after the year it is; and before that, should its
    key be gone for good."""
    year = oslo(starts_at).year
    return now >= settled_at(year) or closed(year)


def year_key(year: int) -> bytes:
    """The key of a year in Oslo; made, once for all processes, when it is first needed.

    Raises YearClosed when the year's key has been destroyed: a new one would count everybody twice.
    """
    path = path_of(year)
    if closed(year):
        raise shut()
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return _make(path)


def read(year: int) -> bytes | None:
    """The key of a year, if it is here, whole, and may be read; it is not made."""
    try:
        with path_of(year).open("rb", buffering=0) as file:
            found = file.read(LENGTH + 1)
    except OSError:
        return None
    return found if len(found) == LENGTH else None


def _make(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(LENGTH))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # whole or not at all, and only the first of several processes
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_bytes()


def years() -> list[int]:
    """Years whose key is here."""
    named = (NAMED.fullmatch(path.name) for path in settings().keys.glob("participation-*.key"))
    return sorted(int(found[1]) for found in named if found)


def destroy(year: int) -> None:
    """Close a year for good: its pseudonyms can no longer be tied to anybody."""
    path = path_of(year)
    path.with_suffix(".closed").touch(mode=0o600)
    path.unlink(missing_ok=True)
