"""Those who want to hear when booking opens: noted, told once, and forgotten."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.database import rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.models import Channel
from marketplace.base.post.mail import OUTBOX_COLUMNS
from offers.telling.models import Mails

AT_ONCE = 500

TELL = f"""WITH due AS (
    SELECT n.id FROM opening_notice n JOIN seat_pool p ON p.id = n.pool_id JOIN offer o ON o.id = p.offer_id
        JOIN organization w ON w.id = o.owner_id
    WHERE (p.opens_at IS NULL OR p.opens_at <= $1) AND w.state = 'approved'
    ORDER BY n.id LIMIT {AT_ONCE} FOR UPDATE OF n SKIP LOCKED
), told AS (
    DELETE FROM opening_notice n USING due WHERE n.id = due.id RETURNING n.*
)
INSERT INTO outbox_message {OUTBOX_COLUMNS}
SELECT {NEW_ID}, told.channel, told.address, '{Mails.BOOKING_OPENS}',
    jsonb_build_object('pool', told.pool_id, 'asked', told.created_at), told.lang, 'booking_opens:' || told.id,
    $1::timestamptz, $1::timestamptz, 0, NULL, p.offer_id, NULL, NULL
FROM told JOIN seat_pool p ON p.id = told.pool_id
RETURNING id"""
"""One statement: what is deleted is in the outbox, whenever a worker is killed, and two workers take different rows.
While an organisation is suspended nobody can book there, so what is noted waits."""


async def note(pool_id: UUID, channel: Channel, address: str, *, lang: str, now: datetime) -> None:
    """This address wants to hear when booking opens. It may have said so before, and that it wants no messages since:
    what was said last counts."""
    await rows(
        """INSERT INTO opening_notice (id, pool_id, channel, address, lang, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (pool_id, channel, address) DO UPDATE SET created_at = excluded.created_at, lang = excluded.lang""",
        uuid7(), pool_id, channel, address, lang, now,
    )  # fmt: skip


async def tell_opened(*, now: datetime) -> int:
    """Tell everybody who waits for what has opened. Returns how many."""
    told = 0
    while found := await rows(TELL, now):
        told += len(found)
    return told
