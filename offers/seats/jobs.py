"""Every minute: held seats that nobody answered for in time go on to the next in the queue, and offers whose next
session is over show the one after it."""

from datetime import datetime

from offers.seats import actions, upkeep


async def expire_offers(now: datetime) -> None:
    await actions.expire_offers(now=now)


async def next_sessions(now: datetime) -> None:
    await upkeep.move_on(now)
