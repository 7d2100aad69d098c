"""Cancelling several bookings at once. Booking several dates is bookings/actions.py:book_dates."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column, in_transaction
from offers.bookings.actions import cancel


async def cancel_together(bookings: list[UUID], *, now: datetime, by: UUID | None = None) -> None:
    """Cancel several bookings, all or none. Each has its own message: a calendar's CANCEL names one event."""
    async with in_transaction():
        for booking in await column("SELECT id FROM booking WHERE id = ANY($1) ORDER BY pool_id", bookings):
            await cancel(booking, now=now, by=by)
