"""A backup as it is ordered, by hand, by a timer or by who streams the log: the copy, the keys, and a note of it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from marketplace.base import clock
from marketplace.base.data import backed_up
from marketplace.operations.backup import keys as key_copies
from marketplace.operations.backup.dumping import Dump, Untried, dump, tried
from marketplace.operations.backup.folder import MARK
from marketplace.operations.backup.rules import Copy
from marketplace.operations.backup.taking import take
from marketplace.operations.backup.tools import Busy, Refused, why
from marketplace.settings import settings

log = structlog.get_logger("backup")


class Done(NamedTuple):
    """`years`: those whose key was copied for the first time."""

    copy: Copy
    years: list[int]


class Dumped(NamedTuple):
    """`rows`: what was there again when the dump was tried."""

    dump: Dump
    rows: dict[str, int]
    years: list[int]


async def copy_noted(path: Path, url: str, *, keys: Path | None = None, full: bool = False) -> Done:
    """Copy the cluster, and the keys into `keys` or the folder of the settings. Raises Refused, OSError; whichever way
    it went is noted for those who look (base/data/backed_up.py)."""
    try:
        look_whether_it_is_there(path)
        copy = await take(path, url, full=full, say=_told)
    except Busy:
        raise
    except (Refused, OSError) as problem:
        backed_up.note_copy(None, why(problem))
        raise
    return Done(copy, await _noted(path, copy.ended_at, keys))


async def dump_noted(path: Path, url: str, *, keys: Path | None = None, trial: bool = False) -> Dumped:
    """The same for a PostgreSQL elsewhere; `trial`: the dump is restored into a server of our own, and counted. One
    that had no room for it says nothing of the dump."""
    try:
        look_whether_it_is_there(path)
        made = await dump(path, url)
    except Busy:
        raise
    except (Refused, OSError) as problem:
        backed_up.note_copy(None, why(problem))
        raise
    years = await _noted(path, made.ended_at, keys)
    try:
        rows = await tried(path / "dumps" / made.name) if trial else {}
    except Untried:
        raise
    except Refused as problem:
        backed_up.note_copy(None, why(problem))
        raise
    return Dumped(made, rows, years)


async def _noted(path: Path, ended_at: datetime, keys: Path | None) -> list[int]:
    """The database is saved, whatever becomes of the keys; years whose key is copied now. Raises Refused."""
    try:
        years = await _keys(keys)
    except OSError as problem:
        trouble = f"The database is copied and verified, but no key of a counted year is: {why(problem)}."
        backed_up.note_copy(ended_at, trouble, path)
        raise Refused(trouble) from problem
    backed_up.note_copy(ended_at, folder=path)
    return years


def look_whether_it_is_there(path: Path) -> None:
    """Raises Refused where our backups were and are not: a disk that is not mounted leaves an empty folder behind, and
    copies in that would be lost with our own disk."""
    if backed_up.last().folder == path.resolve() and not (path / MARK).exists():
        raise Refused(
            f"{path} held our backups, and they are gone: is its disk mounted? If you mean to begin anew there, delete "
            f"{backed_up.note_of_copies()}."
        )


async def _keys(given: Path | None) -> list[int]:
    where = given or settings().keys_backup_dir
    return await asyncio.to_thread(key_copies.keep, where, clock.unmoved()) if where else []


def _told(said: str) -> None:
    log.warning(said)
