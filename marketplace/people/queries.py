"""Reads of people and sign-ins."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows

WRITTEN_TO = "(c.channel IN ('email', 'sms') AND c.refused_at IS NULL)"
"""Does a message reach contact point c? Not who is to be rung, nor where the mail server said that nobody is. Of a
LEFT JOIN it is null where there is no contact point."""


async def verified_contacts(person: UUID) -> list[dict[str, Any]]:
    """Addresses that the person has proven theirs: id, channel, value."""
    return await rows(
        """SELECT id, channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY channel, value""",
        person,
    )
