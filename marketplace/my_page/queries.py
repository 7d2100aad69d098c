"""What a signed-in person has."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows, value
from offers.bookings.mine import CALLED, HELPED, HELPED_HERE, MINE
from offers.bookings.times.rules import has_other_times
from offers.catalogue.queries import offer_text
from offers.seats.links import link_path
from offers.seats.models import Claimed
from offers.seats.sql import active, covers

BOOKINGS = f"""WITH mine AS ({MINE})
SELECT b.id, b.link_version, b.state, b.seats, b.participant_id, b.booked_by_id, {CALLED} AS participant, t.title,
    b.ended_by, o.joining, r.person_id IS NOT DISTINCT FROM b.participant_id AS reaches_participant,
    t.lang AS text_lang, s.starts_at, s.ends_at, s.status AS session_status, v.name AS venue,
    CASE WHEN b.state = 'waiting' THEN (SELECT count(*) FROM booking q
        WHERE q.pool_id = b.pool_id AND q.state = 'waiting' AND q.queue_no <= b.queue_no) END AS place,
    CASE WHEN p.session_id IS NULL THEN (SELECT count(*) FROM session c
        WHERE c.offer_id = b.offer_id AND c.status <> 'cancelled' AND c.ends_at > $2) ELSE 0 END AS times_left
FROM mine JOIN booking b USING (id) JOIN person n ON n.id = b.participant_id JOIN offer o ON o.id = b.offer_id
    JOIN seat_pool p ON p.id = b.pool_id JOIN {offer_text("$3")} t ON true
    LEFT JOIN contact_point r ON r.id = b.contact_id
    LEFT JOIN LATERAL (
        SELECT s.starts_at, s.ends_at, s.status, s.venue_id FROM session s
        WHERE s.offer_id = b.offer_id AND {covers()} {{session}} LIMIT 1
    ) s ON true
    LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
WHERE {{which}} LIMIT $4"""

ACTIVE = f"{active()} AND (p.ends_at IS NULL OR p.ends_at > $2)"
COMING = BOOKINGS.format(
    session="AND s.ends_at > $2 ORDER BY s.status = 'cancelled', s.starts_at",
    which=f"{ACTIVE} AND {{helped}} ORDER BY s.starts_at NULLS LAST, b.id",
)
PAST = BOOKINGS.format(
    session="ORDER BY s.starts_at DESC",
    # Of somebody else whose name is forgotten there is nothing to show any more.
    which=f"""NOT ({ACTIVE}) AND NOT {HELPED} AND (n.name IS NOT NULL OR b.participant_id = $1)
            AND b.moved_to_id IS NULL
        ORDER BY coalesce(s.starts_at, b.changed_at) DESC, b.id DESC""",
)
MOST_COMING, MOST_PAST = 200, 20


@dataclass(frozen=True, slots=True)
class Mine(Claimed):
    """A booking as Min side shows it, with the session that it is for next, or was for last. `place` is the one in the
    queue, `times_left` how often a whole course still meets."""

    id: UUID
    link_version: int
    state: str
    seats: int
    participant_id: UUID
    booked_by_id: UUID
    participant: str | None
    title: str
    ended_by: str | None
    joining: str
    reaches_participant: bool
    text_lang: str
    starts_at: datetime | None
    ends_at: datetime | None
    session_status: str | None
    venue: str | None
    place: int | None
    times_left: int

    @property
    def path(self) -> str:
        return link_path(self.id, self.link_version)

    @property
    def has_other_times(self) -> bool:
        return has_other_times(self.joining, self.state)


async def bookings(
    person: UUID, lang: str, *, coming: bool, now: datetime, helped: bool = False
) -> list[Mine]:
    """The person's active bookings by their next session, or the last 20 of the others, newest first. `helped`: the
    coming ones that a guide has made for somebody; these are not among the others."""
    sql = COMING.format(helped=HELPED_HERE if helped else f"NOT {HELPED}") if coming else PAST
    return await rows(Mine, sql, person, now, lang, MOST_COMING if coming else MOST_PAST)


async def calendar_address_since(person: UUID) -> datetime | None:
    """When the address of the person's own calendar was made; None when they have none."""
    made: datetime | None = await value(
        """SELECT created_at FROM calendar_address WHERE person_id = $1 AND NOT hosting AND organization_id IS NULL
            AND revoked_at IS NULL""",
        person,
    )
    return made


async def shielded(person: UUID) -> bool:
    """Do lists show an alias for the person?"""
    return bool(await value("SELECT shielded FROM person WHERE id = $1", person))
