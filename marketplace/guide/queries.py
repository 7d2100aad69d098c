"""What a guide sees again of what they have booked for others."""

from uuid import UUID

from marketplace.base.data.database import value
from marketplace.base.errors import NotFound
from offers.bookings.mine import AT_DESK
from offers.bookings.queries import booking_by_token
from offers.bookings.rows import OwnBooking


async def booking_of_desk(guide: UUID, token: str, lang: str) -> OwnBooking:
    """The booking of this link, if this guide or another of the same unit has made it for somebody. Raises
    NotFound."""
    found = await booking_by_token(token, lang)
    if not await value(f"SELECT true FROM booking b WHERE b.id = $2 AND {AT_DESK}", guide, found.id):
        raise NotFound
    return found
