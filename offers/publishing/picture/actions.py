"""Writes of an offer's picture. One transaction each."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import rows, value
from marketplace.base.data.ledger import Lost
from offers.catalogue.models import Offer
from offers.publishing.acts import Act
from offers.seats.upkeep import changing
from organizations.profile.actions import stored
from organizations.profile.pictures import Made


async def show(offer: Offer, picture: Made | None, *, by: UUID, now: datetime, said: str = "") -> None:
    """Show this picture with the offer, which is `said` to show this. None: the drawing of its kind. The picture itself
    goes by itself when nobody shows it."""
    async with changing(offer.id):
        kept = await stored(picture, now) if picture else None
        before = await value("SELECT picture_id FROM offer WHERE id = $1", offer.id)
        if before and before != kept:
            ledger.note(Lost.PICTURE, f"{offer.id}:{before}", number=1)
        if kept:  # it may be one that was taken away before
            ledger.note(Lost.PICTURE, f"{offer.id}:{kept}", number=0)
        await rows(
            "UPDATE offer SET picture_id = $2, picture_text = $3, changed_at = $4 WHERE id = $1",
            offer.id, kept, said, now,
        )  # fmt: skip
        await record(
            Act.OFFER_PICTURE_CHANGED, now=now, actor=by, object_id=offer.id, organization=offer.owner_id
        )


async def describe(offer: Offer, said: str, *, by: UUID, now: datetime) -> None:
    """Say what the picture shows that is there already."""
    async with changing(offer.id):
        await rows("UPDATE offer SET picture_text = $2, changed_at = $3 WHERE id = $1", offer.id, said, now)
        await record(
            Act.OFFER_PICTURE_CHANGED, now=now, actor=by, object_id=offer.id, organization=offer.owner_id
        )
