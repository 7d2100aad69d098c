"""The database role that may read stored figures and nothing else, where the operator has made one (settings)."""

from collections.abc import Iterator
from typing import Any

import asyncpg

from marketplace.base.data.database import credentials, in_transaction, rows
from marketplace.settings import settings

STORED = ("closing", "cell_figure", "cell")
"""All that figures are read from."""
RAW = ("attendance", "register", "head_count", "booking", "ended_register", "usefulness")


async def read(sql: str, *values: Any) -> list[dict[str, Any]]:
    """The rows of a statement, read as that role where there is one: PostgreSQL itself refuses what it may not read."""
    role = settings().figures_role
    if role is None:
        return await rows(sql, *values)
    async with in_transaction():
        await rows(f'SET LOCAL ROLE "{role}"')
        found = await rows(sql, *values)
        await rows("RESET ROLE")  # a transaction around us goes on as itself
        return found


def grants(role: str) -> Iterator[str]:
    yield f'GRANT USAGE ON SCHEMA public TO "{role}"'
    yield f'GRANT SELECT ON {", ".join(STORED)} TO "{role}"'


async def grant() -> None:
    """Let the role read what is stored. Nothing without a role; one that is not there is told by `doctor`."""
    role = settings().figures_role
    if role is None:
        return
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
            for statement in grants(role):
                await connection.execute(statement)
    finally:
        await connection.close()


async def problem(connection: asyncpg.Connection) -> str | None:
    """What is wrong with the role of the settings, in words that say what to do."""
    role = settings().figures_role
    if role is None:
        return None
    user = await connection.fetchval("SELECT current_user")
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role):
        return (
            f"CREATE ROLE {role} NOLOGIN; GRANT {role} TO {user}; (TREFFPUNKT_FIGURES_ROLE) and run `migrate`"
        )
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1, 'MEMBER')", role):
        return f"GRANT {role} TO {user}: figures are read as it (TREFFPUNKT_FIGURES_ROLE)"
    may = "SELECT bool_and(has_table_privilege($1, t, 'SELECT')) FROM unnest($2::text[]) t"
    if not await connection.fetchval(may, role, list(STORED)):
        return f"run `migrate`: {role} (TREFFPUNKT_FIGURES_ROLE) may not read what is stored yet"
    raw = "SELECT bool_or(has_table_privilege($1, t, 'SELECT')) FROM unnest($2::text[]) t"
    if await connection.fetchval(raw, role, list(RAW)):
        return f"REVOKE ALL ON {', '.join(RAW)} FROM {role}: who reads figures must not read who came"
    return None
