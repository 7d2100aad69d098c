"""Telling those who are booked that an organisation is closed for a time, or open again."""

from datetime import datetime

from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.post.mail import OUTBOX_COLUMNS, name_of
from marketplace.people.queries import WRITTEN_TO
from offers.messages.closings import mails
from offers.seats.rules import ACTIVE

CLOSED = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT {NEW_ID}, c.channel, c.value, CASE d.answer WHEN 'suspended' THEN '{name_of(mails.organization_closed)}'
        ELSE '{name_of(mails.organization_reopened)}' END,
    jsonb_build_object('booking', b.id), b.lang, 'closed:' || d.id || ':' || b.id, $1::timestamptz, $1::timestamptz, 0,
    b.id, b.offer_id, c.person_id, b.link_version
FROM decision d JOIN organization w ON w.id = d.organization_id
JOIN offer o ON o.owner_id = w.id AND o.state = 'published' JOIN booking b ON b.offer_id = o.id AND b.state = ANY($2)
    AND b.created_at <= d.at
JOIN seat_pool p ON p.id = b.pool_id AND (p.ends_at IS NULL OR p.ends_at > $1::timestamptz)
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
WHERE d.at > $1::timestamptz - interval '7 days' AND d.answer IN ('suspended', 'reopened')
    AND NOT EXISTS (SELECT FROM decision later WHERE later.organization_id = d.organization_id AND later.at > d.at)
ON CONFLICT (dedupe_key) DO NOTHING"""
"""Everybody with something to come, once for each answer of the municipality that closes or opens; none for one that
another answer has overtaken. It is read from the answers: an organisation knows nothing of bookings."""


async def tell_closed(now: datetime) -> None:
    """Tell those who are booked that the organisation is closed for a time, or open again."""
    await rows(CLOSED, now, list(ACTIVE))
