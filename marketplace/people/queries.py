"""Reads of people and sign-ins."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows

WRITTEN_TO = "(c.channel IN ('email', 'sms') AND c.refused_at IS NULL)"
"""Does a message reach contact point c? Not who is to be rung, nor where the mail server said that nobody is. Of a
LEFT JOIN it is null where there is no contact point."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address that somebody has proven theirs."""

    id: UUID
    channel: str
    value: str


async def verified_contacts(person: UUID) -> list[Address]:
    """Addresses that the person has proven theirs; where the mail server said that nobody is comes last."""
    return await rows(
        Address,
        """SELECT id, channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY refused_at IS NOT NULL, channel, value""",
        person,
    )
