"""What those who are booked have heard of a closing."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import value


async def believes_it_open(booking: UUID, now: datetime) -> bool:
    """Has no message told those of this booking of the last time that its organisation was closed? Messages are known
    for a month: who was told before that has been told."""
    return bool(
        await value(
            """SELECT d.at > $2::timestamptz - interval '28 days' AND NOT EXISTS (SELECT FROM outbox_message m
                WHERE m.dedupe_key = 'closed:' || d.id || ':' || b.id AND m.sent_at IS NOT NULL)
            FROM booking b JOIN offer o ON o.id = b.offer_id JOIN decision d ON d.organization_id = o.owner_id
            WHERE b.id = $1 AND d.answer = 'suspended' ORDER BY d.at DESC LIMIT 1""",
            booking, now,
        )
    )  # fmt: skip
