"""Which registers a phone may keep: those of today and tomorrow that the person leads. Nobody's name is read here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from offers.publishing.queries import MINE

MOST = 20
"""So many registers of two days are kept at the most."""


@dataclass(frozen=True, slots=True)
class Near:
    """A session of today or tomorrow."""

    id: UUID


async def near(person: Any, since: datetime, until: datetime) -> list[Near]:
    """The sessions that begin between these and that the person sees the participants of, the first to begin first."""
    return await rows(
        Near,
        f"""WITH {MINE} SELECT s.id FROM mine JOIN session s ON s.offer_id = mine.id
        WHERE mine.sees AND s.status <> 'cancelled' AND s.starts_at >= $2 AND s.starts_at < $3
        ORDER BY s.starts_at, s.id LIMIT {MOST}""",
        person.id, since, until,
    )  # fmt: skip
