"""The database role that may read stored figures and nothing else, where the operator has made one (settings)."""

from collections.abc import Iterator
from typing import Any, overload

import asyncpg

from marketplace.base.data.database import Kind, credentials, in_transaction, rows
from marketplace.settings import settings

STORED = ("closing", "cell_figure", "cell")
"""All that figures are read from."""
RAW = (
    "attendance", "register", "head_count", "booking", "ended_register", "usefulness", "companion", "sent_word",
    "booking_answer", "phone_call", "seat_pool", "audit_entry", "coming_again", "own_goal", "register_tap",
)  # fmt: skip
"""Where it stands who came and who booked, or how many."""


@overload
async def read(sql: str, /, *values: Any) -> list[dict[str, Any]]: ...
@overload
async def read(kind: type[Kind], sql: str, /, *values: Any) -> list[Kind]: ...
async def read(first: Any, /, *others: Any) -> list[Any]:
    """The rows of a statement, read as that role where there is one: PostgreSQL itself refuses what it may not read.
    With a class as `rows`."""
    role = settings().figures_role
    if role is None:
        plain: list[Any] = await rows(first, *others)
        return plain
    async with in_transaction():
        await rows(f'SET LOCAL ROLE "{role}"')
        found: list[Any] = await rows(first, *others)
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
    return await _too_much(connection, role)


ABOVE = """SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = $1 ORDER BY 1"""
MAY = """SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (
    has_any_column_privilege($1, c.oid, 'INSERT, UPDATE, REFERENCES')
    OR has_table_privilege($1, c.oid, 'DELETE, TRUNCATE, TRIGGER')
    OR has_any_column_privilege($1, c.oid, 'SELECT') AND c.relname <> ALL($2)) ORDER BY 1"""
"""What a role may do to tables beyond reading these, be it to one column, and whoever has given it leave."""


async def _too_much(connection: asyncpg.Connection, role: str) -> str | None:
    """What the role may beyond reading what is stored: by itself, by being in another role, or since everybody may."""
    why = "who reads figures must not read who came"
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = $1", role):
        return f"ALTER ROLE {role} NOSUPERUSER: {why}"
    if above := await connection.fetch(ABOVE, role):
        return f"REVOKE {', '.join(each['rolname'] for each in above)} FROM {role}: {why}"
    if may := await connection.fetch(MAY, role, list(STORED)):
        tables = ", ".join(each["relname"] for each in may)
        return f"REVOKE ALL ON {tables} FROM {role}, PUBLIC, and run `migrate`: {why}"
    return None
