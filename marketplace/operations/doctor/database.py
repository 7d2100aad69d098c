"""Is the database ours, new enough, at the newest migration, and on time."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg

from marketplace.base import clock
from marketplace.base.data import instance
from marketplace.base.data.database import credentials
from marketplace.base.data.marks import APPLIED, INCOMPATIBLE
from marketplace.base.data.migrate import NEWEST, at_newest
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings

AHEAD = timedelta(seconds=30)
"""So much may two clocks differ."""


async def database(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None:
        yield Kind.AWAY, f"it cannot be reached: {at.away}"
        return
    demo = await instance.is_demo(at.connection)
    if wrong := instance.objection(demo):
        yield Kind.WRONG, wrong
    version = int(await at.connection.fetchval("SHOW server_version_num"))
    if version < 150000:
        yield Kind.WRONG, f"PostgreSQL 15 or newer is needed; this is {version // 10000}"
    yield Kind.WELL, f"PostgreSQL {version // 10000}, {travels(at.connection)}"


def travels(connection: asyncpg.Connection) -> str:
    """How what is asked and answered leaves here. Our own end is asked: a pooler between may have ended the TLS."""
    if credentials(settings().database_url or "")["host"].startswith("/"):
        return "by a socket of this machine"
    used = connection._transport.get_extra_info("ssl_object")
    return f"by {used.version()}" if used else "in plain text"


async def migrations(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None:
        return
    if await at_newest(at.connection):
        newest = await at.connection.fetchval(APPLIED)
        if newest > NEWEST and await at.connection.fetchval(INCOMPATIBLE, NEWEST):
            yield (
                Kind.AWAY,
                f"the database is at {newest}, which only a newer program gets on with: upgrade this one",
            )
        else:
            yield Kind.WELL, f"the database is at {newest}"
    else:
        yield Kind.AWAY, "run `python -m marketplace migrate`: the database is not at the newest migration"


async def clocks(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None or settings().demo:  # the demo's is moved
        return
    theirs = await at.connection.fetchval("SELECT clock_timestamp()")  # the one place that asks: to compare
    apart = abs(theirs - clock.now())
    if apart > AHEAD:
        yield (
            Kind.AWAY,
            f"the database's clock is {int(apart.total_seconds())} seconds from this machine's: set both",
        )
    last = None
    if await at.connection.fetchval("SELECT to_regclass('audit_entry') IS NOT NULL"):
        last = await at.connection.fetchval("SELECT max(at) FROM audit_entry WHERE at > $1", at.now + AHEAD)
    if last:
        yield (
            Kind.AWAY,
            f"something was written at {last:%Y-%m-%d %H:%M} UTC, which is yet to come: look at the clock",
        )
    if apart <= AHEAD and not last:
        yield Kind.WELL, "the database's and this machine's go alike"
