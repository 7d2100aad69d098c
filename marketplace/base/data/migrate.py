"""Runs the migrations, one migrator at a time, and gives way to those who write meanwhile."""

import asyncio
import time
from collections.abc import Callable

import asyncpg
from tortoise.migrations.api import migrate as tortoise_migrate
from tortoise.migrations.executor import PlanStep

from marketplace.base import lean_migrations, recorded_migrations
from marketplace.base.backoff import jittered
from marketplace.base.data import marks
from marketplace.base.data.database import causes, config, credentials
from marketplace.settings import settings

MIGRATION_LOCK = 7_310_001
"""Key of the advisory lock: two migrators at once would end one of them."""
NEWEST = "0062_whom_somebody_rings"
"""Name of the newest migration; /health/ready compares it with the database."""
NEWEST_IS_THERE = "SELECT EXISTS (SELECT FROM tortoise_migrations WHERE app = 'marketplace' AND name = $1)"
NOTHING = "__first__"
"""The target before the first of them: no tables."""
LOCK_TIMEOUT = 800
"""Milliseconds that a migration waits for a table. Whoever writes waits behind it, so it gives up and tries again; and
it gives up before the server looks for deadlocks (a second), so that it is never a booking that is broken off."""
TRIES = 60
PAUSE = 1.0
"""Seconds between them."""
GAVE_WAY = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError)

Tell = Callable[[str], object]
Approve = Callable[[list[str]], bool]

lean_migrations.use()
recorded_migrations.use()


class NotApproved(Exception):
    """Whoever was asked wants none of it."""


async def migrate(
    url: str | None = None,
    target: str | None = None,
    tell: Tell = lambda _line: None,
    approve: Approve = lambda _undone: True,
) -> None:
    """Bring the database to the newest migration, or to `target` (an earlier one undoes the later ones).

    `tell` hears of each migration and its seconds. `approve` is asked before anything is undone, with the names of what
    would be; raises NotApproved when it says no. A table that somebody holds is tried for again, for a minute.
    """
    url = url or settings().database_url
    if url is None:
        raise RuntimeError("no database to migrate")
    guard = await asyncpg.connect(**credentials(url))
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        if target is None and await at_newest(guard):
            return
        await marks.write(guard)
        await _patiently(url, target, tell, approve)
        await marks.write(guard)  # where their table was only made just now
    finally:
        await guard.close()


async def at_newest(connection: asyncpg.Connection) -> bool:
    """Is there nothing to do?"""
    if await connection.fetchval("SELECT to_regclass('tortoise_migrations')") is None:
        return False
    return bool(await connection.fetchval(NEWEST_IS_THERE, NEWEST))


async def _patiently(url: str, target: str | None, tell: Tell, approve: Approve) -> None:
    """Each migration is one transaction, with the note that it was done: what was done stays done, and what gave way
    begins anew."""
    steps = Steps(tell, approve)
    for attempt in range(1, TRIES + 1):
        try:
            await tortoise_migrate(
                config=unhurried(url), app_labels=["marketplace"],
                target=f"marketplace.{target}" if target else None,
                reporter=steps.planned, progress=steps.progress,
            )  # fmt: skip
            return
        except Exception as error:
            if attempt == TRIES or not gave_way(error):
                raise
            tell(f"{steps.current}: others hold what it needs; it lets them by and tries again ({attempt})")
            await asyncio.sleep(jittered(PAUSE))


def unhurried(url: str) -> dict[str, object]:
    """A migration takes the time it takes, but for the locks of others."""
    found = config(url)
    limits = found["connections"]["default"]["credentials"]
    limits["command_timeout"] = None
    limits["server_settings"] |= {
        "idle_in_transaction_session_timeout": "0",
        "lock_timeout": str(LOCK_TIMEOUT),
    }
    return found


def gave_way(error: BaseException) -> bool:
    """Did it only not get what others hold?"""
    return any(isinstance(each, GAVE_WAY) for each in causes(error))


class Steps:
    """Asks before the first step, and tells of each."""

    def __init__(self, tell: Tell, approve: Approve) -> None:
        self.tell, self.approve = tell, approve
        self.approved = False
        self.current = "the list of migrations"
        self.began = 0.0

    def planned(self, _connection: str, plan: list[PlanStep], _fake: bool, _dry: bool) -> None:
        undone = [step.migration.name for step in plan if step.backward]
        if undone and not self.approved and not self.approve(undone):
            raise NotApproved
        self.approved = True

    def progress(self, event: str, _app: str, name: str) -> None:
        if event.endswith("_start"):
            self.current, self.began = name, time.monotonic()
            return
        word = "undone" if event.startswith("rollback") else "done"
        self.tell(f"{name}: {word} in {time.monotonic() - self.began:.2f} s")
