"""The dates of an offer that may be booked, and those that were booked together."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from offers.bookings.rows import OwnBooking, Together
from offers.catalogue.queries import Viewer, published
from offers.seats import rules as seats_rules
from offers.seats.queries import POOL_COLUMNS, PoolFacts

MOST_SHOWN = 60
ELSEWHERE = (
    "(SELECT v.name FROM venue v WHERE v.id = s.venue_id AND v.id IS DISTINCT FROM o.venue_id) AS elsewhere"
)
"""SQL: the place of session s of offer o, where it is another than the offer's own."""


@dataclass(frozen=True, slots=True)
class OpenDate(PoolFacts):
    """A date with seats: a session, with its own times."""

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    elsewhere: str | None
    """The place, where it is another than the offer's own."""

    @property
    def full(self) -> bool:
        """Is there nothing to do but wait?"""
        return self.pool.free == 0

    def gone(self, now: datetime) -> bool:
        """Can nobody book it any more?"""
        return any(seats_rules.closed(self.pool, now))


async def open_dates(slug: str, viewer: Viewer, now: datetime, also: Collection[UUID] = ()) -> list[OpenDate]:
    """The dates of an offer that one can book or wait for now, in time, and `also` these."""
    asked = Statement(slug, now, list(also))
    columns = POOL_COLUMNS.replace("p.starts_at, p.ends_at", "s.starts_at, s.ends_at")
    found = await rows(
        OpenDate,
        f"""SELECT {columns}, {ELSEWHERE} FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id JOIN session s ON s.id = p.session_id
        WHERE o.slug = $1 AND (s.starts_at > $2 AND s.status <> 'cancelled' OR s.id = ANY($3))
            AND {published(viewer).within(asked)}
        ORDER BY s.starts_at, s.id LIMIT {MOST_SHOWN}""",
        *asked.values,
    )
    return [one for one in found if not one.gone(now) or one.session_id in also]


async def made_together(one_of: OwnBooking) -> list[Together]:
    """All bookings of several dates that one form made, by `one_of` them (queries.py:booking), in time, each as it is
    now: what took the place of a moved one is there instead of it. One that was handed over since is another's, and one
    whose messages go elsewhere is for who reads them there: each has its link.
    """
    if one_of.made_with_id is None:
        return []
    return await rows(
        Together,
        """SELECT b.id, b.state, b.ended_by, b.reference, b.link_version, b.changed_at, s.starts_at, s.ends_at,
            s.status, s.id AS session_id, s.note, s.sequence, s.changed_at AS session_changed, v.name AS venue,
            v.street, v.postcode, v.city, v.lat, v.lon
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN session s ON s.id = p.session_id
        JOIN offer o ON o.id = b.offer_id LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
            LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.made_with_id = $1 AND b.booked_by_id = $2 AND b.moved_to_id IS NULL
            AND (c.channel, c.value) IS NOT DISTINCT FROM ($3::text, $4::text) ORDER BY s.starts_at, b.id""",
        one_of.made_with_id, one_of.booked_by_id, one_of.channel, one_of.address,
    )  # fmt: skip
