"""A day after a session the hosts are asked whose phone took its register along and sent nothing: once."""

from datetime import datetime, timedelta

from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import in_transaction
from offers.work.actions import tell_member
from offers.work.told.queries import ToldMember
from offers.work.unsent import mails
from offers.work.unsent.queries import Due, due, note_told

AFTER, LOOKS_BACK = timedelta(hours=24), timedelta(days=7)
"""Twenty-four hours after the session is over and the register was taken along: until then whoever marked somebody
without net may simply not have had any. After a week nobody asks any more."""
EARLIEST, LATEST = 8, 21
"""The hours in Norway between which somebody is written to who waits for nothing."""


async def ask_for_unsent(now: datetime) -> None:
    """Ask everybody whose phone may hold marks. One message tells of all their registers that are due."""
    if not EARLIEST <= clock.oslo(now).hour < LATEST:
        return

    async def ask(one: Due) -> None:
        member = ToldMember(one.organization_id, one.person_id, one.lang, one.channel, one.value)
        taken = [str(each) for each in one.taken]
        async with in_transaction():
            await tell_member(mails.unsent, member, taken[0], now, taken=taken)
            await note_told(one.taken, now)

    await jobs.each(await due(now - AFTER, now - AFTER - LOOKS_BACK), ask)
