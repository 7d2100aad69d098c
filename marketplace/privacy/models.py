"""When what is due was last forgotten."""

from tortoise import fields

from marketplace.base.models import Row


class Forgetting(Row):
    """One night's forgetting, written at its end. How many rows went is one sum: by table it would at times be a small
    count of people."""

    at = fields.DatetimeField()
    gone = fields.IntField(description="rows deleted or emptied, of all tables together")

    class Meta:
        table = "forgetting"
