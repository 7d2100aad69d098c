"""What booked people are told when the municipality closes an organisation for a time, or opens it again."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.bookings.queries import booking as booking_of
from offers.bookings.rules import coming
from offers.messages.closings.queries import believes_it_open


@mail
async def organization_closed(channel: Channel, lang: str, booking: str) -> Content | None:
    """It may not come off, and whom to ring. Nothing when it is open again, or the booking is over."""
    found = await booking_of(UUID(booking), lang)
    if not found.closed or not found.active:
        return None
    ahead = coming(found.sessions, clock.now())
    return compose("organization_closed", channel, lang, lazy("Arrangøren er stengt for en tid"), booking=found,
                   coming=ahead)  # fmt: skip


@mail
async def organization_reopened(channel: Channel, lang: str, booking: str) -> Content | None:
    """It is as it was. Nothing when it is closed once more, or the booking is over; nor to who has never heard that it
    was closed, for whom it would be a fright."""
    found = await booking_of(UUID(booking), lang)
    if found.closed or not found.active or await believes_it_open(found.id, clock.now()):
        return None
    ahead = coming(found.sessions, clock.now())
    return compose("organization_reopened", channel, lang, lazy("Arrangøren er åpen igjen"), booking=found,
                   coming=ahead)  # fmt: skip
