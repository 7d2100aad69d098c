"""Where the next page of a list begins, as it stands in addresses: a moment and an id, in which order the list is."""

from datetime import UTC, datetime
from uuid import UUID

from marketplace.base.errors import NotFound
from marketplace.base.web.http import parse_id


def page_key_text(moment: datetime, last: UUID) -> str:
    """`after` of the page that begins behind what has this moment and id."""
    return f"{moment.isoformat()},{last}"


def page_key(text: str) -> tuple[datetime, UUID] | None:
    """`after` of an address, of a list in the order of a moment and an id: where its next page begins. Raises NotFound
    for anything else."""
    if not text:
        return None
    moment, _comma, last = text.partition(",")
    try:
        key = datetime.fromisoformat(moment.replace(" ", "+"))
        return key.astimezone(UTC), parse_id(last)
    except (ValueError, OverflowError):
        raise NotFound from None
