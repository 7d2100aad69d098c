"""What those who are booked have heard of a closing."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import value


def heard(now: str, closing: str = "d") -> str:
    """SQL: have those of booking b heard of this closing (a decision), by message or on the telephone? Messages are
    known for a month: who was told before that has been told."""
    key = f"'closed:' || {closing}.id || ':' || b.id"
    return f"""({closing}.at <= {now} - interval '28 days'
        OR EXISTS (SELECT FROM outbox_message m WHERE m.dedupe_key = {key} AND m.sent_at IS NOT NULL)
        OR EXISTS (SELECT FROM phone_call r WHERE r.key = {key} AND r.called_at IS NOT NULL))"""


async def believes_it_open(booking: UUID, now: datetime) -> bool:
    """Has nobody told those of this booking of the last time that its organisation was closed?"""
    return bool(
        await value(
            f"""SELECT NOT {heard("$2::timestamptz")}
            FROM booking b JOIN offer o ON o.id = b.offer_id JOIN decision d ON d.organization_id = o.owner_id
            WHERE b.id = $1 AND d.answer = 'suspended' ORDER BY d.at DESC LIMIT 1""",
            booking, now,
        )
    )  # fmt: skip
