"""A restore holds what was to be sent until the operator says that it may go."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0050_job_report")]

    initial = False

    initial = False
    compatible = True

    operations = [
        ops.AddField(
            model_name="OutboxMessage", name="held_at",
            field=fields.DatetimeField(
                null=True, description="when a restore stopped it; it goes when the operator says so (held.py)"
            ),
        ),
    ]  # fmt: skip
