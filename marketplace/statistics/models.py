"""The fixed cube of figures, and what is stored of it when a month closes (docs/statistics.md)."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row
from offers.catalogue.kinds import Audience, Kind


class Cell(Row):
    """What figures are stored of: what one organisation offers to one main audience, of one kind, in one district, in
    office hours or outside them. Nobody can define others; everything that is shown is a sum of these."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "cells", on_delete=fields.RESTRICT)
    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "cells", on_delete=fields.RESTRICT)
    main_audience = fields.CharEnumField(Audience, max_length=20)
    kind = fields.CharEnumField(Kind, max_length=20)
    district_id: UUID | None
    district = fields.ForeignKeyField("marketplace.District", "cells", null=True, on_delete=fields.RESTRICT)
    evening = fields.BooleanField(description="outside office hours: from 16.00 in Oslo, and weekends")

    class Meta:
        table = "cell"


class SessionCell(Row):
    """The cell of a session, from when it was first counted. What is changed of the offer later touches later sessions
    only."""

    session_id: UUID
    session = fields.OneToOneField("marketplace.Session", "stamp", on_delete=fields.CASCADE)
    cell_id: UUID
    cell = fields.ForeignKeyField("marketplace.Cell", "sessions", on_delete=fields.RESTRICT)
    led_together = fields.BooleanField(
        default=False,
        db_default=False,
        description="a peer and a professional led its offer when it was stamped",
    )
    stamped_at = fields.DatetimeField()

    class Meta:
        table = "session_cell"


class OfferCell(Row):
    """The cell of what is booked at an offer (requests, waiting lists), from when it was first counted."""

    offer_id: UUID
    offer = fields.OneToOneField("marketplace.Offer", "stamp", on_delete=fields.CASCADE)
    cell_id: UUID
    cell = fields.ForeignKeyField("marketplace.Cell", "offers", on_delete=fields.RESTRICT)
    stamped_at = fields.DatetimeField()

    class Meta:
        table = "offer_cell"


class Closing(Row):
    """A month of a municipality's year that is closed: 1 to 12 when it is over, and 13, on 1 February, with what was
    saved late of the whole year. Append-only."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "closings", on_delete=fields.RESTRICT)
    year = fields.SmallIntField()
    number = fields.SmallIntField()
    closed_at = fields.DatetimeField()
    rule = fields.SmallIntField(description="version of the rule it was counted by")
    key_fingerprint = fields.BinaryField(description="of the key that it was rounded by")

    class Meta:
        table = "closing"
        unique_together = (("municipality", "year", "number"),)


class CellFigure(Row):
    """What was stored of a cell at a closing, from January on: {measure: number}, rounded where people are counted
    (staircase.py). Append-only."""

    closing_id: UUID
    closing = fields.ForeignKeyField("marketplace.Closing", "figures", on_delete=fields.RESTRICT)
    cell_id: UUID
    cell = fields.ForeignKeyField("marketplace.Cell", "figures", on_delete=fields.RESTRICT)
    figures: fields.Field[dict[str, int]] = fields.JSONField()

    class Meta:
        table = "cell_figure"
        unique_together = (("closing", "cell"),)
