"""Taking away what is kept about oneself."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit
from marketplace.privacy.acts import Act
from marketplace.privacy.download.queries import everything
from marketplace.privacy.download.rules import Found


async def take(person: UUID, lang: str, *, now: datetime) -> Found:
    """All of it. That it was taken is written down, as of every export."""
    found = await everything(person, lang)
    await audit.record(Act.EXPORT_MADE, actor=person, person=person, now=now)
    return found
