"""What stands between us and PostgreSQL, if anything does: a pooler must give each connection a server of its own.

We listen for what others have changed, and hold locks as long as a connection lasts. PgBouncer in transaction mode
takes the server away after each transaction: nothing would be heard, and two workers would lead.
"""

import asyncpg

from marketplace.base.data.database import config, credentials
from marketplace.base.data.instance import WrongInstance

SHARED = (
    "A pooler in transaction mode stands before the database: we listen, and hold locks between transactions. Set "
    "pool_mode = session in PgBouncer, or let TREFFPUNKT_DATABASE_URL name PostgreSQL itself."
)
PID = "SELECT pg_backend_pid()"
SAID = "SELECT lower(name), setting FROM pg_settings WHERE lower(name) = ANY($1)"


async def look(url: str) -> None:
    """Raises WrongInstance for a pooler that does not do, and what the driver raises when the database is away."""
    wanted: dict[str, str] = config(url)["connections"]["default"]["credentials"]["server_settings"]
    names = ", ".join(sorted(set(wanted) - {"timezone"}))
    try:
        one = await asyncpg.connect(**credentials(url), timeout=10, server_settings=wanted)
    except asyncpg.ProtocolViolationError as refused:
        raise WrongInstance(
            f"The pooler before the database does not take our settings ({refused}). In PgBouncer: "
            f"ignore_startup_parameters = {names}"
        ) from refused
    try:
        other = await asyncpg.connect(**credentials(url), timeout=10, server_settings=wanted)
        try:
            await alone(one, other)
        finally:
            await other.close()
        await kept(one, wanted)
    finally:
        await one.close()


async def alone(one: asyncpg.Connection, other: asyncpg.Connection) -> None:
    """Each has a server of its own, also while the other holds one."""
    try:
        async with one.transaction():  # what is asked is prepared first, and lost between two transactions
            first = await one.fetchval(PID)
        async with other.transaction():
            if await other.fetchval(PID) == first:
                raise WrongInstance(SHARED)
            async with one.transaction():
                if await one.fetchval(PID) != first:
                    raise WrongInstance(SHARED)
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError) as lost:
        raise WrongInstance(SHARED) from lost  # it was another server's


async def kept(one: asyncpg.Connection, wanted: dict[str, str]) -> None:
    """What we ask for when we connect holds: a pooler that ignores it leaves it to the role."""
    async with one.transaction():
        found = dict(await one.fetch(SAID, list(wanted)))
    lost = {name: text for name, text in wanted.items() if found.get(name, "").lower() != text.lower()}
    if lost:
        words = "; ".join(f"ALTER ROLE … SET {name} = '{text}'" for name, text in sorted(lost.items()))
        raise WrongInstance(f"A pooler ignores what we set when we connect. Set it for our role: {words}")
