"""Whoever comes to a session may say so themselves: by its words, or by the link of their booking."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.attendance.check_in.models import CountedAs

CHECKS = {
    "check_in_version": ("check_in", "version > 0"),
    "check_in_digest": ("check_in", "octet_length(digest) = 16"),
    "check_in_browser_browser": ("check_in_browser", "octet_length(browser) = 16"),
}


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0044_a_bookings_pool_and_offer")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CheckIn",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "session",
                    fields.OneToOneField(
                        "marketplace.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="check_in",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("version", fields.SmallIntField()),
                ("digest", fields.BinaryField(null=True)),
                ("opened_at", fields.DatetimeField()),
            ],
            options={"table": "check_in", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="CheckInBrowser",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "marketplace.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="check_in_browsers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("browser", fields.BinaryField()),
                ("counted_as", fields.CharEnumField(enum_type=CountedAs, max_length=20)),
            ],
            options={
                "table": "check_in_browser",
                "app": "marketplace",
                "unique_together": (("session", "browser"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE UNIQUE INDEX check_in_words ON check_in (digest) WHERE digest IS NOT NULL",
                *(
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({law})"
                    for name, (table, law) in CHECKS.items()
                ),
            ],
            [
                *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, (table, _law) in CHECKS.items()),
                "DROP INDEX check_in_words",
            ],
        ),
    ]
