"""What somebody says afterwards: whether it was of use, and whether they want to hear more."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import today
from marketplace.base.data.database import in_transaction, rows
from offers.messages.models import Useful


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
    """The address with this hash gets nothing more but what concerns its bookings."""
    await rows(
        """INSERT INTO unsubscription (id, address_hash, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (address_hash) DO NOTHING""",
        uuid7(), hashed, now,
    )  # fmt: skip


async def start_news(hashed: bytes) -> None:
    """It wants to hear from us again."""
    await rows("DELETE FROM unsubscription WHERE address_hash = $1", hashed)
