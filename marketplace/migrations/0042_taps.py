"""A register is kept tap by tap, and counts when it is closed; what was saved before is closed."""

from uuid import uuid4

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from uuid_utils.compat import uuid7

from offers.attendance.models import Cause, ClosedBy
from offers.attendance.taps.models import Field, Outcome


def points_to(model: str, related: str, on_delete: OnDelete, *, null: bool = False) -> fields.Field:
    """A foreign key as migrations write it."""
    return fields.ForeignKeyField(
        f"marketplace.{model}",
        source_field=f"{model.lower()}_id",
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=related,
        on_delete=on_delete,
    )


CHECKS = {
    "register_closed": (
        "register",
        "(closed_at IS NULL) = (closed_by IS NULL) AND (closed_by_person_id IS NULL OR closed_by = 'host')",
    ),
    "attendance_cause": ("attendance", "cause <> 'closing' OR state <> 'present'"),
    "head_count_apart": (
        "head_count",
        """CASE WHEN adults IS NULL AND children IS NULL THEN true
        ELSE coalesce(adults, 0) >= 0 AND coalesce(children, 0) >= 0
            AND count = coalesce(adults, 0) + coalesce(children, 0) END""",
    ),
    "head_count_by_code": ("head_count", "by_code BETWEEN 0 AND 100000"),
    "register_tap_booking": (
        "register_tap",
        "outcome = 'refused' OR (field IN ('state', 'seats')) = (booking_id IS NOT NULL)",
    ),
    "register_tap_version": ("register_tap", "saw >= 0 AND version >= 0"),
    "register_tap_why": ("register_tap", "(outcome = 'refused') = (why IS NOT NULL)"),
    "register_tap_chosen": ("register_tap", "chosen_at IS NULL OR outcome = 'conflict'"),
}
LOG = "id, session_id, booking_id, field, value, saw, version, tapped_at, arrived_at, substitute_id, outcome, why"


def whole(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in LOG.split(", "))


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0041_other_words")]

    initial = False

    operations = [
        ops.CreateModel(
            name="HostEnded",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ("person", points_to("Person", "hosted", OnDelete.CASCADE)),
                ("offer", points_to("Offer", "hosted", OnDelete.CASCADE)),
                ("ended_at", fields.DatetimeField()),
            ],
            options={"table": "host_ended", "app": "marketplace", "pk_attr": "id"},
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RegisterTap",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ("session", points_to("Session", "taps", OnDelete.CASCADE)),
                ("booking", points_to("Booking", "taps", OnDelete.RESTRICT, null=True)),
                ("field", fields.CharEnumField(enum_type=Field, max_length=20)),
                ("value", fields.CharField(null=True, max_length=20)),
                ("saw", fields.IntField()),
                ("version", fields.IntField()),
                ("tapped_at", fields.DatetimeField()),
                ("arrived_at", fields.DatetimeField()),
                ("person", points_to("Person", "taps", OnDelete.SET_NULL, null=True)),
                ("substitute_id", fields.UUIDField(null=True)),
                ("outcome", fields.CharEnumField(enum_type=Outcome, max_length=20)),
                ("why", fields.CharField(null=True, max_length=40)),
                ("chosen_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "register_tap", "app": "marketplace", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Attendance",
            name="cause",
            field=fields.CharEnumField(
                default=Cause.TAP, db_default="tap", enum_type=Cause, max_length=20
            ),
        ),
        ops.AddField(model_name="HeadCount", name="adults", field=fields.IntField(null=True)),
        ops.AddField(model_name="HeadCount", name="children", field=fields.IntField(null=True)),
        ops.AddField(model_name="HeadCount", name="by_code", field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name="Register", name="closed_at", field=fields.DatetimeField(null=True)),
        ops.AddField(
            model_name="Register",
            name="closed_by",
            field=fields.CharEnumField(null=True, enum_type=ClosedBy, max_length=20),
        ),
        ops.AddField(
            model_name="Register",
            name="closed_by_person",
            field=fields.ForeignKeyField(
                "marketplace.Person",
                source_field="closed_by_person_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="closed_registers",
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.RunSQL(
            [
                "UPDATE register SET closed_at = saved_at, closed_by = 'host', closed_by_person_id = saved_by_id",
                # Who was untouched when it was saved; a host had no other way to say so.
                "UPDATE attendance SET cause = 'closing' WHERE state <> 'present'",
                *(
                    f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({law})"
                    for name, (table, law) in CHECKS.items()
                ),
                # Heads and their parts have one counter. It is also what finds a session's taps.
                """CREATE UNIQUE INDEX register_tap_one_version ON register_tap (session_id, booking_id,
                    (CASE WHEN field IN ('adults', 'children') THEN 'heads' ELSE field END), version)
                NULLS NOT DISTINCT WHERE outcome IN ('kept', 'conflict')""",
                "CREATE INDEX register_tap_booking ON register_tap (booking_id)",
                "CREATE INDEX host_ended_offer ON host_ended (offer_id, person_id)",
                """CREATE FUNCTION taps_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    RAISE EXCEPTION 'what was tapped stays as it was'; END $$""",
                f"""CREATE TRIGGER register_tap_append_only BEFORE UPDATE ON register_tap FOR EACH ROW
                WHEN (({whole("OLD")}) IS DISTINCT FROM ({whole("NEW")})) EXECUTE FUNCTION taps_are_append_only()""",
            ],
            [
                "DROP TRIGGER register_tap_append_only ON register_tap",
                "DROP FUNCTION taps_are_append_only()",
                "DROP INDEX host_ended_offer",
                "DROP INDEX register_tap_booking",
                "DROP INDEX register_tap_one_version",
                *(f"ALTER TABLE {table} DROP CONSTRAINT {name}" for name, (table, _law) in CHECKS.items()),
            ],
        ),
    ]
