"""How each background job goes: last run, how long, how often it failed; and that an operator wants it run."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0049_marks")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="JobReport",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("job", fields.CharField(max_length=80, unique=True)),
                ("ran_at", fields.DatetimeField(null=True)),
                ("failed_at", fields.DatetimeField(null=True)),
                ("problem", fields.TextField(null=True)),
                ("took_ms", fields.IntField(default=0, db_default=0)),
                ("runs", fields.BigIntField(default=0, db_default=0)),
                ("failures", fields.BigIntField(default=0, db_default=0)),
                ("busy_ms", fields.BigIntField(default=0, db_default=0)),
                ("asked_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "job_report", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
    ]
