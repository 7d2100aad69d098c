"""Background jobs: slots with a lease, so that a killed worker loses none (house.md 11), and who leads."""

import asyncio
import time
from contextlib import suppress
from datetime import datetime, timedelta

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.backoff import Backoff
from marketplace.base.data.database import UNAVAILABLE, credentials, row, rows
from marketplace.settings import settings

LEASE = """INSERT INTO job_run AS j (id, job, slot, leased_until) VALUES ($1, $2, $3, $4)
ON CONFLICT (job, slot) DO UPDATE SET leased_until = excluded.leased_until
WHERE j.done_at IS NULL AND (j.leased_until < $5 OR j.leased_until > $4 + interval '1 minute') RETURNING id"""
# A lease that is longer than any is of a clock that ran ahead and was put right.
DONE = "UPDATE job_run SET done_at = $3 WHERE job = $1 AND slot = $2"
ALIVE_FOR = timedelta(minutes=1)
"""So long a worker's word holds that it is alive."""
ALIVE_UNTIL = "SELECT leased_until FROM job_run WHERE job = 'worker' AND slot = 'alive'"
"""Until when some worker has said that it is alive; nothing where none has been."""
ALIVE = """INSERT INTO job_run (id, job, slot, leased_until) VALUES ($1, 'worker', 'alive', $2)
ON CONFLICT (job, slot) DO UPDATE SET leased_until = excluded.leased_until"""

LEADER_LOCK = 7_310_002
"""Key of the advisory lock that the leading worker holds."""


async def lease(job: str, slot: str, *, now: datetime, length: timedelta = timedelta(minutes=5)) -> bool:
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
