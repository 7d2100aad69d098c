"""Who comes along, and what was answered when booking."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows

NAMES = "ARRAY(SELECT a.name FROM companion a WHERE a.booking_id = b.id ORDER BY a.id)"
"""Names of those who come along with booking b."""


async def companions(booking_id: UUID) -> list[dict[str, Any]]:
    """id and name of those who come along and are named."""
    return await rows("SELECT id, name FROM companion WHERE booking_id = $1 ORDER BY id", booking_id)
