"""What a guide sees again of what they have booked for others."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import value
from marketplace.base.errors import NotFound
from offers.bookings.mine import HELPED
from offers.bookings.queries import booking_by_token


async def helped_booking(guide: UUID, token: str, lang: str) -> dict[str, Any]:
    """The booking of this link, if this guide has made it for somebody. Raises NotFound."""
    found = await booking_by_token(token, lang)
    if not await value(f"SELECT true FROM booking b WHERE b.id = $2 AND {HELPED}", guide, found["id"]):
        raise NotFound
    return found
