"""What people are told when one form books several dates, and when their time is changed."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Facts, compose, mail
from offers.bookings import rules
from offers.bookings.calendar import NOTHING, gone, take_back
from offers.bookings.mails import _about
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.times.queries import later_of
from offers.seats.models import BookingState, EndedBy
from offers.telling.addressees import whose_calendar_it_is


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
    left = rules.coming(found.sessions, clock.now())
    entries = await take_back(found, lang)
    if not left or found.ended_by != EndedBy.TIME_CHANGED or entries is NOTHING:
        return None
    later = await later_of(found.id)
    new = await booking_of(later.id, lang) if later else None
    if new:
        found = replace(found, reference=new.reference)  # the number went along
    return compose(
        "old_time", channel, lang, lazy("Til kalenderen din"), calendar=entries.part, method=entries.method,
        attached=entries.attached, sent=entries.sent, booking=found, coming=left,
        new=rules.coming(new.sessions, clock.now()) if new else [],
    )  # fmt: skip


@mail(to=whose_calendar_it_is)
async def off_calendar(
    channel: Channel, lang: str, calendar_of: str, entries: list[Facts], at: str
) -> Content | None:
    """To whoever acted for somebody, for their calendar alone: what they may not know of any more goes from there.
    Neither what nor who, nor that it is called off, for it may not be."""
    left = [each for each in entries if datetime.fromisoformat(each["ends_at"]) > clock.now()]
    if not left:
        return None
    made = await gone(left, calendar_of, lang, datetime.fromisoformat(at))
    return compose("off_calendar", channel, lang, lazy("Til kalenderen din"), calendar=made.part, method=made.method,
                   attached=made.attached, sent=made.sent)  # fmt: skip
