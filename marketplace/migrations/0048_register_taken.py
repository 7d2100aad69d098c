"""A phone takes a register along: who is asked when nothing of it comes."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0047_substitute")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="RegisterTaken",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "marketplace.Person",
                        source_field="person_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="registers_taken",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "session",
                    fields.ForeignKeyField(
                        "marketplace.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="taken",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("taken_at", fields.DatetimeField()),
                ("told_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "register_taken",
                "app": "marketplace",
                "unique_together": (("person", "session"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            ["CREATE INDEX register_taken_session ON register_taken (session_id)"],
            ["DROP INDEX register_taken_session"],
        ),
    ]
