"""Tortoise's migrations without most of their work: a model is built when an operation asks for it, not before each.

Tortoise keeps all models beside each operation, as they were and as they will be, and builds every one of them anew for
both: some 28,000 for our migrations, 17 seconds of the first start. Operations of SQL ask for none, the others for the
one that they change. What an operation sees is the same.
"""

from typing import Any

from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations import executor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Key = tuple[str, str]


class SeldomApps(StateApps):
    """Builds a model, with those it refers to, when it is asked for. They describe tables: they make no queries."""

    states: dict[Key, ModelState]

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        key = self.split_reference(app_label) if model_name is None else (app_label, model_name)
        if key[1] not in self.apps.get(key[0], {}):
            self.forget()
            for each in self._with_what_it_refers_to(key):
                self.register_model(each[0], self.states[each].render(self))
            self._init_relations()
        return self.apps[key[0]][key[1]]

    def _with_what_it_refers_to(self, key: Key) -> list[Key]:
        found = [key]
        for each in found:  # it grows meanwhile
            for field in self.states[each].fields.values():
                if isinstance(field, ForeignKeyFieldInstance | ManyToManyFieldInstance):
                    other = self.split_reference(field.model_name)
                    if other not in found:
                        found.append(other)
        return found

    def forget(self) -> None:
        """What was built does not hold any longer."""
        self.apps.clear()


class SeldomState(State):
    """The models between two operations."""

    apps: SeldomApps

    def __init__(self, models: dict[Key, ModelState], apps: SeldomApps) -> None:
        super().__init__(models, apps)
        apps.states = models

    def _find_related_models(self, app_label: str, model_name: str) -> set[Key]:
        return set()

    def _reload(self, models_to_reload: set[Key]) -> None:
        self.apps.forget()

    def validate_relations_initialized(self) -> None:
        """Each relation leads to a model that is there."""
        for app_label, name in self.models:
            self.apps._with_what_it_refers_to((app_label, name))

    def clone(self) -> "SeldomState":
        models = {key: model.clone() for key, model in self.models.items()}
        own = dict(self.apps._default_connections)
        return SeldomState(models, SeldomApps(default_connections=own, connections=self.apps._connections))


def use() -> None:
    """From now on Tortoise's executor of migrations works so."""
    names: Any = executor
    names.State, names.StateApps = SeldomState, SeldomApps
