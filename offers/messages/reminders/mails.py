"""It is soon."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.bookings.queries import booking_in_mail as booking_of
from offers.sessions.mails import session_of


@mail
async def reminder(
    channel: Channel, lang: str, booking: str, session: str, sequence: int | None = None
) -> Content | None:
    """It is soon; and how to say that it does not suit after all."""
    found = await booking_of(UUID(booking), lang)
    one = session_of(found, session)
    if one is None or one.called_off or one.sent_word or not found.confirmed:
        return None
    if sequence not in (None, one.sequence) or one.starts_at <= clock.now():
        return None
    return compose("reminder", channel, lang, lazy("Vi ses snart"), booking=found, session=one)
