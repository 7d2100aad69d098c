"""Reminders, planned by what is in the database and not by memory: a worker that was away for a day sends those that
still are of use, and none twice (the outbox knows each by its key)."""

from datetime import datetime, timedelta

from marketplace.base.database import rows
from marketplace.base.mail import OUTBOX_COLUMNS

BEFORE = timedelta(hours=24)
AT_LEAST = timedelta(hours=1)
"""A reminder that comes later than this before the start is of no use."""

REMIND = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT gen_random_uuid(), c.channel, c.value, 'reminder', jsonb_build_object('booking', b.id, 'session', s.id),
    b.lang, 'reminder:' || b.id || ':' || s.id || ':' || s.sequence, $1::timestamptz, $1::timestamptz, 0
FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND (p.session_id = s.id OR p.session_id IS NULL)
JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed'
JOIN contact_point c ON c.id = b.contact_id AND c.refused_at IS NULL
WHERE s.starts_at > $1::timestamptz + $2::interval AND s.starts_at <= $1::timestamptz + $3::interval
    AND s.status <> 'cancelled'
    AND b.changed_at <= s.starts_at - $3::interval
    AND NOT EXISTS (SELECT 1 FROM sent_word w WHERE w.booking_id = b.id AND w.session_id = s.id)
ON CONFLICT (dedupe_key) DO NOTHING"""
"""Whoever booked on the last day has just got a confirmation, and whoever sent word is not coming."""


async def remind(now: datetime) -> None:
    """Put a reminder in the outbox for everybody who has a seat at a session of the coming day."""
    await rows(REMIND, now, AT_LEAST, BEFORE)
