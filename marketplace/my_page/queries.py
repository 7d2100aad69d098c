"""What a signed-in person has."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.database import rows, value
from offers.bookings.queries import TEXT
from offers.bookings.rules import link_path

MINE = """WITH proven AS (
    SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
), mine AS (
    SELECT id FROM booking WHERE participant_id = $1
    UNION SELECT id FROM booking WHERE booked_by_id = $1
    UNION SELECT b.id FROM proven JOIN contact_point c USING (channel, value) JOIN booking b ON b.contact_id = c.id
)"""
"""Bookings that are a person's to see (product.md, "How booking behaves"): who comes, who booked, and whoever has
proven the address that the messages go to."""

BOOKINGS = f"""{MINE}
SELECT b.id, b.link_version, b.state, b.seats, b.participant_id, b.booked_by_id, n.name AS participant, t.title,
    t.lang AS text_lang, s.starts_at, s.ends_at, s.status AS session_status, v.name AS venue,
    CASE WHEN b.state = 'waiting' THEN (SELECT count(*) FROM booking q
        WHERE q.pool_id = b.pool_id AND q.state = 'waiting' AND q.queue_no <= b.queue_no) END AS place,
    CASE WHEN p.session_id IS NULL THEN (SELECT count(*) FROM session c
        WHERE c.offer_id = b.offer_id AND c.status <> 'cancelled' AND c.ends_at > $2) ELSE 0 END AS times_left
FROM mine JOIN booking b USING (id) JOIN person n ON n.id = b.participant_id JOIN offer o ON o.id = b.offer_id
    JOIN seat_pool p ON p.id = b.pool_id JOIN {TEXT.format(lang="$3")} ON true
    LEFT JOIN LATERAL (
        SELECT s.starts_at, s.ends_at, s.status, s.venue_id FROM session s
        WHERE s.offer_id = b.offer_id AND (p.session_id IS NULL OR s.id = p.session_id) {{session}} LIMIT 1
    ) s ON true
    LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
WHERE {{which}} LIMIT $4"""

ACTIVE = (
    "b.state IN ('requested', 'confirmed', 'waiting', 'offered') AND (p.ends_at IS NULL OR p.ends_at > $2)"
)
COMING = BOOKINGS.format(
    session="AND s.ends_at > $2 ORDER BY s.status = 'cancelled', s.starts_at",
    which=f"{ACTIVE} ORDER BY s.starts_at NULLS LAST, b.id",
)
PAST = BOOKINGS.format(
    session="ORDER BY s.starts_at DESC",
    which=f"NOT ({ACTIVE}) ORDER BY coalesce(s.starts_at, b.changed_at) DESC, b.id DESC",
)
MOST_COMING, MOST_PAST = 200, 20


async def bookings(person: UUID, lang: str, *, coming: bool, now: datetime) -> list[dict[str, Any]]:
    """The person's active bookings by their next session, or the last 20 of the others, newest first.

    Keys: id, state, seats, participant_id, booked_by_id, participant, title, text_lang, starts_at, ends_at,
    session_status, venue (None where there is none), place (in the queue), times_left (of a whole course), path.
    """
    found = await rows(COMING if coming else PAST, person, now, lang, MOST_COMING if coming else MOST_PAST)
    return [booking | {"path": link_path(booking["id"], booking["link_version"])} for booking in found]


async def calendar_address_since(person: UUID) -> datetime | None:
    """When the person's calendar address was made; None when they have none."""
    made: datetime | None = await value(
        "SELECT created_at FROM calendar_address WHERE person_id = $1 AND revoked_at IS NULL", person
    )
    return made
