"""Somebody who keeps one register for a day, by a link that a host sent them."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Channel, Row


class Substitute(Row):
    """A link to one register. The link lies nowhere (links.py); once opened it is that browser's."""

    session_id: UUID
    session = fields.ForeignKeyField("marketplace.Session", "substitutes", on_delete=fields.CASCADE)
    made_by_id: UUID | None
    made_by = fields.ForeignKeyField(
        "marketplace.Person", "substitutes", null=True, on_delete=fields.SET_NULL
    )
    channel = fields.CharEnumField(Channel, max_length=10)
    address = fields.CharField(max_length=254, description="where the host sent it")
    created_at = fields.DatetimeField()
    ends_at = fields.DatetimeField(description="the end of the session's day in Oslo")
    opened_at = fields.DatetimeField(null=True)
    browser = fields.BinaryField(null=True, description="a hash of the cookie of the browser that opened it")
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "substitute"
