"""What people are told when one form books several dates, and when their time is changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.bookings import rules
from offers.bookings.addressees import whose_calendar_it_is
from offers.bookings.calendar_entries import NOTHING, give, gone, take_back
from offers.bookings.date_queries import later_of, made_together
from offers.bookings.mails import _about
from offers.bookings.models import BookingState, EndedBy
from offers.bookings.queries import booking_in_mail as booking_of


@mail
async def receipt_several(channel: Channel, lang: str, booking: str) -> Content | None:
    """You have places on several dates, each with its own link. As the calendar of a course it is PUBLISH: an iMIP
    object has one UID."""
    return await _several(channel, lang, UUID(booking))


async def _several(channel: Channel, lang: str, booking_id: UUID) -> Content | None:
    found = await booking_of(booking_id, lang)
    dates = [one for one in await made_together(found)
             if one["active"] and one["status"] != "cancelled" and one["ends_at"] > clock.now()]  # fmt: skip
    if not dates:
        return None
    seated = [one for one in dates if one["state"] == BookingState.CONFIRMED]
    entries = NOTHING
    if channel is Channel.EMAIL:
        entries = await give([(found | one, [one["session"]]) for one in seated], lang)
    return compose(
        "receipt_several", channel, lang, lazy("Påmeldingene er i orden"), calendar=entries.part,
        method=entries.method, booking=found, coming=[one["session"] for one in dates], dates=dates,
        waiting=len(dates) - len(seated),
    )  # fmt: skip


@mail
async def new_link(channel: Channel, lang: str, booking: str) -> Content | None:
    """The link of a booking, and of the other dates made with it, in place of those that ended."""
    found = await booking_of(UUID(booking), lang)
    dates = await made_together(found)
    return compose("new_link", channel, lang, lazy("Ny lenke"), booking=found, dates=dates)


@mail
async def time_changed(channel: Channel, lang: str, booking: str) -> Content | None:
    """You have another time now. Its calendar entry is a new one; old_time takes the old one away."""
    return await _about(
        "time_changed", lazy("Ny tid"), channel, lang, booking, {BookingState.CONFIRMED}, dates=True
    )


@mail
async def old_time(channel: Channel, lang: str, booking: str) -> Content | None:
    """You have another time: for calendars, which need a message of its own to take out the old."""
    found = await booking_of(UUID(booking), lang)
    left = rules.coming(found["sessions"], clock.now())
    entries = await take_back(found, lang)
    if not left or found["ended_by"] != EndedBy.TIME_CHANGED or entries is NOTHING:
        return None
    later = await later_of(found["id"])
    new = await booking_of(later["id"], lang) if later else None
    if new:
        found["shown_reference"] = new["shown_reference"]  # the number went along
    return compose(
        "old_time", channel, lang, lazy("Til kalenderen din"), calendar=entries.part, method=entries.method,
        attached=entries.attached, sent=entries.sent, booking=found, coming=left,
        new=rules.coming(new["sessions"], clock.now()) if new else [],
    )  # fmt: skip


@mail(to=whose_calendar_it_is)
async def off_calendar(
    channel: Channel, lang: str, calendar_of: str, entries: list[dict[str, Any]], at: str
) -> Content | None:
    """To whoever acted for somebody, for their calendar alone: what they may not know of any more goes from there.
    Neither what nor who, nor that it is called off, for it may not be."""
    left = [each for each in entries if datetime.fromisoformat(each["ends_at"]) > clock.now()]
    if not left:
        return None
    made = await gone(left, calendar_of, lang, datetime.fromisoformat(at))
    return compose("off_calendar", channel, lang, lazy("Til kalenderen din"), calendar=made.part, method=made.method,
                   attached=made.attached, sent=made.sent)  # fmt: skip
