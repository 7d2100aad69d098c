"""Which registers a phone may keep: those of today and tomorrow that the person leads. Nobody's name is read here."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.publishing.queries import MINE
from offers.seats.sql import covers

MOST = 20
"""So many registers of two days are kept at the most."""


class Near(NamedTuple):
    """A register that may be kept. `version` is another when its time, who comes or what is marked is."""

    session: UUID
    version: str


async def near(person: Any, since: datetime, until: datetime) -> list[Near]:
    """The sessions that go on at some time between these and that the person sees the participants of, the first to
    begin first. What began last evening is kept while it lasts."""
    return await rows(
        Near,
        f"""WITH {MINE} SELECT s.id AS session, md5(concat_ws(' ', s.starts_at, s.ends_at, r.saved_at, r.closed_at,
            (SELECT string_agg(concat(b.id, b.changed_at), ' ' ORDER BY b.id)
            FROM seat_pool p JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed'
            WHERE p.offer_id = s.offer_id AND {covers()}))) AS version
        FROM mine JOIN session s ON s.offer_id = mine.id LEFT JOIN register r ON r.session_id = s.id
        WHERE mine.sees AND s.status <> 'cancelled' AND s.ends_at > $2 AND s.starts_at < $3
        ORDER BY s.starts_at, s.id LIMIT {MOST}""",
        person.id, since, until,
    )  # fmt: skip
