"""The messages that bring links anew."""

from datetime import datetime
from uuid import UUID

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from offers.bookings.links.queries import active_for_address
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.several.queries import made_together


@mail
async def new_link(channel: Channel, lang: str, booking: str) -> Content | None:
    """The link of a booking, and of the other dates made with it, in place of those that ended."""
    found = await booking_of(UUID(booking), lang)
    dates = await made_together(found)
    return compose("new_link", channel, lang, lazy("Ny lenke"), booking=found, dates=dates)


@mail(to=whoever_is_there, urgent=True)
async def links(channel: Channel, lang: str, to: str, at: str, renewed: bool = False) -> Content | None:
    """The links of all bookings made with this address. Somebody without any hears so: only here, never on a page.
    `renewed`: they have removed an address, and with it the links that were sent there."""
    found = await active_for_address(to, datetime.fromisoformat(at), lang)
    return compose("links", channel, lang, lazy("Lenkene dine"), bookings=found, renewed=renewed)
