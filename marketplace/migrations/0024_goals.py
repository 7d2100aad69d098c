"""Goals of the cube: spans, cells, shares, baselines, why they were changed; who answers for measures; populations.

A year that has figures by the rule before keeps what was shown of them, frozen; the raw numbers go. That rule
(statistics/rules.py until then, docs/decisions/0005) stands here, for this once.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from marketplace.goals.models import Changed, CountedAs, Direction, MeasureState, Term

FEW = 5
OF_PEOPLE = ("distinct_people", "attendances")


@dataclass(frozen=True)
class Scope:
    audience: str | None = None
    kind: str | None = None
    evenings_only: bool = False

    def within(self, other: "Scope") -> bool:
        return (
            other.audience in (None, self.audience)
            and other.kind in (None, self.kind)
            and (self.evenings_only or not other.evenings_only)
        )

    def widened(self) -> dict[str, "Scope"]:
        return {"kind": replace(self, kind=None), "audience": replace(self, audience=None)}


@dataclass(frozen=True)
class Figure:
    whose: Hashable
    scope: Scope
    month: date
    count: int

    def part_of(self, other: "Figure") -> bool:
        return self.scope.within(other.scope) and self.month <= other.month


def shown(figures: Iterable[Figure]) -> Iterator[int | None]:
    """What was shown of figures of one municipality and year, given in the order they were made: a number that is
    neither small nor close to another which it is a part of; else what was shown last of the same, or nothing."""
    last: dict[Hashable, int] = {}
    told: list[Figure] = []
    wholes = defaultdict[Scope, list[Figure]](list)
    parts = defaultdict[tuple[str, Scope], list[Figure]](list)
    for figure in figures:
        near = (other for other in told if 0 < abs(figure.count - other.count) < FEW)
        tells = any(figure.part_of(other) or other.part_of(figure) for other in near)
        wider = {by: scope for by, scope in figure.scope.widened().items() if scope != figure.scope}
        few_left = any(_few_left(figure, parts[by, figure.scope]) for by in figure.scope.widened()) or any(
            _few_left(whole, [*parts[by, scope], figure])
            for by, scope in wider.items()
            for whole in wholes[scope]
        )
        if figure.count >= FEW and not tells and not few_left:
            last[figure.whose] = figure.count
            told.append(figure)
            wholes[figure.scope].append(figure)
            for part_of in wider.items():
                parts[part_of].append(figure)
        yield last.get(figure.whose)


def _few_left(whole: Figure, parts: list[Figure]) -> bool:
    newest = {part.scope: part.count for part in parts if part.month <= whole.month}
    return bool(newest) and 0 < whole.count - sum(newest.values()) < FEW


FIGURES = """SELECT f.id, f.goal_id, f.month, f.value, g.metric, g.year, g.audience, g.kind, g.evenings_only,
    p.municipality_id
FROM goal_figure f JOIN goal g ON g.id = f.goal_id JOIN focus_area a ON a.id = g.focus_area_id
    JOIN plan p ON p.id = a.plan_id WHERE g.metric = ANY($1)
ORDER BY f.counted_at, f.month, g.id"""


async def freeze(apps: Any, editor: Any) -> None:
    """Keep of each figure what was shown of it. Organisations at meetings are counted anew, as they are."""
    database = editor.client
    alike = defaultdict[Any, list[dict[str, Any]]](list)
    for each in await database.execute_query_dict(FIGURES, [list(OF_PEOPLE)]):
        alike[each["municipality_id"], each["year"], each["metric"]].append(each)
    for figures in alike.values():
        told = shown(
            Figure(
                each["goal_id"],
                Scope(each["audience"], each["kind"], each["evenings_only"]),
                each["month"],
                each["value"],
            )
            for each in figures
        )
        for each, number in zip(figures, told, strict=True):
            if number != each["value"]:
                await database.execute_query_dict(
                    "UPDATE goal_figure SET value = $2 WHERE id = $1", [each["id"], number]
                )
    await database.execute_query_dict(
        """DELETE FROM goal_figure f USING goal g WHERE g.id = f.goal_id AND g.metric = 'organizations_at_meeting'"""
    )


NAMES = {"distinct_people": "people", "sessions_held": "sessions", "offers_held": "offers"}
CARRY = [
    *(f"UPDATE goal SET indicator = '{new}' WHERE indicator = '{old}'" for old, new in NAMES.items()),
    """UPDATE goal SET last_year = first_year,
        audiences = CASE WHEN audience IS NULL THEN '{}' ELSE ARRAY[audience]::text[] END,
        kinds = CASE WHEN kind IS NULL THEN '{}' ELSE ARRAY[kind]::text[] END,
        evening = CASE WHEN evenings_only THEN true END""",
    # Offers that name an audience beside others count as "alle" in the cube: which is meant, the coordinator says.
    """UPDATE goal g SET cells_known = false FROM focus_area a, plan p
    WHERE a.id = g.focus_area_id AND p.id = a.plan_id AND g.audience IS NOT NULL
        AND NOT EXISTS (SELECT FROM goal_figure f WHERE f.goal_id = g.id)
        AND EXISTS (SELECT FROM offer o WHERE o.municipality_id = p.municipality_id
            AND cardinality(o.audiences) > 1 AND g.audience = ANY(o.audiences))""",
]
BACK = [
    *(f"UPDATE goal SET indicator = '{old}' WHERE indicator = '{new}'" for old, new in NAMES.items()),
    "DELETE FROM goal WHERE indicator NOT IN ('distinct_people', 'attendances', 'sessions_held', 'offers_held', "
    "'organizations_at_meeting')",
    "UPDATE goal SET audience = audiences[1], kind = kinds[1], evenings_only = coalesce(evening, false)",
    "DELETE FROM goal_figure WHERE value IS NULL",
]
OF_PERSONS = "'people', 'came_three', 'missed', 'came_back', 'waited', 'placed', 'left'"
CHECKS = {
    "goal_span": ("goal", "first_year <= last_year AND (term IS NULL OR first_year = last_year)"),
    "goal_people": (
        "goal",
        f"indicator NOT IN ({OF_PERSONS}) OR (term IS NULL AND (first_year = last_year OR each_year))",
    ),
    "goal_share": ("goal", "counted_as NOT IN ('share', 'share_of_all') OR target <= 100"),
    "goal_baseline": (
        "goal",
        "(baseline IS NULL) = (baseline_year IS NULL) AND (baseline IS NULL) = (baseline_source = '') "
        "AND coalesce(baseline, 0) >= 0",
    ),
    "goal_change_target": ("goal_change", "(what = 'target') = (before IS NOT NULL AND after IS NOT NULL)"),
    "plan_comment_one": ("plan_comment", "num_nonnulls(measure_id, goal_id) = 1"),
    "population_number": ("population", "number BETWEEN 1 AND 10000000"),
}
FROZEN = [
    """CREATE FUNCTION old_figures_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'what was shown by the old rule is frozen'; END $$""",
    """CREATE TRIGGER goal_figure_frozen BEFORE UPDATE ON goal_figure
        FOR EACH ROW EXECUTE FUNCTION old_figures_are_frozen()""",
]


def key() -> fields.UUIDField:
    return fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)


def to(model: str, related: str, column: str, on_delete: OnDelete, null: bool = False, **said: Any) -> Any:
    return fields.ForeignKeyField(
        f"marketplace.{model}", source_field=column, null=null, db_constraint=True, to_field="id",
        related_name=related, on_delete=on_delete, **said,
    )  # fmt: skip


def add(model: str, **columns: Any) -> list[Any]:
    return [ops.AddField(model_name=model, name=name, field=field) for name, field in columns.items()]


def table(name: str, *together: str) -> dict[str, Any]:
    unique = {"unique_together": (together,)} if together else {}
    return {"table": name, "app": "marketplace", "pk_attr": "id"} | unique


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0023_gaps_and_reminders")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="GoalFigure",
            name="value",
            field=fields.IntField(
                null=True, description="from January to the end of the month, as it was shown"
            ),
        ),
        ops.RunPython(freeze, ops.RunPython.noop),
        ops.RemoveField(model_name="GoalFigure", name="groups"),
        ops.RenameField(model_name="Goal", old_name="metric", new_name="indicator"),
        ops.RenameField(model_name="Goal", old_name="year", new_name="first_year"),
        ops.AlterField(model_name="Goal", name="indicator", field=fields.CharField(max_length=40)),
        *add(
            "Goal",
            last_year=fields.IntField(null=True),
            counted_as=fields.CharEnumField(
                CountedAs, max_length=20, default=CountedAs.NUMBER, db_default="number"
            ),
            direction=fields.CharEnumField(
                Direction, max_length=10, default=Direction.AT_LEAST, db_default="at_least"
            ),
            term=fields.CharEnumField(
                Term, max_length=10, null=True, description="half of one year; null: whole years"
            ),
            each_year=fields.BooleanField(
                default=False, db_default=False, description="the target is of each year by itself"
            ),
            audiences=ArrayField("text", default=list, db_default=[]),
            kinds=ArrayField("text", default=list, db_default=[]),
            districts=ArrayField("uuid", default=list, db_default=[]),
            organizations=ArrayField("uuid", default=list, db_default=[]),
            evening=fields.BooleanField(
                null=True, description="outside office hours or within them; null: both"
            ),
            cells_known=fields.BooleanField(
                default=True, db_default=True, description="false: the coordinator is asked which cells it means"
            ),
            baseline=fields.IntField(
                null=True, description="typed by hand, of a year before there are figures here"
            ),
            baseline_year=fields.IntField(null=True),
            baseline_source=fields.TextField(default="", db_default=""),
            withdrawn_at=fields.DatetimeField(null=True),
        ),
        # So that there is a way back for goals that are there: it is filled in before it must be.
        ops.AlterField(
            model_name="Goal",
            name="evenings_only",
            field=fields.BooleanField(default=False, null=True, description="sessions outside office hours"),
        ),
        ops.RunSQL(CARRY, BACK),
        ops.AlterField(model_name="Goal", name="last_year", field=fields.IntField()),
        ops.RemoveField(model_name="Goal", name="audience"),
        ops.RemoveField(model_name="Goal", name="kind"),
        ops.RemoveField(model_name="Goal", name="evenings_only"),
        *add(
            "Plan",
            retired_at=fields.DatetimeField(
                null=True, description="it is kept to be read, and nothing in it is changed"
            ),
        ),
        *add(
            "Measure",
            responsible=to("Organization", "measures", "responsible_id", OnDelete.SET_NULL, null=True),
            deadline=fields.DateField(null=True),
            state=fields.CharEnumField(
                MeasureState, max_length=10, default=MeasureState.PLANNED, db_default="planned"
            ),
        ),
        ops.CreateModel(
            name="GoalChange",
            fields=[
                ("id", key()),
                ("goal", to("Goal", "changes", "goal_id", OnDelete.CASCADE)),
                ("what", fields.CharEnumField(Changed, max_length=10)),
                ("before", fields.IntField(null=True, description="the target that was")),
                ("after", fields.IntField(null=True)),
                ("why", fields.TextField()),
                ("at", fields.DatetimeField()),
                ("changed_by", to("Person", "goal_changes", "changed_by_id", OnDelete.SET_NULL, null=True)),
            ],
            options=table("goal_change"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PlanComment",
            fields=[
                ("id", key()),
                ("measure", to("Measure", "comments", "measure_id", OnDelete.CASCADE, null=True)),
                ("goal", to("Goal", "comments", "goal_id", OnDelete.CASCADE, null=True)),
                (
                    "organization",
                    to("Organization", "plan_comments", "organization_id", OnDelete.SET_NULL, null=True,
                       description="for whom it was said; null: for the coordination"),
                ),
                ("body", fields.TextField()),
                ("at", fields.DatetimeField()),
                ("written_by", to("Person", "plan_comments", "written_by_id", OnDelete.SET_NULL, null=True)),
            ],
            options=table("plan_comment"),
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Population",
            fields=[
                ("id", key()),
                ("municipality", to("Municipality", "populations", "municipality_id", OnDelete.CASCADE)),
                ("year", fields.IntField()),
                ("number", fields.IntField()),
                ("source", fields.TextField()),
            ],
            options=table("population", "municipality", "year"),
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                *FROZEN,
                *(
                    f"ALTER TABLE {on} ADD CONSTRAINT {name} CHECK ({condition})"
                    for name, (on, condition) in CHECKS.items()
                ),
                "CREATE INDEX plan_comment_measure ON plan_comment (measure_id)",
                "CREATE INDEX plan_comment_goal ON plan_comment (goal_id)",
                "CREATE INDEX goal_change_goal ON goal_change (goal_id)",
                "CREATE INDEX measure_responsible ON measure (responsible_id)",
            ],
            [
                "DROP INDEX measure_responsible",
                "DROP INDEX goal_change_goal",
                "DROP INDEX plan_comment_goal",
                "DROP INDEX plan_comment_measure",
                *(f"ALTER TABLE {on} DROP CONSTRAINT {name}" for name, (on, _condition) in CHECKS.items()),
                "DROP TRIGGER goal_figure_frozen ON goal_figure",
                "DROP FUNCTION old_figures_are_frozen()",
            ],
        ),
    ]  # fmt: skip
