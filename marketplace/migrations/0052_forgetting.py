"""When what was due was last forgotten: the public page on retention says so."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0051_carriers_away")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="Forgetting",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("gone", fields.IntField(description="rows deleted or emptied, of all tables together")),
            ],
            options={
                "table": "forgetting",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "One night's forgetting, written at its end. How many rows went is one sum: by table it would at times be a small",
            },
            bases=["Row"],
        ),
    ]
