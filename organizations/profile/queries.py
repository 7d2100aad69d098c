"""Reads of an organisation's profile and of pictures."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import row, rows


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


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    media_type: str


async def picture(sha256: bytes) -> Picture | None:
    """The picture, while somebody shows it."""
    return await row(
        Picture,
        """SELECT content, media_type FROM picture p WHERE sha256 = $1
        AND (EXISTS (SELECT FROM organization o WHERE o.logo_id = p.id)
            OR EXISTS (SELECT FROM offer o WHERE o.picture_id = p.id))""",
        sha256,
    )
