"""Who wants news, and whether it was of use."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column, value
from marketplace.base.models import Channel
from offers.catalogue.recorded import MARKS
from offers.messages.follow_up.rules import address_hashes
from offers.seats.known import told_who_came
from offers.telling.addressees import Addressee


async def unsubscribed(parties: Iterable[Addressee]) -> set[bytes]:
    """Hashes of those of these parties' addresses that want no news."""
    hashes = [
        hashed for each in parties if each.channel
        for hashed in address_hashes(Channel(each.channel), each.address or "")
    ]  # fmt: skip
    return set(await column("SELECT address_hash FROM unsubscription WHERE address_hash = ANY($1)", hashes))


async def wants_news(channel: Channel, address: str, asked: datetime | None = None) -> bool:
    """May more be sent there than what concerns a booking? `asked`: they asked for this very message then, which counts
    for more than that they wanted nothing before."""
    stopped = await value(
        "SELECT max(created_at) FROM unsubscription WHERE address_hash = ANY($1)",
        address_hashes(channel, address),
    )
    return stopped is None or (asked is not None and stopped < asked)


async def is_stopped(hashed: bytes) -> bool:
    """Does the address with this hash want no news?"""
    return bool(await value("SELECT EXISTS (SELECT FROM unsubscription WHERE address_hash = $1)", hashed))


async def was_there(booking_id: UUID) -> bool:
    """Has somebody of this booking been present?"""
    return bool(
        await value(
            f"SELECT EXISTS (SELECT FROM {MARKS} a WHERE booking_id = $1 AND state = 'present')", booking_id
        )
    )


TO_THEM = told_who_came()
"""May contact point c of booking b of offer o be told that they were there, or away?"""


async def is_absent(booking_id: UUID, session_id: UUID) -> bool:
    """Does the register of the session say that nobody of this booking came?"""
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM {MARKS} a WHERE booking_id = $1 AND session_id = $2
                AND state = 'absent')""",
            booking_id, session_id,
        )
    )  # fmt: skip


async def told_useful(booking_id: UUID) -> bool:
    """Have they said whether it was of use?"""
    return bool(await value("SELECT told_useful_at IS NOT NULL FROM booking WHERE id = $1", booking_id))
