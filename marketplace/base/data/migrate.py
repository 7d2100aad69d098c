"""Runs the migrations, one migrator at a time."""

import asyncpg
from tortoise.migrations.api import migrate as tortoise_migrate

from marketplace.base import lean_migrations
from marketplace.base.data.database import config, credentials
from marketplace.settings import settings

MIGRATION_LOCK = 7_310_001
"""Key of the advisory lock: two migrators at once would end one of them."""
NEWEST = "0049_a_municipalitys_own"
"""Name of the newest migration; /health/ready compares it with the database."""


lean_migrations.use()


async def migrate(url: str | None = None, target: str | None = None) -> None:
    """Bring the database to the newest migration, or to `target` (an earlier one undoes the later ones)."""
    url = url or settings().database_url
    if url is None:
        raise RuntimeError("no database to migrate")
    guard = await asyncpg.connect(**credentials(url))
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        if target is None and await guard.fetchval("SELECT to_regclass('tortoise_migrations')") is not None:
            newest = "SELECT true FROM tortoise_migrations WHERE app = 'marketplace' AND name = $1"
            if await guard.fetchval(newest, NEWEST):
                return
        name = f"marketplace.{target}" if target else None
        patient = config(url)
        limits = patient["connections"]["default"]["credentials"]
        # A migration takes the time it takes.
        limits["command_timeout"] = None
        limits["server_settings"] |= {"idle_in_transaction_session_timeout": "0"}
        await tortoise_migrate(config=patient, app_labels=["marketplace"], target=name)
    finally:
        await guard.close()
