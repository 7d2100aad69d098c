"""Writes of what residents miss."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, row, rows
from marketplace.base.data.ledger import Lost
from marketplace.dialogue.acts import Act
from marketplace.dialogue.items import actions as items
from marketplace.dialogue.models import Dialogue
from marketplace.dialogue.needs.models import Need
from marketplace.dialogue.needs.queries import Said
from offers.catalogue.kinds import Audience
from organizations.directory.queries import Place


async def say(text: str, place: Place, audience: Audience | None, *, now: datetime) -> UUID:
    """Write down what somebody misses. Nothing tells who it was: no person, no sign-in, no address, no audit line.
    Gives its id, by which whoever has just said it may take it back."""
    made = await Need.create(
        municipality_id=place.municipality_id, district_id=place.district_id, audience=audience, text=text, said_at=now
    )  # fmt: skip
    return made.id


async def take_back(need: UUID) -> None:
    """Whoever has just said it has thought better. Who it was is not known here either, so no audit entry is made."""
    async with in_transaction():
        if await Need.filter(id=need).delete():
            ledger.note(Lost.NEED, need)


async def take(
    need: Said,
    dialogue: Dialogue,
    audience: Audience,
    sort: str,
    *,
    district: UUID | None,
    by: UUID,
    now: datetime,
) -> bool:
    """Make it something that the dialogue is to talk about, beside the gap of the coverage map that it is. Once: gives
    whether it was now."""
    async with in_transaction():
        free = await row("SELECT id FROM need WHERE id = $1 AND taken_at IS NULL FOR UPDATE", need.id)
        if free is None:
            return False
        item = await items.raise_gap(
            dialogue, audience, sort, district=district, evening=None, by=by, now=now
        )
        await rows("UPDATE need SET item_id = $2, taken_at = $3 WHERE id = $1", need.id, item.id, now)
        await record(
            Act.NEED_TAKEN, now=now, actor=by, object_id=need.id, organization=dialogue.coordinated_by.id
        )
    return True


async def remove(need: Said, *, by: UUID, now: datetime) -> None:
    """Take away what names somebody, or what is no need. Twice is once."""
    async with in_transaction():
        if await Need.filter(id=need.id).delete():
            ledger.note(Lost.NEED, need.id)
            await record(Act.NEED_REMOVED, now=now, actor=by, object_id=need.id)
