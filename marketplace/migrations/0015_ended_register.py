"""Registers of sessions that were moved or cancelled before they were held, and what hung on them, count no more."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.attendance.models import RegisterEnd

ENDED = """SELECT r.session_id FROM register r JOIN session s ON s.id = r.session_id
    WHERE s.status = 'cancelled' OR s.status = 'moved' AND r.saved_at < s.changed_at"""
"""Sessions whose register was saved before they were moved, or that are cancelled: neither can happen after the start."""


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0014_whose_bookings")]

    initial = False

    operations = [
        ops.CreateModel(
            name="EndedRegister",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                (
                    "session",
                    fields.ForeignKeyField(
                        "marketplace.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="ended_registers",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "ended_by",
                    fields.CharEnumField(
                        description="MOVED: moved\nCANCELLED: cancelled", enum_type=RegisterEnd, max_length=20
                    ),
                ),
                ("starts_at", fields.DatetimeField(description="of the session as it was")),
                ("saved_at", fields.DatetimeField()),
                ("ended_at", fields.DatetimeField()),
                (
                    "marks",
                    fields.JSONField(
                        description="booking, state and seats of each mark; no names and no pseudonyms",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("head_count", fields.IntField(null=True)),
            ],
            options={"table": "ended_register", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.RunSQL(
            [
                "CREATE INDEX ended_register_session ON ended_register (session_id)",
                f"""INSERT INTO ended_register (id, session_id, ended_by, starts_at, saved_at, ended_at, marks,
                    head_count)
                SELECT gen_random_uuid(), s.id, s.status, s.starts_at, r.saved_at, s.changed_at,
                    (SELECT coalesce(jsonb_agg(jsonb_build_object('booking', a.booking_id, 'state', a.state,
                        'seats', a.seats_present) ORDER BY a.booking_id), '[]')
                    FROM attendance a WHERE a.session_id = s.id),
                    (SELECT count FROM head_count c WHERE c.session_id = s.id)
                FROM register r JOIN session s ON s.id = r.session_id WHERE s.id IN ({ENDED})""",
                "DELETE FROM attendance WHERE session_id IN (SELECT session_id FROM ended_register)",
                "DELETE FROM head_count WHERE session_id IN (SELECT session_id FROM ended_register)",
                "DELETE FROM register WHERE session_id IN (SELECT session_id FROM ended_register)",
                """DELETE FROM attendance a USING booking b, session s WHERE b.id = a.booking_id
                    AND s.id = a.session_id AND b.ended_by IS NOT NULL AND b.changed_at < s.starts_at""",
                """DELETE FROM sent_word w USING session s WHERE s.id = w.session_id
                    AND (s.status = 'cancelled' OR s.status = 'moved' AND w.at < s.changed_at)""",
            ],
            ["DROP INDEX ended_register_session"],
        ),
    ]
