"""Every night at two o'clock UTC: what is due is forgotten."""

from datetime import datetime, timedelta

from marketplace.base.data import jobs
from marketplace.privacy import actions

AT = timedelta(hours=2)


async def forget(now: datetime) -> None:
    """Once a day; a night without a worker is made up for when one comes."""
    slot = str((now - AT).date())
    async with jobs.leased("forget", slot, now=now, length=timedelta(minutes=30)) as ours:
        if ours:
            await actions.forget(now)
            await jobs.done("forget", slot, now=now)
