"""What residents say that they miss."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.catalogue.kinds import Audience


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0028_when_a_unit_was_told")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Need",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "municipality",
                    fields.ForeignKeyField(
                        "marketplace.Municipality",
                        source_field="municipality_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="needs",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "district",
                    fields.ForeignKeyField(
                        "marketplace.District",
                        source_field="district_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="needs",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                (
                    "audience",
                    fields.CharEnumField(
                        null=True,
                        description="whom it is for, as they chose it",
                        enum_type=Audience,
                        max_length=20,
                    ),
                ),
                ("text", fields.TextField(description="their own words", unique=False)),
                ("said_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "need",
                "app": "marketplace",
                "pk_attr": "id",
                "table_description": "What residents say that they miss.",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            "CREATE INDEX need_place ON need (municipality_id, id); CREATE INDEX need_district ON need (district_id)",
            "DROP INDEX need_district; DROP INDEX need_place",
        ),
    ]
