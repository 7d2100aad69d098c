"""What the worker does about people."""

from datetime import datetime

from marketplace.base.data.database import rows
from marketplace.base.models import Channel


async def refuse(channel: Channel, address: str, now: datetime) -> None:
    """The mail server or the SMS gateway said that nobody is at this address: hosts ring those instead."""
    await rows(
        "UPDATE contact_point SET refused_at = $3 WHERE channel = $1 AND value = $2 AND refused_at IS NULL",
        channel, address, now,
    )  # fmt: skip
