"""A host sends somebody a link to one register, for a day."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from marketplace.base.models import Channel

CHECKS = {
    "substitute_opened": (
        "substitute",
        "(opened_at IS NULL) = (browser IS NULL) AND (browser IS NULL OR octet_length(browser) = 16)",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0046_unfound_by_another")]

    initial = False
    compatible = True

    operations = [
        ops.CreateModel(
            name="Substitute",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "marketplace.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="substitutes",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "marketplace.Person",
                        source_field="made_by_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="substitutes",
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
                ("channel", fields.CharEnumField(enum_type=Channel, max_length=10)),
                ("address", fields.CharField(max_length=254)),
                ("created_at", fields.DatetimeField()),
                ("ends_at", fields.DatetimeField()),
                ("opened_at", fields.DatetimeField(null=True)),
                ("browser", fields.BinaryField(null=True)),
                ("revoked_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "substitute", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE INDEX substitute_session ON substitute (session_id, created_at)",
                "CREATE INDEX substitute_made_by ON substitute (made_by_id)",
                *(
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({law})"
                    for name, (table, law) in CHECKS.items()
                ),
            ],
            [
                *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, (table, _law) in CHECKS.items()),
                "DROP INDEX substitute_made_by",
                "DROP INDEX substitute_session",
            ],
        ),
    ]
