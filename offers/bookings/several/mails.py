"""What is said of several dates that were booked together."""

from dataclasses import replace
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.bookings.calendar import NOTHING, give
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.several.queries import made_together


@mail
async def receipt_several(channel: Channel, lang: str, booking: str) -> Content | None:
    """You have places on several dates, each with its own link. As the calendar of a course it is PUBLISH: an iMIP
    object has one UID."""
    return await _several(channel, lang, UUID(booking))


async def _several(channel: Channel, lang: str, booking_id: UUID) -> Content | None:
    found = await booking_of(booking_id, lang)
    dates = [one for one in await made_together(found)
             if one.active and not one.called_off and one.ends_at > clock.now()]  # fmt: skip
    if not dates:
        return None
    seated = [one for one in dates if one.confirmed]
    entries = NOTHING
    if channel is Channel.EMAIL:
        entries = await give(
            [
                (replace(found, id=one.id, state=one.state, changed_at=one.changed_at), [one.session])
                for one in seated
            ],
            lang,
        )
    return compose(
        "receipt_several", channel, lang, lazy("Påmeldingene er i orden"), calendar=entries.part,
        method=entries.method, booking=found, coming=[one.session for one in dates], dates=dates,
        waiting=len(dates) - len(seated),
    )  # fmt: skip
