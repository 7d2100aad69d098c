"""Background jobs: slots with a lease, so that a killed worker loses none (house.md 11), and who leads."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TypeVar

import asyncpg
import structlog
from uuid_utils.compat import uuid7

from marketplace.base.backoff import Backoff
from marketplace.base.data.database import UNAVAILABLE, credentials, row, rows
from marketplace.settings import settings

log = structlog.get_logger("jobs")
T = TypeVar("T")

LEASE = """INSERT INTO job_run AS j (id, job, slot, leased_until) VALUES ($1, $2, $3, $4)
ON CONFLICT (job, slot) DO UPDATE SET leased_until = excluded.leased_until
WHERE j.done_at IS NULL AND (j.leased_until < $5 OR j.leased_until > $4 + interval '1 minute') RETURNING id"""
# A lease that is longer than any is of a clock that ran ahead and was put right.
DONE = "UPDATE job_run SET done_at = $3 WHERE job = $1 AND slot = $2"
GIVE_BACK = """UPDATE job_run SET leased_until = $3::timestamptz - interval '1 second'
WHERE job = $1 AND slot = $2 AND done_at IS NULL"""
ALIVE_FOR = timedelta(minutes=1)
"""So long a worker's word holds that it is alive."""
ALIVE_UNTIL = "SELECT leased_until FROM job_run WHERE job = 'worker' AND slot = 'alive'"
"""Until when some worker has said that it is alive; nothing where none has been."""
ALIVE = """INSERT INTO job_run (id, job, slot, leased_until) VALUES ($1, 'worker', 'alive', $2)
ON CONFLICT (job, slot) DO UPDATE SET leased_until = excluded.leased_until"""

LEADER_LOCK = 7_310_002
"""Key of the advisory lock that the leading worker holds."""
LENGTH = timedelta(minutes=5)
"""How long a slot is one worker's, unless it says otherwise."""
ITS_OWN = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError)
"""What a database that is there says of one row and not of all: somebody else has it just now."""


def of_all(fault: Exception) -> bool:
    """Would the next one fail as well, since the database is away? A file that cannot be written is one's own."""
    if isinstance(fault, ITS_OWN) or (isinstance(fault, OSError) and fault.filename is not None):
        return False
    return isinstance(fault, UNAVAILABLE)


async def each(items: Iterable[T], act: Callable[[T], Awaitable[object]]) -> None:
    """Do this with each of them. What goes wrong with one is its own affair: all others get their turn, in this run and
    in the next, whatever stands first. Raises the first fault when all have had theirs, so that the job is known to go
    wrong (operations/alarm); and at once when the database is away."""
    first: Exception | None = None
    for one in items:
        try:
            await act(one)
        except Exception as fault:
            if of_all(fault):
                raise
            log.exception("one of several could not be done")
            first = first or fault
    if first:
        raise first


@asynccontextmanager
async def leased(job: str, slot: str, *, now: datetime, length: timedelta = LENGTH) -> AsyncIterator[bool]:
    """Take this slot for what follows, or not (False). What fails gives it back: the next run does not wait for the
    lease to end, in which it would seem that all is well."""
    ours = await lease(job, slot, now=now, length=length)
    try:
        yield ours
    except Exception:
        if ours:
            with suppress(*UNAVAILABLE):
                await rows(GIVE_BACK, job, slot, now)
        raise


async def lease(job: str, slot: str, *, now: datetime, length: timedelta = LENGTH) -> bool:
    """Take this slot, e.g. ("close_months", "2026-10"). False: it is done, or somebody is at it."""
    return await row(LEASE, uuid7(), job, slot, now + length, now) is not None


async def done(job: str, slot: str, *, now: datetime) -> None:
    """The slot is done for good. Call it inside the transaction of what was done."""
    await rows(DONE, job, slot, now)


async def alive(now: datetime) -> None:
    """A worker is at work, and will say so again within a minute (ALIVE_UNTIL)."""
    await rows(ALIVE, uuid7(), now + ALIVE_FOR)


class Leader:
    """One worker leads: it holds an advisory lock on a connection of its own. When that breaks, another gets it."""

    def __init__(self) -> None:
        self.connection: asyncpg.Connection | None = None
        self.one_at_a_time = asyncio.Lock()
        self.holds = False
        self.backoff, self.again = Backoff(1.0, 15.0), 0.0
        """A database that is away is not asked by each job that comes due."""

    async def leads(self) -> bool:
        """Do we lead? Asks the server each time, and tries to get the lock where we do not hold it."""
        async with self.one_at_a_time:
            try:
                if self.connection is None or self.connection.is_closed():
                    self.holds = False
                    self.connection = await self._connected()
                if self.connection and self.holds:
                    await self.connection.execute("SELECT 1", timeout=10)
                elif self.connection:
                    self.holds = await self.connection.fetchval(
                        "SELECT pg_try_advisory_lock($1)", LEADER_LOCK, timeout=10
                    )
                if self.holds:
                    return True
            except UNAVAILABLE:
                pass
            await self.resign()
            return False

    async def _connected(self) -> asyncpg.Connection | None:
        """A new connection; None while one that failed is not yet to be tried again."""
        if time.monotonic() < self.again:
            return None
        try:
            connection = await asyncpg.connect(**credentials(settings().database_url or ""), timeout=10)
        except UNAVAILABLE:
            self.again = time.monotonic() + self.backoff.wait()
            raise
        self.backoff.well()
        return connection

    async def resign(self) -> None:
        """Give the lock back, so that another has it at once."""
        self.holds = False
        if self.connection:
            with suppress(*UNAVAILABLE):
                await self.connection.execute("SELECT pg_advisory_unlock_all()", timeout=2)
            self.connection.terminate()
            self.connection = None
