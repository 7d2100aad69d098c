"""Reads of an organisation's profile and of pictures."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows


async def texts(organization: UUID) -> dict[str, dict[str, Any]]:
    """What the organisation says (summary, body), by language."""
    found = await rows(
        "SELECT lang, summary, body FROM organization_text WHERE organization_id = $1", organization
    )
    return {each["lang"]: each for each in found}


async def picture(sha256: bytes) -> dict[str, Any] | None:
    """content and media_type, while somebody shows it."""
    return await row(
        """SELECT content, media_type FROM picture p WHERE sha256 = $1
        AND (EXISTS (SELECT FROM organization o WHERE o.logo_id = p.id)
            OR EXISTS (SELECT FROM offer o WHERE o.picture_id = p.id))""",
        sha256,
    )
