"""What people say who do not know what to look for, and what it leads to."""

from datetime import datetime

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from marketplace.base.models import Row


class Situation(Row):
    """A sentence in people's own words, in each of our languages, and the search that it leads to."""

    text = fields.TextField(description="as people say it")
    text_nn = fields.TextField()
    text_en = fields.TextField()
    also = fields.TextField(default="", description="other ways to say it, one a line")
    words = fields.TextField(default="", description="words to look for")
    kinds: fields.Field[list[str]] = ArrayField("text")
    audiences: fields.Field[list[str]] = ArrayField("text")
    evening = fields.BooleanField(default=False)
    drop_in = fields.BooleanField(default=False)
    reviewed_at: datetime | None = fields.DatetimeField(
        null=True, description="a coordinator has read it since it was last changed; null: nobody has yet"
    )
    off_at: datetime | None = fields.DatetimeField(null=True, description="nobody is led by it since")

    class Meta:
        table = "situation"
