"""A year's end destroys its key wherever we can reach it: ours, if it has come back, and the copies of it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import structlog

from marketplace.base.data.database import rows
from marketplace.operations.backup.keys import copies, destroy
from marketplace.settings import settings
from offers.attendance import keys

log = structlog.get_logger("keys")
CLOSED = "SELECT year FROM year_key WHERE closed_at IS NOT NULL ORDER BY year"


class Closed(NamedTuple):
    year: int


async def end_keys(now: datetime) -> None:
    """Once an hour. What cannot be destroyed now is told, here and by `doctor`, and tried again."""
    for each in await rows(Closed, CLOSED):
        try:
            await asyncio.to_thread(end, each.year, settings().keys_backup_dir, now)
        except OSError as problem:
            log.error(
                "the key of a closed year could not be destroyed", year=each.year, problem=problem.strerror
            )


def end(year: int, copied_to: Path | None, now: datetime) -> None:
    """Destroy what is left of a closed year's key. Raises OSError, with the rest undone."""
    if keys.here(year) or (settings().keys.is_dir() and not keys.closed(year)):
        keys.destroy(year)
    if copied_to and left(copied_to, year):
        destroy(copied_to, year, now)
        log.warning(
            "the copies of a closed year's key are destroyed; destroy those that you made yourself", year=year
        )


def left(folder: Path, year: int) -> list[Path]:
    """Copies of a year's key in this folder that are not destroyed: those that are noted, and files put back since.
    Raises OSError."""
    noted = [folder / each.file for each in copies(folder) if each.year == year and not each.destroyed_at]
    return sorted({*noted, *folder.glob(f"{year}-*.key")})
