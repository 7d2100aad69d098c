"""Certificates of courses, what somebody writes down for themselves, and the ways back after a missed time."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

CHECKS = {
    "offer": ("offer_certificate_share", "certificate_share BETWEEN 1 AND 100"),
    "phone_call": ("phone_call_number", "number IS NULL OR number <> ''"),
    "own_goal": ("own_goal_sealed", "sealed <> ''"),
}
ID = ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True))


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0042_taps")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ComingAgain",
            fields=[
                ID,
                ("booking", fields.ForeignKeyField("marketplace.Booking", source_field="booking_id",
                    db_constraint=True, to_field="id", related_name="coming_again", on_delete=OnDelete.CASCADE)),
                ("session", fields.ForeignKeyField("marketplace.Session", source_field="session_id",
                    db_constraint=True, to_field="id", related_name="coming_again", on_delete=OnDelete.CASCADE)),
                ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "coming_again", "app": "marketplace", "unique_together": (("booking", "session"),),
                     "pk_attr": "id",
                     "table_description": "Somebody who missed a session has said that they come the next time."},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OwnGoal",
            fields=[
                ID,
                ("person", fields.ForeignKeyField("marketplace.Person", source_field="person_id", db_constraint=True,
                    to_field="id", related_name="own_goals", on_delete=OnDelete.CASCADE)),
                ("sealed", fields.TextField(
                    description="the words, sealed with a key of the settings for this person alone", unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("changed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "own_goal", "app": "marketplace", "pk_attr": "id", "table_description":
                     "One goal of somebody's own. Nobody else reads it: no host, no coordinator, nobody who acts for "
                     "them."},
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Offer",
            name="certificate_share",
            field=fields.SmallIntField(
                null=True, description="per cent of the sessions that a certificate asks for; null: there is none"
            ),
        ),
        ops.AlterModelOptions(
            name="PhoneCall",
            options={"table": "phone_call", "app": "marketplace", "pk_attr": "id", "table_description":
                     "Somebody whom no message reaches, or who has asked for it, is to be rung about their booking, or "
                     "has been."},
        ),
        ops.AddField(
            model_name="PhoneCall",
            name="number",
            field=fields.CharField(
                null=True, description="where they asked to be rung; null: the number of the booking", max_length=20
            ),
        ),
        ops.RunSQL(
            [
                *(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check})" for table, (name, check) in CHECKS.items()),
                "CREATE INDEX own_goal_person ON own_goal (person_id)",
                "CREATE INDEX coming_again_session ON coming_again (session_id)",
            ],
            [
                "DROP INDEX coming_again_session",
                "DROP INDEX own_goal_person",
                *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, (name, check) in CHECKS.items()),
            ],
        ),
    ]  # fmt: skip
