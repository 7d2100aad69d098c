"""The municipality's plan and the numbers it wants to reach. Titles and summaries are {language: text}."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from marketplace.base.models import Row

AT_MEETING = "organizations_at_meeting"
"""The one indicator that is no measure of the cube: organisations are no people, and counted as they are."""


class Plan(Row):
    focus_areas: fields.ReverseRelation["FocusArea"]
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "plans", on_delete=fields.CASCADE)
    slug = fields.CharField(max_length=80, unique=True)
    title = fields.JSONField()
    summary = fields.JSONField()
    first_year = fields.IntField()
    last_year = fields.IntField()
    retired_at = fields.DatetimeField(
        null=True, description="it is kept to be read, and nothing in it is changed"
    )

    class Meta:
        table = "plan"


class FocusArea(Row):
    goals: fields.ReverseRelation["Goal"]
    measures: fields.ReverseRelation["Measure"]
    plan_id: UUID
    plan = fields.ForeignKeyField("marketplace.Plan", "focus_areas", on_delete=fields.CASCADE)
    number = fields.IntField()
    title = fields.JSONField()
    summary = fields.JSONField()

    class Meta:
        table = "focus_area"
        unique_together = (("plan", "number"),)


class MeasureState(StrEnum):
    PLANNED = "planned"
    GOING = "going"
    DONE = "done"
    DROPPED = "dropped"


class Measure(Row):
    """What the municipality does about it (tiltak), and who answers for it."""

    focus_area_id: UUID
    focus_area = fields.ForeignKeyField("marketplace.FocusArea", "measures", on_delete=fields.CASCADE)
    number = fields.IntField()
    title = fields.JSONField()
    responsible_id: UUID | None
    responsible = fields.ForeignKeyField(
        "marketplace.Organization", "measures", null=True, on_delete=fields.SET_NULL
    )
    deadline: date | None = fields.DateField(null=True)
    state = fields.CharEnumField(
        MeasureState, max_length=10, default=MeasureState.PLANNED, db_default="planned"
    )

    told_at: datetime | None = fields.DatetimeField(
        null=True, description="when a message that it is theirs was handed over to the responsible unit"
    )

    class Meta:
        table = "measure"
        unique_together = (("focus_area", "number"),)


class CountedAs(StrEnum):
    """What the number is put beside."""

    NUMBER = "number"
    SHARE_OF_ALL = "share_of_all"  # of the same in all of the municipality
    SHARE = "share"  # of what the indicator says it is a part of, in the same cells
    PER_THOUSAND = "per_thousand"  # inhabitants of the municipality


SHARES = frozenset({CountedAs.SHARE, CountedAs.SHARE_OF_ALL})


class Direction(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class Term(StrEnum):
    SPRING = "spring"
    AUTUMN = "autumn"


class Goal(Row):
    """A number to reach in a span of time.

    `indicator` is a measure of the cube (statistics/measures.py) or AT_MEETING. The arrays say which cells are added;
    an empty one is all. The target is a percentage of shares. A goal of people that spans several years is of each.
    """

    changes: fields.ReverseRelation["GoalChange"]
    focus_area_id: UUID
    focus_area = fields.ForeignKeyField("marketplace.FocusArea", "goals", on_delete=fields.CASCADE)
    slug = fields.CharField(max_length=80, unique=True)
    title = fields.JSONField()
    indicator = fields.CharField(max_length=40)
    counted_as = fields.CharEnumField(CountedAs, max_length=20, default=CountedAs.NUMBER, db_default="number")
    direction = fields.CharEnumField(
        Direction, max_length=10, default=Direction.AT_LEAST, db_default="at_least"
    )
    target = fields.IntField()
    first_year = fields.IntField()
    last_year = fields.IntField()
    term = fields.CharEnumField(
        Term, max_length=10, null=True, description="half of one year; null: whole years"
    )
    each_year = fields.BooleanField(
        default=False, db_default=False, description="the target is of each year by itself"
    )
    audiences: fields.Field[list[str]] = ArrayField("text", default=list, db_default=[])
    kinds: fields.Field[list[str]] = ArrayField("text", default=list, db_default=[])
    districts: fields.Field[list[UUID | None]] = ArrayField("uuid", default=list, db_default=[])
    organizations: fields.Field[list[UUID]] = ArrayField("uuid", default=list, db_default=[])
    evening = fields.BooleanField(null=True, description="outside office hours or within them; null: both")
    dialogue_id: UUID | None
    dialogue = fields.ForeignKeyField("marketplace.Dialogue", "goals", null=True, on_delete=fields.SET_NULL)
    cells_known = fields.BooleanField(
        default=True, db_default=True, description="false: the coordinator is asked which cells it means"
    )
    baseline = fields.IntField(
        null=True, description="typed by hand, of a year before there are figures here"
    )
    baseline_year = fields.IntField(null=True)
    baseline_source = fields.TextField(default="", db_default="")
    withdrawn_at = fields.DatetimeField(null=True)

    class Meta:
        table = "goal"


class Changed(StrEnum):
    TARGET = "target"
    CELLS = "cells"
    WITHDRAWN = "withdrawn"


class GoalChange(Row):
    """What was changed of a goal that others may have read, and why. It stays."""

    goal_id: UUID
    goal = fields.ForeignKeyField("marketplace.Goal", "changes", on_delete=fields.CASCADE)
    what = fields.CharEnumField(Changed, max_length=10)
    before = fields.IntField(null=True, description="the target that was")
    after = fields.IntField(null=True)
    why = fields.TextField()
    at = fields.DatetimeField()
    changed_by_id: UUID | None
    changed_by = fields.ForeignKeyField(
        "marketplace.Person", "goal_changes", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "goal_change"


class PlanComment(Row):
    """What a coordinator, or the responsible unit, says about a measure or a goal."""

    measure_id: UUID | None
    measure = fields.ForeignKeyField("marketplace.Measure", "comments", null=True, on_delete=fields.CASCADE)
    goal_id: UUID | None
    goal = fields.ForeignKeyField("marketplace.Goal", "comments", null=True, on_delete=fields.CASCADE)
    organization_id: UUID | None
    organization = fields.ForeignKeyField(
        "marketplace.Organization", "plan_comments", null=True, on_delete=fields.SET_NULL,
        description="for whom it was said; null: for the coordination",
    )  # fmt: skip
    body = fields.TextField()
    at = fields.DatetimeField()
    written_by_id: UUID | None
    written_by = fields.ForeignKeyField(
        "marketplace.Person", "plan_comments", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "plan_comment"


class GoalFigure(Row):
    """What was shown of a goal by the rule before the cube: frozen, and nothing is added. Null was hidden."""

    goal_id: UUID
    goal = fields.ForeignKeyField("marketplace.Goal", "figures", on_delete=fields.CASCADE)
    month = fields.DateField(
        description="first day of the month; January of the next year holds what was saved late in the year"
    )
    value = fields.IntField(null=True, description="from January to the end of the month, as it was shown")
    counted_at = fields.DatetimeField()

    class Meta:
        table = "goal_figure"
        unique_together = (("goal", "month"),)


class Population(Row):
    """How many live in a municipality in a year, as the coordinator has read it somewhere."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "populations", on_delete=fields.CASCADE)
    year = fields.IntField()
    number = fields.IntField()
    source = fields.TextField()

    class Meta:
        table = "population"
        unique_together = (("municipality", "year"),)
