"""What every feature's tables are made of, and the tables that know no feature."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from uuid_utils.compat import uuid7


class Row(Model):
    """A table row with a UUIDv7 key: it cannot be guessed, and rows sort by the time they were made."""

    id = fields.UUIDField(primary_key=True, default=uuid7)

    class Meta:
        abstract = True


class Channel(StrEnum):
    """How somebody can be reached."""

    EMAIL = "email"
    SMS = "sms"
    CALL = "call"


WRITTEN = frozenset({Channel.EMAIL, Channel.SMS})
"""The channels that messages go out by. Who is to be rung gets none: that is a person's to do
(offers/telling/actions.py)."""


class Waiting(StrEnum):
    """What a message waits for beside its time."""

    CARRIER = "carrier"
    """The way to send broke under it: it is due when that works again."""

    WORD = "word"
    """A restore has held it: it goes when the operator says so (base/post/held.py)."""


class OutboxMessage(Row):
    """One mail or SMS to send, written in the transaction of the act it tells of.

    The row holds the name of a mail function and the ids it needs, never the text: the worker writes the text
    when it sends, so it tells what is true then, and a copy of it lies nowhere. Whom it goes to is decided then too
    (base/post/mail.py): the address is where it went, or would have gone when it was written.
    """

    channel = fields.CharEnumField(Channel, max_length=10)
    address = fields.TextField()
    mail = fields.TextField(description="name of the mail function, e.g. receipt")
    facts = fields.JSONField(description="arguments of the mail function: ids and numbers")
    lang = fields.CharField(max_length=5)
    dedupe_key = fields.CharField(
        max_length=200, unique=True, description="one act, one message; makes the Message-ID"
    )
    created_at = fields.DatetimeField()
    due_at = fields.DatetimeField(description="next attempt; moved ahead by the lease while a worker has it")
    attempts = fields.IntField(default=0, db_default=0)
    sent_at = fields.DatetimeField(null=True)
    failed_at = fields.DatetimeField(null=True, description="given up, or nothing was left to say")
    problem = fields.TextField(
        null=True, description="the server's reply code of the last attempt, or why nothing was sent"
    )
    waits_for = fields.CharEnumField(
        Waiting, max_length=10, null=True, description="what it waits for, where that is not time alone"
    )
    booking_id: UUID | None = fields.UUIDField(null=True, description="the booking it is about")
    offer_id: UUID | None = fields.UUIDField(null=True, description="the offer it is about")
    person_id: UUID | None = fields.UUIDField(null=True, description="whom it is for, as far as we know them")
    link_version: int | None = fields.IntField(
        null=True,
        description="of the booking's link that it holds; makes sure that no such link outlives its right",
    )

    class Meta:
        table = "outbox_message"


class CarrierAway(Row):
    """A way to send that does not work just now. What would go there waits, and is tried less and less often; when it
    works again the row goes, and all of it is due."""

    channel = fields.CharEnumField(Channel, max_length=10, unique=True)
    since = fields.DatetimeField()
    again_at = fields.DatetimeField(description="nothing is tried before")
    failures = fields.IntField(description="in a row")
    problem = fields.TextField(description="the reply code, or what kind of fault it was")

    class Meta:
        table = "carrier_away"


class AuditEntry(Row):
    """Who did what, when: ids only, never names or free text. Append-only, partitioned by month."""

    at = fields.DatetimeField()
    actor_id = fields.UUIDField(null=True, description="the person who acted; null for a visitor or a job")
    action = fields.TextField(description="e.g. booking.made, participants.read")
    object_id = fields.UUIDField(null=True)
    organization_id = fields.UUIDField(null=True, description="whose object it was")
    person_id = fields.UUIDField(null=True, description="whom it concerns, when it concerns one")
    details = fields.JSONField(null=True, description="enum values and counts")

    class Meta:
        table = "audit_entry"


class JobRun(Row):
    """One slot of a background job. A worker leases it; a killed worker's lease runs out, and nothing is lost."""

    job = fields.CharField(max_length=80)
    slot = fields.CharField(max_length=80, description="what the run is for, e.g. 2026-11 or a session's id")
    leased_until = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "job_run"
        unique_together = (("job", "slot"),)


class JobReport(Row):
    """How a background job goes: a row a job, of all workers together. Numbers and names of ours only."""

    job = fields.CharField(max_length=80, unique=True)
    ran_at = fields.DatetimeField(null=True, description="when it last ended well")
    failed_at = fields.DatetimeField(null=True, description="when it last ended badly")
    problem = fields.TextField(
        null=True, description="the kind of exception, and the sqlstate; never what it says"
    )
    took_ms = fields.IntField(default=0, db_default=0, description="of the last run")
    runs = fields.BigIntField(default=0, db_default=0)
    failures = fields.BigIntField(default=0, db_default=0)
    busy_ms = fields.BigIntField(default=0, db_default=0, description="of all runs")
    asked_at = fields.DatetimeField(
        null=True, description="an operator wants it run: whoever leads does, and empties it"
    )

    class Meta:
        table = "job_report"


class RateLimit(Row):
    """How often something was tried in one window of time. The id is a keyed hash: no addresses are kept."""

    count = fields.IntField()
    window_ends = fields.DatetimeField()

    class Meta:
        table = "rate_limit"


class SentForm(Row):
    """A form that has made something: sent again it makes nothing more."""

    key = fields.BinaryField(description="a keyed digest of a form's key and what was sent with it")
    led_to = fields.TextField(null=True, description="the path that its answer led to, unless it was a page")
    created_at = fields.DatetimeField()

    class Meta:
        table = "sent_form"


class CatalogueRevision(Model):
    """One row, raised by triggers whenever something public in the catalogue changes (see 0001_initial)."""

    id = fields.SmallIntField(primary_key=True)
    revision = fields.BigIntField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "catalogue_revision"


class SecretUsed(Row):
    """A secret key that this instance has signed with, by a fingerprint: the next one that begins ends it."""

    fingerprint = fields.CharField(max_length=8, unique=True)
    since = fields.DatetimeField()

    class Meta:
        table = "secret_used"


class Instance(Model):
    """One row, which says what this database is: the demo's, or somebody's who means it (base/data/instance.py)."""

    id = fields.SmallIntField(primary_key=True)
    demo = fields.BooleanField()
    began_at = fields.DatetimeField()
    calendar_domain: str | None = fields.TextField(
        null=True, description="after @ in the UIDs that people's calendars hold"
    )
    calendar_organizer: str | None = fields.TextField(
        null=True, description="whom the events in people's calendars name as organiser"
    )

    class Meta:
        table = "instance"
