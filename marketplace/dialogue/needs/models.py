"""What residents say that they miss."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row
from offers.catalogue.kinds import Audience


class Need(Row):
    """Something that somebody wishes there were, in their own words. Nobody knows who said it, and nobody can answer:
    it is for those who make something new."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "needs", on_delete=fields.RESTRICT)
    district_id: UUID | None
    district = fields.ForeignKeyField("marketplace.District", "needs", null=True, on_delete=fields.SET_NULL)
    audience: fields.Field[Audience | None] = fields.CharEnumField(  # type: ignore[assignment]
        Audience, max_length=20, null=True, description="whom it is for, as they chose it"
    )
    text = fields.TextField(description="their own words")
    said_at = fields.DatetimeField()
    item_id: UUID | None
    item = fields.ForeignKeyField(
        "marketplace.DialogueItem", "needs", null=True, on_delete=fields.SET_NULL,
        description="what a dialogue is to talk about because of it",
    )  # fmt: skip
    taken_at = fields.DatetimeField(
        null=True, description="when it became an item; the audit log says by whom"
    )

    class Meta:
        table = "need"
