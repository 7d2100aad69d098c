"""Reads of an offer's picture."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import row


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it; `sha256` in hex is its address."""

    sha256: str
    width: int
    height: int


async def picture_of(offer: UUID) -> Shown | None:
    """The picture that is shown with the offer."""
    return await row(
        Shown,
        """SELECT encode(p.sha256, 'hex') AS sha256, p.width, p.height
        FROM offer o JOIN picture p ON p.id = o.picture_id WHERE o.id = $1""",
        offer,
    )
