"""The one source of time. UTC inside, Europe/Oslo at the edges.

In demo mode the clock can be moved: a file in the data folder holds the offset in seconds, and every process reads
it. SQL never asks for the time; it is passed in.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from zoneinfo import ZoneInfo

from marketplace.settings import settings

OSLO = ZoneInfo("Europe/Oslo")
_offset = timedelta(0)
_read_at = 0.0


def offset_file() -> Path:
    return settings().data_dir / "clock-offset"


def _demo_offset() -> timedelta:
    """The offset, read again at most every tenth of a second."""
    global _offset, _read_at
    if time.monotonic() - _read_at > 0.1:
        _read_at = time.monotonic()
        try:
            _offset = timedelta(seconds=float(offset_file().read_text()))
        except (OSError, ValueError):
            _offset = timedelta(0)
    return _offset


def move(offset: timedelta) -> None:
    """Set how far the demo's clock is ahead of the real one, for all processes."""
    global _read_at
    if not settings().demo:
        raise RuntimeError("only the demo's clock can be moved")
    path = offset_file()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(str(offset.total_seconds()))
    draft.replace(path)
    _read_at = 0.0


def now() -> datetime:
    """The present moment, aware, in UTC."""
    moment = datetime.now(UTC)
    return moment + _demo_offset() if settings().demo else moment


def unmoved() -> datetime:
    """The same, but as the world outside has it, also where the demo's clock is moved: for the codes of an app."""
    return datetime.now(UTC)


def oslo(moment: datetime) -> datetime:
    """The same moment on a Norwegian wall clock."""
    return moment.astimezone(OSLO)


def today(moment: datetime) -> date:
    """The date in Norway at that moment."""
    return moment.astimezone(OSLO).date()


def at_oslo(day: date, clock: clock_time) -> datetime:
    """The moment of a Norwegian wall clock time, in UTC. A time that summer time skips is moved an hour ahead."""
    return datetime.combine(day, clock, OSLO).astimezone(UTC)


def month_start(day: date) -> datetime:
    """The moment the month of `day` begins in Norway, in UTC."""
    return at_oslo(day.replace(day=1), clock_time(0))
