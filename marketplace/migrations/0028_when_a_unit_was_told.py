"""A measure knows when its unit was told that it answers for it. Of units that were told before, nobody noted it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0027_volunteers_peers_and_ideas")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Measure",
            name="told_at",
            field=fields.DatetimeField(
                null=True,
                description="when a message that it is theirs was handed over to the responsible unit",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
    ]
