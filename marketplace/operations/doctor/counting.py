"""Can it count: the years' keys, who may read figures, and whether the months that are over are closed."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

from marketplace.operations.backup.jobs import left
from marketplace.operations.backup.keys import copies, missing, whole
from marketplace.operations.backup.tools import why
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.privacy.kept.rules import BACKUPS
from marketplace.settings import settings
from marketplace.statistics import closing, role
from offers.attendance import year_keys

PATIENCE = timedelta(hours=1)
"""So long may a worker take to close a month."""


async def keys(at: Looking) -> AsyncIterator[Found]:
    folder = settings().keys
    try:
        await asyncio.to_thread(try_to_write, folder)
    except OSError as problem:
        yield (
            Kind.WRONG,
            f"set TREFFPUNKT_KEYS_DIR to a folder that can be written: {folder}: {problem.strerror}",
        )
        return
    if folder.stat().st_mode & 0o002:
        yield Kind.WRONG, f"take the right to write in {folder} (TREFFPUNKT_KEYS_DIR) from everybody else"
    told = []
    if await at.has("year_key"):
        told = await year_keys.problems(at.connection)
    for each in told:
        yield (
            Kind.AWAY,
            f"{each} (until then nobody is counted, and no register or month of that year is closed)",
        )
    async for found in ended(at):
        yield found
    if not told:
        yield Kind.WELL, f"{folder} can be written, and holds the keys that years were counted under"


CLOSED = "SELECT year, closed_at FROM year_key WHERE closed_at IS NOT NULL ORDER BY year"


async def ended(at: Looking) -> AsyncIterator[Found]:
    """The copies of keys whose year is closed: ours are destroyed by the worker, others by whoever made them."""
    if not await at.has("year_key"):
        return
    assert at.connection is not None
    copied_to = settings().keys_backup_dir
    if copied_to and (problem := await asyncio.to_thread(unfit, copied_to)):
        yield Kind.AWAY, f"{problem}: no key is copied, and no copy ends"
        copied_to = None
    if copied_to:
        counted = await year_keys.counted_under(at.connection)
        for year in sorted(await asyncio.to_thread(uncopied, copied_to, counted)):
            yield (
                Kind.AWAY,
                f"no whole copy of the key of {year} is in {copied_to}: the next `backup` makes it",
            )
    for year, closed_at in await at.connection.fetch(CLOSED):
        if copied_to and left(copied_to, year):
            yield (
                Kind.AWAY,
                f"a copy of the key of {year}, which is closed, is in {copied_to}: the worker destroys it",
            )
        if at.now < (by := closed_at + BACKUPS):
            yield (
                Kind.WELL,
                f"{year} is closed: destroy each copy of its key that you made yourself by {by:%Y-%m-%d}",
            )


def unfit(folder: Path) -> str | None:
    """Why keys cannot be copied into this folder, or their copies not be read."""
    variable = f"{folder} (TREFFPUNKT_KEYS_BACKUP_DIR)"
    try:
        if not folder.is_dir():
            return f"{variable} is not there"
        try_to_write(folder)
        copies(folder)
    except OSError as problem:
        return f"{variable} cannot be used: {why(problem)}"
    return None


def uncopied(folder: Path, counted: Mapping[int, bytes]) -> set[int]:
    """Years that are counted under a key which is here, and not in the copies."""
    there = {each.fingerprint for each in copies(folder) if whole(folder, each)}
    gone = missing(counted)
    return {year for year, mark in counted.items() if mark.hex() not in there and year not in gone}


async def figures(at: Looking) -> AsyncIterator[Found]:
    """Who may read figures, and whether the months that are over are closed."""
    if not await at.has("closing"):
        return
    assert at.connection is not None
    if wrong := await role.problem(at.connection):
        yield Kind.WRONG, wrong
        return
    if late := await closing.overdue(at.connection, at.now - PATIENCE):
        months = sorted({(each.year, each.number) for each in late})
        yield (
            Kind.AWAY,
            f"{len(months)} months are over and not closed, the first {months[0]}: see the worker's log",
        )
        return
    yield Kind.WELL, "the months that are over are closed"


def try_to_write(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    trial = folder / f"trial-{secrets.token_hex(4)}"
    trial.touch(mode=0o600, exist_ok=False)
    trial.unlink()
