"""Somebody can be reached by telephone alone; and who has to be rung stands on a list, ticked when it is done."""

from functools import partial

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.telling.models import CallAbout

key = partial(fields.ForeignKeyField, db_constraint=True, to_field="id", related_name="calls")

UNREACHED = "(c.id IS NULL OR c.refused_at IS NOT NULL)"


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0011_text_in_one_form")]

    operations = [
        ops.CreateModel(
            name="PhoneCall",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("booking", key("marketplace.Booking", source_field="booking_id", on_delete=OnDelete.CASCADE)),
                ("about", fields.CharEnumField(enum_type=CallAbout, max_length=20)),
                (
                    "session",
                    key(
                        "marketplace.Session",
                        source_field="session_id",
                        null=True,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("sequence", fields.IntField(null=True, description="version of the session that it is about")),
                (
                    "message",
                    key(
                        "marketplace.HostMessage",
                        source_field="message_id",
                        null=True,
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                ("key", fields.CharField(unique=True, description="one act, one call", max_length=200)),
                ("since", fields.DatetimeField()),
                ("called_at", fields.DatetimeField(null=True)),
                (
                    "called_by",
                    key(
                        "marketplace.Person",
                        source_field="called_by_id",
                        null=True,
                        on_delete=OnDelete.SET_NULL,
                    ),
                ),
            ],
            options={"table": "phone_call", "app": "marketplace", "pk_attr": "id",
                     "table_description": "Somebody whom no message reaches is to be rung about their booking."},
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE INDEX phone_call_booking ON phone_call (booking_id)",
                "ALTER TABLE phone_call ADD CONSTRAINT phone_call_called "
                "CHECK (called_by_id IS NULL OR called_at IS NOT NULL)",
                # Nobody is rung by a machine, and a number that was only ever rung proves nothing.
                "ALTER TABLE outbox_message ADD CONSTRAINT outbox_message_written CHECK (channel IN ('email', 'sms'))",
                "ALTER TABLE contact_point ADD CONSTRAINT contact_point_call "
                "CHECK (channel <> 'call' OR verified_at IS NULL)",
                # Whom the last list showed once: those that a cancellation ended, and no message reached.
                f"""INSERT INTO phone_call (id, booking_id, about, session_id, key, since)
                SELECT gen_random_uuid(), b.id, b.ended_by || '_cancelled',
                    CASE WHEN b.ended_by = 'session' THEN coalesce(p.session_id, (SELECT s.id FROM session s
                        WHERE s.offer_id = b.offer_id AND s.status = 'cancelled' ORDER BY s.changed_at DESC LIMIT 1)) END,
                    'migrated:' || b.id, b.changed_at
                FROM booking b JOIN seat_pool p ON p.id = b.pool_id LEFT JOIN contact_point c ON c.id = b.contact_id
                WHERE b.ended_by IN ('session', 'offer') AND {UNREACHED}""",
            ],
            [
                "ALTER TABLE contact_point DROP CONSTRAINT contact_point_call",
                "ALTER TABLE outbox_message DROP CONSTRAINT outbox_message_written",
                "ALTER TABLE phone_call DROP CONSTRAINT phone_call_called",
                "DROP INDEX phone_call_booking",
            ],
        ),
    ]  # fmt: skip
