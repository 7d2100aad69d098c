"""When guides are told of the calls that nobody else can make: as those who lead offers are of theirs."""

from datetime import datetime
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import in_transaction
from marketplace.guide.ringing import mails, queries
from offers.work.actions import tell_member
from offers.work.jobs import DAYTIME, calls_due


async def tell_guides(now: datetime) -> None:
    """By day, of whom nobody has rung for a while, and once more after two days."""
    if clock.oslo(now).hour not in DAYTIME:
        return
    due = calls_due(now)

    async def tell(desk: UUID) -> None:
        async with in_transaction():
            calls = await queries.note_told(desk, *due)
            for one in await queries.who_rings(desk, calls):
                await tell_member(mails.desk_calls, one, f"{max(calls)}:{int(now.timestamp())}", now)

    await jobs.each(await queries.desks(*due), tell)
