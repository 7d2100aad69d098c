"""What a web process says of itself once a second: its pool, its index of the catalogue, its feeds, its memory."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from marketplace.base.beside import beside
from marketplace.base.data.database import connection
from marketplace.base.data.revision import catalogue
from marketplace.base.insight.board import mine
from offers.feeds.body import kept
from offers.search.index.keeping import index

EVERY = 1.0
PAGE = os.sysconf("SC_PAGE_SIZE")
STATM = Path("/proc/self/statm")


@asynccontextmanager
async def sampled() -> AsyncIterator[None]:
    """Say it while this block lasts; nothing where nobody reads it."""
    if mine.row is None:
        yield
        return
    async with beside(_say()):
        yield


async def _say() -> None:
    loop, counted = asyncio.get_running_loop(), (0, 0)
    while True:
        due = loop.time() + EVERY
        pool()
        counted = feeds(counted)
        mine.say("heard", catalogue.heard is not None)
        masks = index.masks
        mine.say("index_ready", masks is not None and catalogue.heard is not None)
        mine.say("index_offers", len(masks.offers) if masks else 0)
        mine.say("index_made_at", index.made_at)
        mine.say("resident_bytes", resident())
        mine.say("sampled_at", time.time())
        await asyncio.sleep(EVERY)
        mine.say("lag_us", max(0.0, loop.time() - due) * 1_000_000)


def resident() -> int:
    """Bytes of memory that this process has; 0 where the system does not say so. The file is no file: nothing waits."""
    try:
        return int(STATM.read_text().split()[1]) * PAGE
    except OSError:
        return 0


def pool() -> None:
    """How many connections there are, and how many of them nobody has. A second in which all that may be are taken and
    somebody waits is counted: that is when the setting is too small, or a statement too slow."""
    found = getattr(connection(), "_pool", None)
    if found is None:
        return
    size, idle, waiting = found.get_size(), found.get_idle_size(), found.waited_for
    mine.say("pool_size", size)
    mine.say("pool_idle", idle)
    mine.say("pool_waiting", waiting)
    if waiting:
        mine.add("pool_full_seconds", 1)


def feeds(before: tuple[int, int]) -> tuple[int, int]:
    """Feeds that were there, and that had to be made, since the last time. Added and not set, for this process may not
    be the first in its row."""
    now = (kept.found, kept.made)
    mine.add("feeds_kept", now[0] - before[0])
    mine.add("feeds_made", now[1] - before[1])
    return now
