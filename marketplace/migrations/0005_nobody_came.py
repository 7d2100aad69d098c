"""That nobody was at a meeting is said too: without a row for any organisation, the register would count again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0004_goal_groups")]

    operations = [
        ops.AddField(
            "DialogueMeeting",
            "nobody_came",
            fields.BooleanField(
                default=False, db_default=False, description="the coordinator said that no organisation was there"
            ),
        ),
    ]
