"""Who came. A session without a closed Register was never recorded: that is unknown, not zero.

What hosts tap, one by one, stands in taps/models.py; here is what came of it."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from marketplace.base.models import Row


class AttendanceState(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class Cause(StrEnum):
    """What a mark comes of. Opening a register again takes back what closing it made."""

    TAP = "tap"
    CLOSING = "closing"
    CHECK_IN = "check_in"


class ClosedBy(StrEnum):
    """What closed a register: a host, or the clock when none did."""

    HOST = "host"
    CLOCK = "clock"


class Register(Row):
    """The register of a session, once somebody has marked anything. It counts anywhere only when it is closed."""

    session_id: UUID
    session = fields.OneToOneField("marketplace.Session", "register", on_delete=fields.CASCADE)
    saved_by_id: UUID | None
    saved_by = fields.ForeignKeyField(
        "marketplace.Person", "saved_registers", null=True, on_delete=fields.SET_NULL
    )
    saved_at = fields.DatetimeField()
    volunteers = fields.IntField(
        null=True, description="how many helped of their own will; null: not said, which is not none"
    )
    closed_at = fields.DatetimeField(null=True, description="null: somebody is still keeping it")
    closed_by = fields.CharEnumField(ClosedBy, max_length=20, null=True)
    closed_by_person_id: UUID | None
    closed_by_person = fields.ForeignKeyField(
        "marketplace.Person", "closed_registers", null=True, on_delete=fields.SET_NULL
    )

    class Meta:
        table = "register"


class RegisterEnd(StrEnum):
    """What ended a register before its session was held."""

    MOVED = "moved"
    CANCELLED = "cancelled"


class EndedRegister(Row):
    """A register of a session that was then moved or cancelled: nobody had been there yet. It counts nowhere, and is
    kept for a while so that a host can be told what became of their marks."""

    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "ended_registers", on_delete=fields.CASCADE)
    ended_by = fields.CharEnumField(RegisterEnd, max_length=20)
    starts_at = fields.DatetimeField(description="of the session as it was")
    saved_at = fields.DatetimeField()
    ended_at = fields.DatetimeField()
    marks = fields.JSONField(description="booking, state and seats of each mark; no names and no pseudonyms")
    head_count = fields.IntField(null=True)

    class Meta:
        table = "ended_register"


class Attendance(Row):
    """A mark: whoever is untouched has none, until closing makes them absent or excused."""

    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "attendances", on_delete=fields.CASCADE)
    booking_id: UUID
    booking = fields.ForeignKeyField("marketplace.Booking", "attendances", on_delete=fields.RESTRICT)
    state = fields.CharEnumField(AttendanceState, max_length=20)
    seats_present = fields.IntField()
    cause = fields.CharEnumField(Cause, max_length=20, default=Cause.TAP, db_default=Cause.TAP.value)
    pseudonym = fields.BinaryField(null=True, description="keyed; counts distinct people when names are gone")
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "attendance"
        unique_together = (("session", "booking"),)


class HeadCount(Row):
    """How many came without a booking. Never distinct people."""

    session_id: UUID
    session = fields.OneToOneField("marketplace.Session", "head_count", on_delete=fields.CASCADE)
    count = fields.IntField(description="the plain number, or adults and children together")
    adults = fields.IntField(null=True, description="null: not told apart")
    children = fields.IntField(null=True, description="null: not told apart")
    by_code = fields.IntField(
        default=0,
        db_default=0,
        description="of check-in by code; apart, never in count until a host accepts them",
    )
    recorded_at = fields.DatetimeField()

    class Meta:
        table = "head_count"


class YearKey(Model):
    """Which key a year is counted under (keys.py): only a fingerprint, which the key cannot be made from."""

    year = fields.SmallIntField(primary_key=True)
    fingerprint = fields.BinaryField()
    made_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True, description="when the key was destroyed, for good")

    class Meta:
        table = "year_key"
