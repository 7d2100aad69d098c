"""Often: those who have a place are told of the sessions that were added to it."""

from datetime import datetime

from marketplace.base.data import jobs
from offers.sessions import actions
from offers.sessions.queries import untold


async def tell_added(now: datetime) -> None:
    """Tell those who have a place of each session that was added to what they have booked."""
    await jobs.each(await untold(), lambda offer_id: actions.tell_added(offer_id, now=now))
