"""Taking away what is kept about oneself."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit
from marketplace.privacy.acts import Act
from marketplace.privacy.download.queries import everything
from marketplace.privacy.download.rules import Found
from marketplace.settings import settings


async def take(person: UUID, lang: str, *, now: datetime, by_operator: bool = False) -> Found:
    """All of it. That it was taken is written down, as of every export; the person reads who took it (looked/)."""
    found = await everything(person, lang)
    await audit.record(Act.EXPORT_MADE, actor=None if by_operator else person, person=person, now=now)
    return found


def document(found: Found, now: datetime) -> dict[str, object]:
    """The same as a file for a program."""
    return {"site": settings().site_name, "made_at": now.isoformat(), **found}
