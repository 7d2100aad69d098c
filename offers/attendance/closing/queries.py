"""Reads of what is to be closed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows, value
from offers.attendance.closing.rules import STILL_AT_IT, ended_before, open_since
from offers.catalogue.recorded import begun


@dataclass(frozen=True, slots=True)
class Due:
    """A session whose register closes by itself now, and whose it is."""

    id: UUID
    organization_id: UUID


DUE = f"""FROM register g JOIN session s ON s.id = g.session_id JOIN offer o ON o.id = s.offer_id
WHERE g.closed_at IS NULL AND s.status <> 'cancelled' AND {begun()} AND (s.starts_at < $2 AND EXISTS (
        SELECT FROM year_key y WHERE y.year = extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo')
            AND y.closed_at IS NULL)
    OR s.starts_at >= $2 AND s.ends_at < $1
        AND (g.saved_at < $1 OR g.saved_at < (date_trunc('day', s.ends_at AT TIME ZONE 'Europe/Oslo')
            + interval '1 day 12 hours') AT TIME ZONE 'Europe/Oslo'
            - interval '{STILL_AT_IT.total_seconds():.0f} seconds'))"""
"""rules.closes_at, for all of them: of a year that is settled at once, until it is counted for the last time."""


async def due(now: datetime, without: list[int]) -> list[Due]:
    """Sessions of yesterday and before in whose register something was marked, and that nobody has finished or is
    still at; but for those of the years `without`."""
    return await rows(
        Due,
        f"""SELECT s.id, o.owner_id AS organization_id {DUE}
            AND extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo')::int <> ALL($3)
        ORDER BY s.ends_at, s.id""",
        ended_before(now), open_since(now), without,
    )  # fmt: skip


async def is_due(session: UUID, now: datetime) -> bool:
    """Is the register of this session still one of those?"""
    return bool(
        await value(
            f"SELECT EXISTS (SELECT {DUE} AND s.id = $3)", ended_before(now), open_since(now), session
        )
    )
