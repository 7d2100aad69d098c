"""What was searched for and not found. Nobody's search is written down: only that so many days had one of it."""

from datetime import date, datetime
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Unfound(Row):
    """Words that found nothing, as a keyed hash until they have come on several days."""

    hash: bytes = fields.BinaryField()
    municipality_id: UUID | None
    municipality = fields.ForeignKeyField(
        "marketplace.Municipality", "unfound", null=True, on_delete=fields.CASCADE,
        description="where it was looked for; null: in all",
    )  # fmt: skip
    days = fields.IntField(description="on how many days it came")
    first_on: date = fields.DateField()
    last_on: date = fields.DateField()
    last_by: bytes | None = fields.BinaryField(
        null=True, description="keyed hash of the network that was counted last, until the words can be read"
    )
    words: str | None = fields.TextField(
        null=True, description="null until it has come on so many days that it is nobody's own"
    )

    class Meta:
        table = "unfound"


class UnfoundKey(Row):
    """What the hashes are made with, beside the secret of the instance. When it goes, nothing joins them to words."""

    one = fields.BooleanField(default=True, description="there is one row at most")
    key: bytes = fields.BinaryField()
    made_at: datetime = fields.DatetimeField()

    class Meta:
        table = "unfound_key"
