"""What was searched for and not found, counted by days."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0039_equal_words")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Unfound",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("hash", fields.BinaryField()),
                (
                    "municipality",
                    fields.ForeignKeyField(
                        "marketplace.Municipality",
                        source_field="municipality_id",
                        null=True,
                        description="where it was looked for; null: in all",
                        db_constraint=True,
                        to_field="id",
                        related_name="unfound",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("days", fields.IntField(description="on how many days it came")),
                ("first_on", fields.DateField()),
                ("last_on", fields.DateField()),
                (
                    "words",
                    fields.TextField(
                        null=True,
                        description="null until it has come on so many days that it is nobody's own",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "unfound",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "Words that found nothing, as a keyed hash until they have come on several days.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="UnfoundKey",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("one", fields.BooleanField(default=True, description="there is one row at most")),
                ("key", fields.BinaryField()),
                ("made_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "unfound_key",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "What the hashes are made with, beside the secret of the instance. When it goes, nothing joins them to words.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX unfound_hash ON unfound (hash)",
                "CREATE INDEX unfound_municipality ON unfound (municipality_id)",
                "CREATE UNIQUE INDEX unfound_key_one ON unfound_key (one)",
            ],
            ["DROP INDEX unfound_key_one", "DROP INDEX unfound_municipality", "DROP INDEX unfound_hash"],
        ),
    ]
