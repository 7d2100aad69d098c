"""Our short way through Tortoise's migrations leads to the same models as its own."""

from typing import Any

from tortoise.fields import IntField
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

from marketplace.base.data.database import config, connection
from marketplace.base.lean_migrations import Models, SeldomState


def described(model: type[Model]) -> dict[str, Any]:
    """All that a table is made from."""
    meta = model._meta
    columns = {
        name: {key: str(value) for key, value in vars(meta.fields_map[name]).items()
               if key not in ("model", "reference", "to_field_instance", "related_model", "model_field_name")}
        for name in sorted(meta.db_fields)
    }  # fmt: skip
    relations = {name: (field.model_name, str(field.on_delete), field.to_field, field.source_field)  # type: ignore[attr-defined]
                 for name, field in meta.fields_map.items() if name in meta.fk_fields | meta.o2o_fields}  # fmt: skip
    return {
        "table": meta.db_table, "key": meta.pk_attr, "columns": columns, "relations": relations,
        "unique": meta.unique_together, "indexes": str(meta.indexes), "constraints": str(meta.constraints),
    }  # fmt: skip


def test_what_is_changed_in_one_state_is_seen_in_no_other() -> None:
    """Before and after an operation both are there, and it changes one of them by whichever way it comes to it."""
    keys = [("app", name) for name in ("by key", "by get", "by pop", "by values", "by items", "not at all")]
    first = Models({key: ModelState(key[1], "app", "", False, "", {}, (), "id", {}) for key in keys})
    asked = first.shared()
    changed = [
        asked[keys[0]],
        asked.get(keys[1]),
        asked.pop(keys[2]),
        asked.values()[2],
        dict(asked.items())[keys[4]],
    ]
    for each in changed:
        each.fields["new"] = IntField()
    assert [len(first.seen(key).fields) for key in keys] == [0] * 6
    assert (sorted(first), sorted(asked)) == (sorted(keys), sorted({*keys} - {keys[2]}))
    again = asked.shared()
    asked[keys[0]].fields["newer"] = IntField()
    assert [len(each[keys[0]].fields) for each in (asked, again)] == [2, 1]
    assert (asked.get(keys[2]), asked.pop(keys[2], "none")) == (None, "none")


async def test_each_model_is_built_as_tortoise_builds_it(pool: None) -> None:
    executor = MigrationExecutor(connection(), config()["apps"])
    await executor.loader.build_graph()
    lean = await executor._project_state(set(await executor.recorder.applied_migrations()))
    assert isinstance(lean, SeldomState)
    own = dict(lean.apps._default_connections)
    theirs = State(models={}, apps=StateApps(default_connections=own)).apps.clone(lean.clone().models)
    assert len(lean.models) > 70
    for app_label, name in lean.models:
        ours, their = lean.apps.get_model(app_label, name), theirs.get_model(app_label, name)
        assert described(ours) == described(their), name
