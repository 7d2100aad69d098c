"""A session that is added to what people have booked is marked until they have been told of it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0019_calendar_entry")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Session",
            name="untold_since",
            field=fields.DatetimeField(
                null=True,
                description="added then to what people had booked already; null: they have been told",
            ),
        ),
        # Read every few seconds; hardly ever is there any.
        ops.RunSQL(
            ["CREATE INDEX session_untold ON session (offer_id) WHERE untold_since IS NOT NULL"],
            ["DROP INDEX session_untold"],
        ),
    ]
