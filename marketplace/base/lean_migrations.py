"""Tortoise's migrations without most of their work: a model is built when an operation asks for it, not before each.

Tortoise keeps all models beside each operation, as they were and as they will be, and builds every one of them anew for
both: some 28,000 for our migrations, 17 seconds of the first start. Operations of SQL ask for none, the others for the
one that they change. Nor is what describes the models copied with each field before each operation, half of the time
of those that are undone: only the one that somebody asks for. What an operation sees is the same.
"""

from typing import Any

from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations import executor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

Key = tuple[str, str]


class Models(dict[Key, ModelState]):
    """Models that several states share. Who asks for one may change it, so they get a copy that is theirs alone."""

    def __init__(self, models: "dict[Key, ModelState]") -> None:
        super().__init__(models)
        self.own = set[Key]()

    def shared(self) -> "Models":
        """The same for another state; from here on none of them is anybody's own."""
        self.own.clear()
        return Models(self)

    def seen(self, key: Key) -> ModelState:
        """To read alone."""
        return super().__getitem__(key)

    def __getitem__(self, key: Key) -> ModelState:
        if key not in self.own:
            self[key] = self.seen(key).clone()
        return self.seen(key)

    def __setitem__(self, key: Key, model: ModelState) -> None:
        super().__setitem__(key, model)
        self.own.add(key)

    def get(self, key: Key, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - that would be itself

    def pop(self, key: Key, default: Any = None) -> Any:
        found = self.get(key, default)
        super().pop(key, None)
        return found

    def values(self) -> Any:
        return [self[key] for key in self]

    def items(self) -> Any:
        return [(key, self[key]) for key in self]


class SeldomApps(StateApps):
    """Builds a model, with those it refers to, when it is asked for. They describe tables: they make no queries."""

    states: Models

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        key = self.split_reference(app_label) if model_name is None else (app_label, model_name)
        if key[1] not in self.apps.get(key[0], {}):
            self.forget()
            for each in self._with_what_it_refers_to(key):
                self.register_model(each[0], self.states.seen(each).render(self))
            self._init_relations()
        return self.apps[key[0]][key[1]]

    def _with_what_it_refers_to(self, key: Key) -> list[Key]:
        found = [key]
        for each in found:  # it grows meanwhile
            for field in self.states.seen(each).fields.values():
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

    models: Models

    def __init__(self, models: dict[Key, ModelState], apps: SeldomApps) -> None:
        super().__init__(models if isinstance(models, Models) else Models(models), apps)
        apps.states = self.models

    def _find_related_models(self, app_label: str, model_name: str) -> set[Key]:
        return set()

    def _reload(self, models_to_reload: set[Key]) -> None:
        self.apps.forget()

    def validate_relations_initialized(self) -> None:
        """Each relation leads to a model that is there."""
        for app_label, name in self.models:
            self.apps._with_what_it_refers_to((app_label, name))

    def clone(self) -> "SeldomState":
        own = dict(self.apps._default_connections)
        return SeldomState(
            self.models.shared(), SeldomApps(default_connections=own, connections=self.apps._connections)
        )


def use() -> None:
    """From now on Tortoise's executor of migrations works so."""
    names: Any = executor
    names.State, names.StateApps = SeldomState, SeldomApps
