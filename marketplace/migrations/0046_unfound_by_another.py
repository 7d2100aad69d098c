"""Five days of a search in vain are not one person's: the network that was counted last does not count again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0045_check_in")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Unfound",
            name="last_by",
            field=fields.BinaryField(
                null=True,
                description="keyed hash of the network that was counted last, until the words can be read",
            ),
        ),
    ]
