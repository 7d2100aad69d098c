"""Words that mean the same, as coordinators have written them."""

from datetime import datetime
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from marketplace.base.models import Row


class EqualWords(Row):
    """A group of words that mean the same, as it was from a moment on. Nothing is written over: the newest version of a
    group counts, and one without words is taken away."""

    group_id: UUID = fields.UUIDField(description="the same for all versions")
    number = fields.IntField(description="of the version, from 1")
    words: fields.Field[list[str]] = ArrayField("text")
    written_at: datetime | None = fields.DatetimeField(
        null=True, description="null: this system came with it; the audit log says by whom"
    )

    class Meta:
        table = "equal_words"
        unique_together = (("group_id", "number"),)
