"""Telling those who are booked that an organisation is closed for a time, or open again."""

from datetime import datetime

from marketplace.base.data import jobs
from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.post.mail import OUTBOX_COLUMNS, name_of
from marketplace.people.queries import WRITTEN_TO
from offers.messages.closings import mails
from offers.messages.closings.queries import heard
from offers.seats.models import ACTIVE

WHOM = """FROM decision d JOIN organization w ON w.id = d.organization_id
JOIN offer o ON o.owner_id = w.id AND o.state = 'published' JOIN booking b ON b.offer_id = o.id AND b.state = ANY($2)
    AND b.created_at <= d.at
JOIN seat_pool p ON p.id = b.pool_id AND (p.ends_at IS NULL OR p.ends_at > $1::timestamptz)
LEFT JOIN contact_point c ON c.id = b.contact_id
WHERE d.at > $1::timestamptz - interval '7 days' AND d.answer IN ('suspended', 'reopened')
    AND NOT EXISTS (SELECT FROM decision later WHERE later.organization_id = d.organization_id AND later.at > d.at)"""
"""Everybody with something to come, once for each answer of the municipality that closes or opens; none for one that
another answer has overtaken. It is read from the answers: an organisation knows nothing of bookings."""
ABOUT = f"""CASE d.answer WHEN 'suspended' THEN '{name_of(mails.organization_closed)}'
    ELSE '{name_of(mails.organization_reopened)}' END"""
KEY = "'closed:' || d.id || ':' || b.id"
WRITE = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT {NEW_ID}, c.channel, c.value, {ABOUT}, jsonb_build_object('booking', b.id), b.lang, {KEY},
    $1::timestamptz, $1::timestamptz, 0, b.id, b.offer_id, c.person_id, b.link_version
{WHOM} AND {WRITTEN_TO} ON CONFLICT (dedupe_key) DO NOTHING"""
RING = f"""INSERT INTO phone_call (id, booking_id, about, key, since)
SELECT {NEW_ID}, b.id, {ABOUT}, {KEY}, $1::timestamptz
{WHOM} AND {WRITTEN_TO} IS NOT TRUE AND (d.answer = 'suspended' OR EXISTS (SELECT FROM (SELECT x.* FROM decision x
        WHERE x.organization_id = d.organization_id AND x.answer = 'suspended' AND x.at < d.at
        ORDER BY x.at DESC LIMIT 1) x WHERE {heard("$1::timestamptz", "x")}))
    AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.dedupe_key = {KEY} AND m.failed_at IS NULL)
ON CONFLICT (key) DO NOTHING"""
"""Whom no message reaches. That it is open again is told to who has heard that it was closed, as by message; and no
message of it is on its way to another address of theirs."""


async def tell_closed(now: datetime) -> None:
    """Tell those who are booked that the organisation is closed for a time, or open again."""
    await jobs.each((WRITE, RING), lambda statement: rows(statement, now, list(ACTIVE)))
