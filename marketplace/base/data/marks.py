"""Which migrations are compatible: programs of before go on serving on the newer schema while they are replaced.

A migration says so itself, `compatible = True` beside its operations. Nobody had looked before 0049: those are not.
"""

import importlib
import pkgutil

import asyncpg

from marketplace import migrations

APPLIED = "SELECT max(name) FROM tortoise_migrations WHERE app = 'marketplace'"
INCOMPATIBLE = """SELECT max(m.name) FROM tortoise_migrations m LEFT JOIN migration_mark k USING (name)
    WHERE m.app = 'marketplace' AND m.name > $1 AND k.compatible IS NOT TRUE"""
"""Of those that came after ours, one that does not say that programs of before get on with it."""
MARKED = """INSERT INTO migration_mark (name, compatible) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET compatible = excluded.compatible"""


def names() -> list[str]:
    """All migrations of this program, in their order."""
    return sorted(name for _finder, name, _package in pkgutil.iter_modules(migrations.__path__))


def said(name: str) -> bool | None:
    """What the migration says of itself; None: nothing."""
    module = importlib.import_module(f"{migrations.__name__}.{name}")
    found: bool | None = getattr(module.Migration, "compatible", None)
    return found


def compatible(name: str) -> bool:
    """Do programs of before get on with it?"""
    return said(name) is True


async def write(connection: asyncpg.Connection) -> None:
    """Write down what this program knows, for those of before. Before anything is migrated, so that none of them ever
    meets a migration without its mark."""
    if await connection.fetchval("SELECT to_regclass('migration_mark') IS NOT NULL"):
        await connection.executemany(MARKED, [(name, compatible(name)) for name in names()])
