"""The database before the restore, where it can still be read: what has gone out by mail, and which bookings differ."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg

from marketplace.base.data.database import column, credentials, rows
from marketplace.base.data.database import connection as ours
from marketplace.base.post.mail import name_of
from marketplace.operations.restore.differing import BEFORE, NOW, Stands, differing, stands, write
from marketplace.operations.restore.summary import Summary
from offers.messages.follow_up.mails import missed, thanks
from offers.messages.reminders.mails import reminder

BY_CLOCK = [name_of(each) for each in (reminder, missed, thanks)]
"""Mails that nobody's act sends. An earlier database would plan them anew, so it is told that they have gone. What an
act sends is sent anew when the act is done anew, and must be: people were told otherwise meanwhile."""
SENT = """SELECT id, channel, address, mail, lang, dedupe_key, created_at, due_at, attempts, sent_at,
    booking_id, offer_id, person_id, link_version
FROM outbox_message WHERE sent_at >= $1"""
MARK = """UPDATE outbox_message m SET sent_at = o.sent_at, waits_for = NULL, facts = '{}'
FROM unnest($1::text[], $2::timestamptz[])
    AS o (dedupe_key, sent_at) WHERE m.dedupe_key = o.dedupe_key AND m.sent_at IS NULL RETURNING m.id"""
KNOW = """INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts,
    sent_at, booking_id, offer_id, person_id, link_version)
SELECT $1, $2, $3, $4, '{}', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
WHERE EXISTS (SELECT FROM booking WHERE id = $11) ON CONFLICT (dedupe_key) DO NOTHING RETURNING id"""
COUNTERS = ("offer_number_seq", "booking_queue")


async def read(
    url: str, since: datetime, folder: Path, erased: list[UUID], summary: Summary, now: datetime
) -> None:
    """Take from it what the restored database must know. It is only read."""
    old = await asyncpg.connect(
        **credentials(url), timeout=10,
        server_settings={"default_transaction_read_only": "on", "timezone": "UTC", "jit": "off"},
    )  # fmt: skip
    try:
        async with old.transaction(isolation="repeatable_read", readonly=True):
            summary.sent_already = await _know_sent(await old.fetch(SENT, since))
            for counter in COUNTERS:
                await _not_again(counter, await old.fetchval(f"SELECT last_value FROM {counter}"))
            await _revise(await old.fetchval("SELECT revision FROM catalogue_revision WHERE id = 1"))
            before = await stands(old, BEFORE, since)
            gone = await old.fetch(
                "SELECT id FROM booking WHERE participant_id = ANY($1) OR booked_by_id = ANY($1)", erased
            )
    finally:
        await old.close()
    present = [Stands(**each) for each in await ours().execute_query_dict(NOW, [[one.id for one in before]])]
    found = differing(before, {each.id: each for each in present}, {each["id"] for each in gone})
    summary.old_read = True
    for each in found:
        summary.differing[each.what] = summary.differing.get(each.what, 0) + 1
    if found:
        summary.list_at = write(folder, found, now)


async def _know_sent(sent: list[asyncpg.Record]) -> int:
    """Nobody gets the same twice: neither what both databases have to send, nor what is planned by the clock."""
    marked = await column(MARK, [each["dedupe_key"] for each in sent], [each["sent_at"] for each in sent])
    known = 0
    for each in sent:
        if each["mail"] in BY_CLOCK:
            known += len(await rows(KNOW, *each.values()))
    return len(marked) + known


async def _not_again(counter: str, last: int) -> None:
    """A number that somebody has been given is nobody else's: an address on a poster, a place in a queue."""
    await rows(f"SELECT setval('{counter}', greatest($1::bigint, (SELECT last_value FROM {counter})))", last)


async def _revise(revision: int) -> None:
    """What was kept of the catalogue before, by a browser or a calendar, is not taken for what it is now."""
    await rows(
        "UPDATE catalogue_revision SET revision = greatest(revision, $1::bigint) + 1 WHERE id = 1", revision
    )
