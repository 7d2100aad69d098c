"""Reads of an offer's picture, and of any picture by its address."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.base.data.statement import Statement
from offers.catalogue.queries import VISITOR, Viewer, published
from offers.rights.queries import EDITOR_OF, EDITS


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it; `sha256` in hex is its address, `said` what it is said to show."""

    sha256: str
    width: int
    height: int
    said: str


async def picture_of(offer: UUID) -> Shown | None:
    """The picture that is shown with the offer."""
    return await row(
        Shown,
        """SELECT encode(p.sha256, 'hex') AS sha256, p.width, p.height, o.picture_text AS said
        FROM offer o JOIN picture p ON p.id = o.picture_id WHERE o.id = $1""",
        offer,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture as it is sent."""

    content: bytes
    media_type: str


def seen_with(viewer: Viewer, asked: Statement) -> str:
    """SQL: is picture p shown with an offer that this viewer may see, be it cancelled?"""
    return f"""EXISTS (SELECT FROM offer o JOIN organization w ON w.id = o.owner_id
        WHERE o.picture_id = p.id AND {published(viewer, cancelled=True).within(asked)})"""


async def public_picture(sha256: bytes) -> Kept | None:
    """The picture, while an organisation shows it, or an offer that everybody may see."""
    asked = Statement(sha256)
    return await row(
        Kept,
        f"""SELECT content, media_type FROM picture p WHERE sha256 = $1
        AND (EXISTS (SELECT FROM organization l WHERE l.logo_id = p.id) OR {seen_with(VISITOR, asked)})""",
        *asked.values,
    )


async def picture_for(sha256: bytes, person: UUID, viewer: Viewer) -> Kept | None:
    """The picture, while an offer shows it that the person may see or edit."""
    asked = Statement(person, sha256)
    return await row(
        Kept,
        f"""SELECT content, media_type FROM picture p WHERE sha256 = $2 AND ({seen_with(viewer, asked)}
            OR EXISTS (SELECT FROM offer o, {EDITOR_OF} WHERE o.picture_id = p.id AND {EDITS}))""",
        *asked.values,
    )
