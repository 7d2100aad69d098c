"""What mails have put into people's calendars is stored, so that it is taken back when it ends."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

FILL = """INSERT INTO calendar_entry (id, booking_id, session_id, contact_id, sequence, given_at, taken_back_at)
SELECT gen_random_uuid(), b.id, s.id, b.contact_id, s.sequence, b.changed_at,
    CASE WHEN s.status = 'cancelled' THEN s.changed_at END
FROM booking b JOIN seat_pool p ON p.id = b.pool_id
    JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'email'
    JOIN session s ON s.offer_id = b.offer_id AND (p.session_id IS NULL OR s.id = p.session_id)
WHERE b.state = 'confirmed'"""
"""Whoever has a place and an e-mail address was sent each of its sessions, and each change of them."""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0018_what_this_is")]

    initial = False

    operations = [
        ops.CreateModel(
            name="CalendarEntry",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "booking",
                    fields.ForeignKeyField(
                        "marketplace.Booking",
                        source_field="booking_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="calendar_entries",
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
                        related_name="calendar_entries",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "contact_id",
                    fields.UUIDField(description="whose calendar: the address that it was sent to"),
                ),
                ("sequence", fields.IntField(description="the last SEQUENCE that was sent")),
                ("given_at", fields.DatetimeField()),
                ("taken_back_at", fields.DatetimeField(null=True)),
            ],
            options={
                "table": "calendar_entry",
                "app": "marketplace",
                "unique_together": (("booking", "session"),),
                "pk_attr": "id",
            },
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE INDEX calendar_entry_session ON calendar_entry (session_id)",
                FILL,
                """UPDATE outbox_message SET facts = facts - 'had_place' - 'seated'
                WHERE mail IN ('cancelled', 'session_cancelled', 'offer_cancelled')""",
            ],
            ["DROP INDEX calendar_entry_session"],
        ),
    ]
