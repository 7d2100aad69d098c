"""Every minute: who waits for booking to open hears that it has."""

from datetime import datetime

from offers.bookings.openings import actions


async def tell_opened(now: datetime) -> None:
    await actions.tell_opened(now=now)
