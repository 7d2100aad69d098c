"""What members want to be told, whether those who answer a request were told of it, and when it was answered."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from organizations.notices.models import Notice

ANSWERED = """UPDATE booking b SET answered_at = (SELECT min(e.at) FROM audit_entry e WHERE e.object_id = b.id
        AND e.actor_id IS NOT NULL AND e.action IN ('booking.confirmed', 'booking.waiting', 'booking.declined'))
FROM offer o WHERE o.id = b.offer_id AND o.joining = 'request' AND b.state <> 'requested'
    AND NOT EXISTS (SELECT FROM audit_entry a WHERE a.object_id = b.id AND a.action = 'booking.added')"""
"""The first that somebody did with a request was to answer it, as the log tells as long as it is kept. Who was added by
hand asked for nothing."""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0012_phone_calls")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MemberNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "person",
                    fields.ForeignKeyField(
                        "marketplace.Person", source_field="person_id", db_constraint=True, to_field="id",
                        related_name="notices", on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "organization",
                    fields.ForeignKeyField(
                        "marketplace.Organization", source_field="organization_id", db_constraint=True, to_field="id",
                        related_name="notices", on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("kind", fields.CharEnumField(enum_type=Notice, max_length=10)),
                ("wanted", fields.BooleanField()),
                ("changed_at", fields.DatetimeField()),
            ],
            options={
                "table": "member_notice", "app": "marketplace", "pk_attr": "id",
                "unique_together": (("person", "organization", "kind"),),
                "table_description": "A member's own choice about one kind of message from one organisation. "
                "Without it the usual holds (rules.py).",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Booking",
            name="answered_at",
            field=fields.DatetimeField(
                null=True, description="the organisation accepted or declined the request"
            ),
        ),
        ops.AddField(
            model_name="Booking",
            name="told_times",
            field=fields.IntField(
                default=0, db_default=0,
                description="those who may answer the request were told: at once, and reminded twice",
            ),
        ),
        ops.RunSQL(
            [
                ANSWERED,
                "CREATE INDEX booking_requested ON booking (offer_id) WHERE state = 'requested'",
                "CREATE INDEX member_notice_organization ON member_notice (organization_id)",
                "ALTER TABLE booking ADD CONSTRAINT booking_told_times CHECK (told_times BETWEEN 0 AND 3)",
            ],
            [
                "ALTER TABLE booking DROP CONSTRAINT booking_told_times",
                "DROP INDEX member_notice_organization",
                "DROP INDEX booking_requested",
            ],
        ),
    ]  # fmt: skip
