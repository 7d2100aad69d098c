"""What a signed-in person has."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows, value
from offers.bookings.mine import HELPED, MINE
from offers.catalogue.queries import offer_text
from offers.seats.links import link_path
from offers.seats.sql import active, covers

BOOKINGS = f"""WITH mine AS ({MINE})
SELECT b.id, b.link_version, b.state, b.seats, b.participant_id, b.booked_by_id, n.name AS participant, t.title,
    b.ended_by,    b.reference, o.joining,
    r.person_id IS NOT DISTINCT FROM b.participant_id AS reaches_participant,
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


async def bookings(
    person: UUID, lang: str, *, coming: bool, now: datetime, helped: bool = False
) -> list[dict[str, Any]]:
    """The person's active bookings by their next session, or the last 20 of the others, newest first. `helped`: the
    coming ones that a guide has made for somebody; these are not among the others.

    Keys: id, state, seats, reference, joining, participant_id, booked_by_id, participant, reaches_participant, title,
    text_lang, starts_at, ends_at, session_status, venue (None where there is none), place (in the queue), times_left
    (of a whole course), path.
    """
    sql = COMING.format(helped=HELPED if helped else f"NOT {HELPED}") if coming else PAST
    found = await rows(sql, person, now, lang, MOST_COMING if coming else MOST_PAST)
    return [booking | {"path": link_path(booking["id"], booking["link_version"])} for booking in found]


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
