"""Which registers a phone may keep: those of today and tomorrow that the person leads. Nobody's name is read here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import column
from offers.publishing.queries import MINE

MOST = 20
"""So many registers of two days are kept at the most."""


async def near(person: Any, since: datetime, until: datetime) -> list[UUID]:
    """The sessions that begin between these and that the person sees the participants of, the first to begin first."""
    return await column(
        f"""WITH {MINE} SELECT s.id FROM mine JOIN session s ON s.offer_id = mine.id
        WHERE mine.sees AND s.status <> 'cancelled' AND s.starts_at >= $2 AND s.starts_at < $3
        ORDER BY s.starts_at, s.id LIMIT {MOST}""",
        person.id, since, until,
    )  # fmt: skip
