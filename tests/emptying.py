"""Every test begins with empty tables, but for the words that all begin with.

They are emptied over a connection of its own, one for each worker, on which no trigger fires and no key is looked at.
Over the connection that tests send their statements on, the change to that and back would each time throw away the
plans of all statements that were ever prepared there.
"""

import os

import asyncpg

from marketplace.base.data.database import credentials

FUNCTION = """DO $do$ BEGIN EXECUTE (SELECT 'CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN '
    || string_agg(format('DELETE FROM %I; ', relname), '')
    || 'DELETE FROM equal_words WHERE written_at IS NOT NULL; PERFORM setval(''offer_number_seq'', 1, false); END $$'
    FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
    AND relname NOT IN ('tortoise_migrations', 'migration_mark', 'catalogue_revision', 'equal_words')); END $do$"""
_held: list[asyncpg.Connection] = []
ENDED = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
"""What a connection says that a test has ended with all others of its database. It need not have closed yet."""


async def empty() -> None:
    """Empty the tables of this worker's database."""
    await over("SELECT pg_temp.empty()")


async def over(sql: str) -> None:
    """Execute a statement over the worker's connection of this kind."""
    try:
        await (await _connection()).fetch(sql)
    except ENDED:
        while _held:
            _held.pop().terminate()
        await (await _connection()).fetch(sql)


async def _connection() -> asyncpg.Connection:
    if not _held or _held[0].is_closed():
        _held[:] = [await _ready(os.environ["TREFFPUNKT_DATABASE_URL"])]
    return _held[0]


async def empty_at(url: str) -> None:
    """Empty the tables of another database."""
    connection = await _ready(url)
    await connection.fetchval("SELECT pg_temp.empty()")
    await connection.close()


async def end() -> None:
    """Let the worker's connection go."""
    while _held:
        await _held.pop().close()


async def _ready(url: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(
        **credentials(url), server_settings={"session_replication_role": "replica", "jit": "off"}
    )
    await connection.execute(FUNCTION)
    return connection
