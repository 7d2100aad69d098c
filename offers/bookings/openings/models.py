"""Who wants to hear that booking has opened."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Channel, Row


class OpeningNotice(Row):
    """Somebody wants one message when booking opens. It goes with that message."""

    pool_id: UUID
    pool = fields.ForeignKeyField("marketplace.SeatPool", "opening_notices", on_delete=fields.CASCADE)
    channel = fields.CharEnumField(Channel, max_length=10)
    address = fields.TextField()
    lang = fields.CharField(max_length=5)
    created_at = fields.DatetimeField()

    class Meta:
        table = "opening_notice"
        unique_together = (("pool", "channel", "address"),)
