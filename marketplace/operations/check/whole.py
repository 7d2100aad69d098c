"""Verifies that the data of an instance is whole (invariants.py).

Read in one snapshot, so that the instance may be at work meanwhile. Derived facts that time alone makes old are judged
as of the moment a worker was last alive: an instance that was stopped for a week has nothing wrong with it.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from marketplace.base import clock
from marketplace.base.data.database import credentials
from marketplace.base.data.jobs import ALIVE_FOR, ALIVE_UNTIL
from marketplace.base.data.migrate import NEWEST, at_newest
from marketplace.operations.check.invariants import INVARIANTS
from marketplace.settings import settings
from offers.attendance import year_keys

SHOWN = 10
"""Ids told of one violation; the rest are counted."""
MOST = 1000
"""Rows looked for of one violation."""
PATIENCE = timedelta(minutes=2)
"""How long a worker may take to bring derived facts up to date (schedule.py runs those jobs every minute)."""
OVERDUE = timedelta(hours=1)
"""How long a message may be due and unsent; a retry moves its due time ahead."""


async def violations() -> list[str]:
    """What is wrong, one line a broken invariant, with ids. Empty: all is well."""
    connection = await asyncpg.connect(
        **credentials(settings().database_url or ""), server_settings={"jit": "off"}
    )
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            found = await check(connection, clock.now())
            if await connection.fetchval("SELECT to_regclass('year_key') IS NOT NULL"):
                found += [f"Broken: {each}" for each in await year_keys.problems(connection)]
            return found
    finally:
        await connection.close()


async def check(connection: asyncpg.Connection, now: datetime) -> list[str]:
    """The same on an open connection. Of a database that is not at the newest migration, only that is said."""
    if not await at_newest(connection):
        return [_told("the database is at the newest migration", [NEWEST])]
    until = None if _moved_lately() else await connection.fetchval(ALIVE_UNTIL)
    known = _known(now, until and min(until - ALIVE_FOR, now))
    found: list[str] = []
    for sentence, sql in INVARIANTS:
        values: list[Any] = []
        for name in known:
            if name in sql:
                values.append(known[name][1])
                sql = sql.replace(name, f"${len(values)}::{known[name][0]}")  # noqa: PLW2901 - the same SQL, filled in
        broken = await connection.fetch(f"SELECT id FROM ({sql}) broken LIMIT {MOST}", *values)
        if broken:
            found.append(_told(sentence, sorted(str(row["id"]) for row in broken)))
    return found


def _known(now: datetime, seen: datetime | None) -> dict[str, tuple[str, Any]]:
    """What the SQL may ask for: its type and value, by name."""
    month = clock.today(now).replace(day=1)
    return {
        ":now": ("timestamptz", now),
        ":seen": ("timestamptz", seen and seen - PATIENCE),
        ":overdue": ("timestamptz", seen and seen - OVERDUE),
        ":month_starts": ("timestamptz", clock.month_start(month)),
        ":month": ("text", f"audit_entry_{month:%Y_%m}"),
    }


def _moved_lately() -> bool:
    """Was the demo's clock moved just now? Then the worker has not had its minutes yet."""
    try:
        moved = clock.offset_file().stat().st_mtime
    except OSError:
        return False
    return settings().demo and time.time() - moved < PATIENCE.total_seconds()


def _told(sentence: str, ids: list[str]) -> str:
    """Broken: no seat is sold twice (2): 0199…, 0199…"""
    number = f"{len(ids)}{'+' if len(ids) == MOST else ''}"
    more = " …" if len(ids) > SHOWN else ""
    return f"Broken: {sentence} ({number}): {', '.join(ids[:SHOWN])}{more}"
