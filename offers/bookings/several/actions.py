"""Cancelling several bookings at once. Booking several dates is bookings/actions.py:book_dates."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import in_transaction, rows
from offers.bookings.actions import cancel


async def cancel_together(bookings: list[UUID], *, now: datetime, by: UUID | None = None) -> None:
    """Cancel several bookings, all or none. Each has its own message: a calendar's CANCEL names one event."""
    async with in_transaction():
        for found in await rows("SELECT id FROM booking WHERE id = ANY($1) ORDER BY pool_id", bookings):
            await cancel(found["id"], now=now, by=by)
