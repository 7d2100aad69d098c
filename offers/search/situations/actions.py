"""Writes of situations. One transaction each; all are in the audit log."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.base.web.forms import Sent
from offers.search.situations.acts import Act
from offers.search.situations.models import Situation


async def make(given: Sent, *, by: UUID, now: datetime) -> None:
    """A new one. Whoever writes it has read it."""
    async with in_transaction():
        made = await Situation.create(**given, reviewed_at=now)
        await record(Act.SITUATION_MADE, now=now, actor=by, object_id=made.id)


async def change(situation: UUID, given: Sent, *, by: UUID, now: datetime) -> None:
    """Other words, or another way. Whoever changes it has read it."""
    async with in_transaction():
        await Situation.filter(id=situation).update(**given, reviewed_at=now)
        await record(Act.SITUATION_CHANGED, now=now, actor=by, object_id=situation)


async def review(situation: UUID, *, by: UUID, now: datetime) -> None:
    """A coordinator has read it, and it is good as it is."""
    async with in_transaction():
        if await Situation.filter(id=situation, reviewed_at=None).update(reviewed_at=now):
            await record(Act.SITUATION_REVIEWED, now=now, actor=by, object_id=situation)


async def switch(situation: UUID, on: bool, *, by: UUID, now: datetime) -> None:
    """Lead people by it again, or no longer."""
    async with in_transaction():
        changed = (
            await Situation.filter(id=situation, off_at__isnull=False).update(off_at=None) if on
            else await Situation.filter(id=situation, off_at=None).update(off_at=now)
        )  # fmt: skip
        if changed:
            await record(
                Act.SITUATION_ON if on else Act.SITUATION_OFF, now=now, actor=by, object_id=situation
            )
