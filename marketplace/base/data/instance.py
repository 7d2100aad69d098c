"""What a database is: the demo's or not. Demo mode opens doors, moves the clock and keeps mail in a folder, so it never
touches people's data; and production never serves what was made up.

Asked before anything is migrated, so it reads only what any version of the database has.
"""

from datetime import datetime

import asyncpg

from marketplace.base.data.database import credentials
from marketplace.settings import settings

DEMO_WITHOUT_MARK = """SELECT count(*) = 2 FROM contact_point WHERE verified_at IS NOT NULL
    AND value IN ('nora@example.no', 'ingeborg@example.no')"""
"""How a demo is known that was filled before there was a mark: by its coordinators, whose addresses are nobody's."""
EMPTY = "SELECT NOT EXISTS (SELECT FROM municipality) AND NOT EXISTS (SELECT FROM person)"
MARK = "INSERT INTO instance (id, demo, began_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING"


class WrongInstance(Exception):
    """This database is not for the mode that we run in."""


async def is_demo(connection: asyncpg.Connection) -> bool | None:
    """Did the demo fill it? None: it is empty, and whoever comes first may have it."""
    if await connection.fetchval("SELECT to_regclass('instance') IS NOT NULL"):
        marked: bool | None = await connection.fetchval("SELECT demo FROM instance WHERE id = 1")
        if marked is not None:
            return marked
    if not await connection.fetchval("SELECT to_regclass('contact_point') IS NOT NULL"):
        return None
    if await connection.fetchval(EMPTY):
        return None
    return bool(await connection.fetchval(DEMO_WITHOUT_MARK))


def objection(demo: bool | None) -> str | None:
    """Why this process must leave such a database alone."""
    if demo is None or demo is settings().demo:
        return None
    if settings().demo:
        return (
            "This database was not filled by the demo, so demo mode leaves it alone: set TREFFPUNKT_DATABASE_URL or "
            "the data folder to another, or TREFFPUNKT_DEMO to no."
        )
    return (
        "This database was filled by the demo, with people who do not exist: set TREFFPUNKT_DATABASE_URL to one of "
        "your own."
    )


async def ours(url: str) -> None:
    """Look before anything is done. Raises WrongInstance, or what the driver raises when the database is away."""
    connection = await asyncpg.connect(**credentials(url), timeout=10)
    try:
        if found := objection(await is_demo(connection)):
            raise WrongInstance(found)
    finally:
        await connection.close()


async def claim(url: str, now: datetime) -> None:
    """Mark a migrated database as ours, once. Raises WrongInstance when somebody of the other kind was first."""
    connection = await asyncpg.connect(**credentials(url), timeout=10)
    try:
        async with connection.transaction():
            if await connection.fetchval("SELECT to_regclass('instance') IS NOT NULL"):
                await connection.execute("LOCK instance IN SHARE ROW EXCLUSIVE MODE")
                found = await is_demo(connection)
                await connection.execute(MARK, settings().demo if found is None else found, now)
            found = await is_demo(connection)
        if wrong := objection(found):
            raise WrongInstance(wrong)
    finally:
        await connection.close()
