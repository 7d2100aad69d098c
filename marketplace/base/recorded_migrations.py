"""A migration and the note that it was done are one transaction.

Tortoise notes it after the commit. Who is killed between the two would do it again at the next `migrate`, fail at the
first table that is there already, and never come further. A migration without a transaction (an index that is made
CONCURRENTLY) is noted after it, and begins by taking away what one that was killed has left.
"""

from typing import Any

from tortoise.migrations import executor
from tortoise.migrations.migration import Migration
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.models import Model

NOTE = """INSERT INTO tortoise_migrations (app, name, applied_at) SELECT $1::text, $2::text, clock_timestamp()
WHERE NOT EXISTS (SELECT FROM tortoise_migrations WHERE app = $1::text AND name = $2::text)"""


class OnceRecorder(MigrationRecorder):
    """Notes what is not noted yet."""

    table: type[Model] | None = None

    def _make_model(self, table_name: str) -> type[Model]:
        """Once a process and not for each migration: Tortoise reads its source anew for each model that is made."""
        if OnceRecorder.table is None:
            OnceRecorder.table = super()._make_model(table_name)
        return OnceRecorder.table

    async def record_applied(self, app: str, name: str) -> None:
        await self.connection.execute_query(NOTE, [app, name])


apply, unapply = Migration.apply, Migration.unapply


async def _apply(
    self: Migration, *given: Any, schema_editor: BaseSchemaEditor | None = None, **more: Any
) -> Any:
    state = await apply(self, *given, schema_editor=schema_editor, **more)
    if schema_editor and schema_editor.atomic_migration:
        await OnceRecorder(schema_editor.client).record_applied(self.app_label, self.name)
    return state


async def _unapply(
    self: Migration, *given: Any, schema_editor: BaseSchemaEditor | None = None, **more: Any
) -> Any:
    state = await unapply(self, *given, schema_editor=schema_editor, **more)
    if schema_editor and schema_editor.atomic_migration:
        await OnceRecorder(schema_editor.client).record_unapplied(self.app_label, self.name)
    return state


def use() -> None:
    """From now on Tortoise's executor of migrations works so."""
    names: Any = executor
    names.MigrationRecorder = OnceRecorder
    Migration.apply, Migration.unapply = _apply, _unapply  # type: ignore[method-assign]
