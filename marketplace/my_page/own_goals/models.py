"""What somebody has written about what matters to them."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class OwnGoal(Row):
    """One goal of somebody's own. Nobody else reads it: no host, no coordinator, nobody who acts for them."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "own_goals", on_delete=fields.CASCADE)
    sealed = fields.TextField(
        description="the words, sealed with a key of the settings for this person alone"
    )
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "own_goal"
