"""The member organisations are told of a meeting: that it is called, moved, cancelled. One transaction each."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import in_transaction
from marketplace.base.i18n import SOURCE
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.dialogue import mails
from marketplace.dialogue.items import actions as items_actions
from marketplace.dialogue.telling import queries
from marketplace.dialogue.telling.queries import Change
from marketplace.dialogue.telling.rules import changing, key_of


async def tell_of_changes(meeting: UUID, *, now: datetime) -> None:
    """What follows for the dialogue from that a meeting was moved or cancelled, here or on the pages of the offer that
    it is: its members are told, and what it was to talk about goes on to the next one. Done again it does nothing
    more."""
    async with in_transaction():
        for change in await queries.changes(now, meeting):
            await follow(change, now=now)


async def follow(change: Change, *, now: datetime) -> None:
    """The same of one change."""
    async with in_transaction():
        if change.puts_off:
            await items_actions.put_off(change.dialogue_id, change.meeting_id, now)
        act = changing(change.session_id, change.sequence)
        await tell(change.meeting_id, change.status, act, change.addresses, now)


async def tell(meeting: UUID, change: str, act: str, addresses: list[str], now: datetime) -> None:
    """A message to each of these member organisations. We know no language of theirs but Bokmål."""
    for address in addresses:
        await post(
            mails.meeting, channel=Channel.EMAIL, address=address, lang=SOURCE, key=key_of(act, address), now=now,
            meeting=str(meeting), change=change,
        )  # fmt: skip
