"""Reminders and what is said afterwards, planned by what is in the database and not by memory: a worker that was away
for a day sends those that still are of use, and none twice (the outbox knows each by its key)."""

from datetime import datetime, timedelta

from marketplace.base.data.database import rows
from marketplace.base.post.mail import OUTBOX_COLUMNS
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.rules import ACTIVE
from offers.messages import actions
from offers.messages.queries import untold
from offers.publishing.opening_rules import USUAL_REMINDERS

FURTHEST = 336
"""No offer reminds earlier than these hours before: what has been sent is known by its row in the outbox, which stays
for thirty days (marketplace/privacy/rules.py)."""
AT_LEAST = timedelta(hours=1)
"""A reminder that comes later than this before the start, or than half of its own time, is of no use."""

REMIND = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT gen_random_uuid(), c.channel, c.value, 'reminder',
    jsonb_build_object('booking', b.id, 'session', s.id, 'sequence', s.sequence),
    b.lang, 'reminder:' || b.id || ':' || s.id || ':' || s.sequence || ':' || due.hours, $1::timestamptz,
    $1::timestamptz, 0, b.id, o.id, c.person_id, b.link_version
FROM session s JOIN offer o ON o.id = s.offer_id
CROSS JOIN LATERAL (SELECT min(h) AS hours FROM unnest(coalesce(o.remind_hours, $2::int[])) h
    WHERE h BETWEEN 1 AND $3::int AND s.starts_at <= $1::timestamptz + make_interval(hours => h)) due
CROSS JOIN LATERAL (SELECT s.starts_at - make_interval(hours => due.hours) AS at) planned
JOIN seat_pool p ON p.offer_id = o.id AND (p.session_id = s.id OR p.session_id IS NULL)
JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' AND b.changed_at <= planned.at
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
WHERE s.starts_at > $1::timestamptz AND s.starts_at <= $1::timestamptz + make_interval(hours => $3::int)
    AND s.starts_at > $1::timestamptz + least($4::interval, make_interval(mins => due.hours * 30))
    AND s.status <> 'cancelled' AND s.changed_at <= planned.at
    AND NOT EXISTS (SELECT 1 FROM sent_word w WHERE w.booking_id = b.id AND w.session_id = s.id)
ON CONFLICT (dedupe_key) DO NOTHING"""
"""Of several that are due, only the one nearest to the start. Whoever booked since it was planned has just got a
confirmation, whoever was told of a new time or place since has just heard that, and whoever sent word is not coming.
A session that is moved has a new sequence: it reminds anew. Real hours: 24 hours before 18 on the Sunday when clocks
change is 19 or 17 on the Saturday."""


async def remind(now: datetime) -> None:
    """Put a reminder in the outbox for everybody who has a seat at a session that is soon."""
    await rows(REMIND, now, list(USUAL_REMINDERS), FURTHEST, AT_LEAST)


MISSED = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT DISTINCT ON (c.channel, c.value, b.offer_id) gen_random_uuid(), c.channel, c.value, 'missed',
    jsonb_build_object('booking', b.id, 'session', a.session_id), b.lang,
    'missed:' || b.offer_id || ':' || b.id || ':' || a.session_id,
    $1::timestamptz, $1::timestamptz, 0, b.id, b.offer_id, c.person_id, b.link_version
FROM register r JOIN session s ON s.id = r.session_id AND s.status <> 'cancelled' AND s.ends_at <= $1::timestamptz
    AND s.ends_at > $1::timestamptz - interval '7 days'
JOIN attendance a ON a.session_id = r.session_id AND a.state = 'absent'
JOIN booking b ON b.id = a.booking_id AND b.state = 'confirmed'
JOIN offer o ON o.id = b.offer_id AND o.state = 'published'
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
WHERE r.saved_at <= $1::timestamptz - $2::interval AND NOT EXISTS (SELECT FROM outbox_message m
    WHERE m.mail = 'missed' AND m.channel = c.channel AND m.address = c.value
    AND m.offer_id = b.offer_id AND m.created_at > $1::timestamptz - interval '14 days')
ORDER BY c.channel, c.value, b.offer_id, s.starts_at DESC, b.id
ON CONFLICT (dedupe_key) DO NOTHING"""
"""One to an address and offer in a fortnight, however many bookings it has. Of the last week only: later it is no
friendly word any more. Whoever sent word is excused, not absent."""

THANKS = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT DISTINCT ON (c.channel, c.value, b.offer_id) gen_random_uuid(), c.channel, c.value, 'thanks',
    jsonb_build_object('booking', b.id), b.lang, 'thanks:' || b.offer_id || ':' || b.id,
    $1::timestamptz, $1::timestamptz, 0, b.id, b.offer_id, c.person_id, b.link_version
FROM seat_pool p JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' AND b.told_useful_at IS NULL
JOIN offer o ON o.id = b.offer_id AND o.state = 'published'
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO}
WHERE p.ends_at <= $1::timestamptz - $2::interval AND p.ends_at > $1::timestamptz - interval '14 days'
    AND EXISTS (SELECT FROM attendance a WHERE a.booking_id = b.id AND a.state = 'present'
        AND a.recorded_at <= $1::timestamptz - $2::interval)
    AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.mail = 'thanks' AND m.channel = c.channel
        AND m.address = c.value AND m.offer_id = b.offer_id
        AND m.created_at > $1::timestamptz - interval '28 days')
ORDER BY c.channel, c.value, b.offer_id, p.ends_at DESC, b.id
ON CONFLICT (dedupe_key) DO NOTHING"""
"""After the last session of what they have booked, and once in four weeks where each session is booked by itself.
What has been sent is known for thirty days, so none is looked at any longer."""


async def follow_up(now: datetime) -> None:
    """A friendly word to who was not there, and thanks to who was."""
    await rows(MISSED, now, timedelta(hours=18))
    await rows(THANKS, now, timedelta(hours=3))


CLOSED = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT gen_random_uuid(), c.channel, c.value, CASE d.answer WHEN 'suspended' THEN 'organization_closed'
        ELSE 'organization_reopened' END,
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


async def tell_added(now: datetime) -> None:
    """Tell those who have a place of each session that was added to what they have booked."""
    for offer_id in await untold():
        await actions.tell_added(offer_id, now=now)
