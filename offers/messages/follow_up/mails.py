"""What is said afterwards, to who was not there and to who was; and how to stop such."""

from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from marketplace.settings import settings
from offers.bookings.certificates.queries import with_certificate
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.rows import OwnBooking
from offers.bookings.rules import coming
from offers.messages.follow_up.queries import is_absent, told_useful, wants_news, was_there
from offers.messages.follow_up.rules import unsubscribe_path
from offers.messages.missed.queries import missed as missed_time
from offers.messages.missed.rules import can_come, stands


def unsubscribing(path: str | None) -> dict[str, str]:
    """What lets a mail program stop such messages by one click (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{settings().public_url}{path}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    } if path else {}  # fmt: skip


# --- afterwards ---
def _news(name: str, channel: Channel, lang: str, subject: Any, found: OwnBooking, **context: Any) -> Content:
    """A message that nobody has to get: with the way to stop such."""
    stop = unsubscribe_path(channel, found.address or "")
    return compose(
        name, channel, lang, subject, booking=found, stop=stop, headers=unsubscribing(stop), **context
    )


@mail
async def missed(channel: Channel, lang: str, booking: str, session: str | None = None) -> Content | None:
    """You were not there, and that is quite all right: the way back, or out. Nothing to whoever has left, was there
    after all, or said that they want no such messages."""
    found = await booking_of(UUID(booking), lang)
    if (
        not found.confirmed
        or (session is not None and not await is_absent(found.id, UUID(session)))
        or not found.address
        or not found.tells_who_came
        or not await wants_news(channel, found.address)
    ):
        return None
    now = clock.now()
    time = await missed_time(found.id, UUID(session), told=True) if session else None
    return _news(
        "missed", channel, lang, lazy("En hilsen fra oss"), found, coming=coming(found.sessions, now),
        can_come=time is not None and can_come(time, now), can_be_rung=time is not None and stands(time, now),
        answers=f"{found.path}/missed/{session}",
    )  # fmt: skip


@mail
async def thanks(channel: Channel, lang: str, booking: str) -> Content | None:
    """It is over; and was it of use?"""
    found = await booking_of(UUID(booking), lang)
    if (
        not found.address
        or not found.tells_who_came
        or await told_useful(found.id)
        or not await was_there(found.id)
        or not await wants_news(channel, found.address)
    ):
        return None
    has = found.id in await with_certificate([found.id], clock.now())
    return _news("thanks", channel, lang, lazy("Takk for denne gangen"), found, certificate=has)
