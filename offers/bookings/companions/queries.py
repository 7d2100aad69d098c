"""Who comes along."""

from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows

NAMES = "ARRAY(SELECT a.name FROM companion a WHERE a.booking_id = b.id ORDER BY a.id)"
"""Names of those who come along with booking b."""


class Named(NamedTuple):
    """Somebody who comes along and is named."""

    id: UUID
    name: str


async def companions(booking_id: UUID) -> list[Named]:
    """Those who come along and are named."""
    return await rows(Named, "SELECT id, name FROM companion WHERE booking_id = $1 ORDER BY id", booking_id)
