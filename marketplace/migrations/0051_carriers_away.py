"""What a message waits for, and the carriers that are away."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from marketplace.base.models import Channel, Waiting


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0050_job_report")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="CarrierAway",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("channel", fields.CharEnumField(enum_type=Channel, max_length=10, unique=True)),
                ("since", fields.DatetimeField()),
                ("again_at", fields.DatetimeField()),
                ("failures", fields.IntField()),
                ("problem", fields.TextField(unique=False)),
            ],
            options={"table": "carrier_away", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.AddField(
            model_name="OutboxMessage",
            name="waits_for",
            field=fields.CharEnumField(null=True, enum_type=Waiting, max_length=10),
        ),
    ]
