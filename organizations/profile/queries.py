"""Reads of an organisation's profile."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows


@dataclass(frozen=True, slots=True)
class Text:
    """What an organisation says of itself in one language."""

    lang: str
    summary: str
    body: str


async def texts(organization: UUID) -> dict[str, Text]:
    """What the organisation says, by language."""
    found = await rows(
        Text, "SELECT lang, summary, body FROM organization_text WHERE organization_id = $1", organization
    )
    return {each.lang: each for each in found}
