"""Writes of what residents miss."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.dialogue.acts import Act
from marketplace.dialogue.needs.models import Need
from marketplace.dialogue.needs.queries import Said
from offers.catalogue.models import Audience
from organizations.directory.queries import Place


async def say(text: str, place: Place, audience: Audience | None, *, now: datetime) -> UUID:
    """Write down what somebody misses. Nothing tells who it was: no person, no sign-in, no address, no audit line.
    Gives its id, by which whoever has just said it may take it back."""
    made = await Need.create(
        municipality_id=place.municipality_id, district_id=place.district_id, audience=audience, text=text, said_at=now
    )  # fmt: skip
    return made.id


async def take_back(need: UUID) -> None:
    """Whoever has just said it has thought better. Who it was is not known here either, so nothing is noted."""
    await Need.filter(id=need).delete()


async def remove(need: Said, *, by: UUID, now: datetime) -> None:
    """Take away what names somebody, or what is no need. Twice is once."""
    async with in_transaction():
        if await Need.filter(id=need.id).delete():
            await record(Act.NEED_REMOVED, now=now, actor=by, object_id=need.id)
