"""The municipality's plan and the numbers it wants to reach. Titles are {language: text}."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Metric(StrEnum):
    """What a goal counts. Only distinct_people counts persons; a head count never is one."""

    DISTINCT_PEOPLE = "distinct_people"
    ATTENDANCES = "attendances"
    SESSIONS_HELD = "sessions_held"
    OFFERS_HELD = "offers_held"
    ORGANIZATIONS_AT_MEETING = "organizations_at_meeting"


class Plan(Row):
    focus_areas: fields.ReverseRelation["FocusArea"]
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "plans", on_delete=fields.CASCADE)
    slug = fields.CharField(max_length=80, unique=True)
    title = fields.JSONField()
    summary = fields.JSONField()
    first_year = fields.IntField()
    last_year = fields.IntField()

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


class Measure(Row):
    """What the municipality does about it (tiltak)."""

    focus_area_id: UUID
    focus_area = fields.ForeignKeyField("marketplace.FocusArea", "measures", on_delete=fields.CASCADE)
    number = fields.IntField()
    title = fields.JSONField()

    class Meta:
        table = "measure"
        unique_together = (("focus_area", "number"),)


class Goal(Row):
    """A number to reach in a year. audience, kind and dialogue narrow what is counted; null counts all."""

    focus_area_id: UUID
    focus_area = fields.ForeignKeyField("marketplace.FocusArea", "goals", on_delete=fields.CASCADE)
    slug = fields.CharField(max_length=80, unique=True)
    title = fields.JSONField()
    metric = fields.CharEnumField(Metric, max_length=40)
    target = fields.IntField()
    year = fields.IntField()
    audience = fields.CharField(max_length=20, null=True)
    kind = fields.CharField(max_length=20, null=True)
    evenings_only = fields.BooleanField(default=False, description="sessions outside office hours")
    dialogue_id: UUID | None
    dialogue = fields.ForeignKeyField("marketplace.Dialogue", "goals", null=True, on_delete=fields.SET_NULL)

    class Meta:
        table = "goal"


class GoalFigure(Row):
    """What was measured for a goal up to the end of one closed month. Written once, when the month closes."""

    goal_id: UUID
    goal = fields.ForeignKeyField("marketplace.Goal", "figures", on_delete=fields.CASCADE)
    month = fields.DateField(
        description="first day of the month; January of the next year holds what was saved late in the year"
    )
    value = fields.IntField(
        description="from January to the end of the month; may be small: see statistics.rules"
    )
    groups: fields.Field[dict[str, int] | None] = fields.JSONField(
        null=True, description="people in each audience (or kind); of the newest month only, and may be small"
    )
    counted_at = fields.DatetimeField()

    class Meta:
        table = "goal_figure"
        unique_together = (("goal", "month"),)
