"""What is said afterwards, planned by what is in the database and not by memory; and what somebody answers: whether it
was of use, and whether they want to hear more."""

from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo, today
from marketplace.base.data import ledger
from marketplace.base.data.database import in_transaction, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.data.ledger import Lost
from marketplace.base.post.mail import OUTBOX_COLUMNS, name_of
from marketplace.people.queries import WRITTEN_TO
from offers.catalogue.recorded import MARKS, REGISTERS
from offers.messages.follow_up import mails
from offers.messages.follow_up.models import Useful
from offers.messages.follow_up.queries import TO_THEM


async def tell_useful(booking_id: UUID, offer_id: UUID, answer: Useful, *, now: datetime) -> None:
    """Count an answer, once a booking, in the month of Oslo. Who said what is not kept."""
    async with in_transaction():
        mine = await rows(
            "UPDATE booking SET told_useful_at = $2 WHERE id = $1 AND told_useful_at IS NULL RETURNING id",
            booking_id, now,
        )  # fmt: skip
        if mine:
            await rows(
                """INSERT INTO usefulness AS u (id, offer_id, month, answer, count) VALUES ($1, $2, $3, $4, 1)
                ON CONFLICT (offer_id, month, answer) DO UPDATE SET count = u.count + 1""",
                uuid7(), offer_id, today(now).replace(day=1), answer,
            )  # fmt: skip


async def stop_news(hashed: bytes, *, now: datetime) -> None:
    """The address with this hash gets nothing more but what concerns its bookings. Said once more it counts from then:
    also for what was asked for in between."""
    async with in_transaction():
        await rows(
            """INSERT INTO unsubscription (id, address_hash, created_at) VALUES ($1, $2, $3)
            ON CONFLICT (address_hash) DO UPDATE SET created_at = excluded.created_at""",
            uuid7(), hashed, now,
        )  # fmt: skip
        ledger.note(Lost.NEWS, hashed, number=1)


async def start_news(hashed: bytes) -> None:
    """It wants to hear from us again."""
    async with in_transaction():
        await rows("DELETE FROM unsubscription WHERE address_hash = $1", hashed)
        ledger.note(Lost.NEWS, hashed, number=0)


MISSED = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT DISTINCT ON (c.channel, c.value, b.offer_id) {NEW_ID}, c.channel, c.value, '{name_of(mails.missed)}',
    jsonb_build_object('booking', b.id, 'session', a.session_id), b.lang,
    'missed:' || b.offer_id || ':' || b.id || ':' || a.session_id,
    $1::timestamptz, $1::timestamptz, 0, b.id, b.offer_id, c.person_id, b.link_version
FROM {REGISTERS} r JOIN session s ON s.id = r.session_id AND s.status <> 'cancelled' AND s.ends_at <= $1::timestamptz
    AND s.ends_at > $1::timestamptz - interval '7 days'
JOIN {MARKS} a ON a.session_id = r.session_id AND a.state = 'absent'
JOIN booking b ON b.id = a.booking_id AND b.state = 'confirmed'
    AND coalesce(b.seated_at, b.created_at) < s.ends_at
JOIN offer o ON o.id = b.offer_id AND o.state = 'published'
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO} AND {TO_THEM}
WHERE r.closed_at <= $1::timestamptz - $2::interval AND NOT EXISTS (SELECT FROM outbox_message m
    WHERE m.mail = '{name_of(mails.missed)}' AND m.channel = c.channel AND m.address = c.value
    AND m.offer_id = b.offer_id AND m.created_at > $1::timestamptz - interval '14 days')
ORDER BY c.channel, c.value, b.offer_id, s.starts_at DESC, b.id
ON CONFLICT (dedupe_key) DO NOTHING"""
"""One to an address and offer in a fortnight, however many bookings it has. Of the last week only: later it is no
friendly word any more. Whoever sent word is excused, not absent; and whoever got their place when it was over missed
nothing."""


THANKS = f"""INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT DISTINCT ON (c.channel, c.value, b.offer_id) {NEW_ID}, c.channel, c.value, '{name_of(mails.thanks)}',
    jsonb_build_object('booking', b.id), b.lang, 'thanks:' || b.offer_id || ':' || b.id,
    $1::timestamptz, $1::timestamptz, 0, b.id, b.offer_id, c.person_id, b.link_version
FROM seat_pool p JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' AND b.told_useful_at IS NULL
JOIN offer o ON o.id = b.offer_id AND o.state = 'published'
JOIN contact_point c ON c.id = b.contact_id AND {WRITTEN_TO} AND {TO_THEM}
WHERE p.ends_at <= $1::timestamptz - $2::interval AND p.ends_at > $1::timestamptz - interval '14 days'
    AND EXISTS (SELECT FROM {MARKS} a JOIN {REGISTERS} r ON r.session_id = a.session_id WHERE a.booking_id = b.id
        AND a.state = 'present' AND greatest(a.recorded_at, r.closed_at) <= $1::timestamptz - $2::interval)
    AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.mail = '{name_of(mails.thanks)}' AND m.channel = c.channel
        AND m.address = c.value AND m.offer_id = b.offer_id
        AND m.created_at > $1::timestamptz - interval '28 days')
ORDER BY c.channel, c.value, b.offer_id, p.ends_at DESC, b.id
ON CONFLICT (dedupe_key) DO NOTHING"""
"""After the last session of what they have booked, and once in four weeks where each session is booked by itself.
What has been sent is known for thirty days, so none is looked at any longer."""


DAYTIME = range(8, 21)
"""Hours in Norway: a friendly word wakes nobody, whenever a register was closed."""


async def follow_up(now: datetime) -> None:
    """A friendly word to who was not there, and thanks to who was."""
    if oslo(now).hour not in DAYTIME:
        return
    await rows(MISSED, now, timedelta(hours=18))
    await rows(THANKS, now, timedelta(hours=3))
