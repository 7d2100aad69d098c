"""Every minute: held seats that nobody answered for in time go on to the next in the queue, and who waits for booking
to open hears that it has."""

from datetime import datetime

from offers.bookings import actions


async def expire_offers(now: datetime) -> None:
    await actions.expire_offers(now=now)
