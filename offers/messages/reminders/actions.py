"""Reminders, planned by what is in the database and not by memory: a worker that was away
for a day sends those that still are of use, and none twice (the outbox knows each by its key)."""

from datetime import datetime

from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.post.mail import OUTBOX_COLUMNS, name_of
from marketplace.people.queries import WRITTEN_TO
from offers.messages.reminders import mails
from offers.messages.reminders.rules import AT_LEAST, FURTHEST
from offers.publishing.joining.rules import USUAL_REMINDERS
from offers.seats.sql import covers

REMIND = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT {NEW_ID}, c.channel, c.value, '{name_of(mails.reminder)}',
    jsonb_build_object('booking', b.id, 'session', s.id, 'sequence', s.sequence),
    b.lang, 'reminder:' || b.id || ':' || s.id || ':' || s.sequence || ':' || due.hours, $1::timestamptz,
    $1::timestamptz, 0, b.id, o.id, c.person_id, b.link_version
FROM session s JOIN offer o ON o.id = s.offer_id
CROSS JOIN LATERAL (SELECT min(h) AS hours FROM unnest(coalesce(o.remind_hours, $2::int[])) h
    WHERE h BETWEEN 1 AND $3::int AND s.starts_at <= $1::timestamptz + make_interval(hours => h)) due
CROSS JOIN LATERAL (SELECT s.starts_at - make_interval(hours => due.hours) AS at) planned
JOIN seat_pool p ON p.offer_id = o.id AND {covers()}
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
