"""What mending a booking needs to know of it."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import value
from offers.publishing.questions.rules import ASKED
from offers.seats.known import active_at

MENDED = f"""SELECT b.id, b.pool_id, b.offer_id, b.state, b.seats, b.participant_id, b.booked_by_id, b.contact_id,
    b.lang, b.link_version, b.made_with_id, b.form_key, b.form_digest, b.created_at, c.channel, c.value AS address,
    c.person_id, c.verified_at, c.refused_at, n.name AS participant, p.session_id, {ASKED}
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
    JOIN person n ON n.id = b.participant_id LEFT JOIN contact_point c ON c.id = b.contact_id WHERE """
"""Rows of a Mended."""


async def holds(key: bytes, session: UUID | None, now: datetime) -> bool:
    """Is there still something to mend of what a form has made with this key, on this session if one is given?"""
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM booking f JOIN booking b ON b.id = f.id OR b.made_with_id = f.id
                JOIN seat_pool p ON p.id = b.pool_id
            WHERE f.form_key = $1 AND ($2::uuid IS NULL OR p.session_id = $2) AND {active_at("$3")}
                AND (p.ends_at IS NULL OR p.ends_at > $3))""",
            key, session, now,
        )
    )  # fmt: skip
