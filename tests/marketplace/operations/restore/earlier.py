"""What a restore does to a database, without a second cluster: all rows as they were at a moment."""

import io
from dataclasses import dataclass

import asyncpg

from marketplace.base.data.database import credentials
from marketplace.settings import settings

TABLES = """SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND c.relname <> 'tortoise_migrations' GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True)
class Earlier:
    """The rows of all tables at a moment."""

    tables: dict[str, tuple[list[str], bytes]]

    @classmethod
    async def taken(cls) -> "Earlier":
        connection = await asyncpg.connect(**credentials(settings().database_url or ""))
        try:
            async with connection.transaction(isolation="repeatable_read"):
                found = {}
                for name, columns in await connection.fetch(TABLES):
                    out, quoted = io.BytesIO(), ", ".join(f'"{each}"' for each in columns)
                    await connection.copy_from_query(f"SELECT {quoted} FROM {name}", output=out)
                    found[name] = (columns, out.getvalue())
                return cls(found)
        finally:
            await connection.close()

    async def put_back(self, url: str | None = None) -> None:
        """Into this database, or into another that is migrated as far."""
        connection = await asyncpg.connect(**credentials(url or settings().database_url or ""))
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                for name in self.tables:
                    await connection.execute(f"DELETE FROM {name}")
                for name, (columns, data) in self.tables.items():
                    await connection.copy_to_table(name, source=io.BytesIO(data), columns=columns)
        finally:
            await connection.close()
