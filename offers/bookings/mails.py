"""What people are told about their bookings. Subjects are neutral: no offer's name on a locked screen.

Each mail tells what is true when it is sent; one that is no longer true says nothing (None).
"""

from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, reply_to
from offers.bookings import rules
from offers.bookings.calendar import NOTHING, give, take_back
from offers.bookings.queries import booking_in_mail, others_by_address
from offers.bookings.requests.queries import expected
from offers.seats.models import ACTIVE, BookingState


async def _about(
    name: str,
    subject: Any,
    channel: Channel,
    lang: str,
    booking_id: str,
    states: set[BookingState],
    *,
    dates: bool,
    answers: bool = False,
    **context: Any,
) -> Content | None:
    """A mail about one booking, if it is still in one of these states. `dates`: with what is to come as a calendar, or
    what takes it back. `answers`: who answers the mail writes to the organisation.

    What is to come is seen from the moment the mail is written: it may have waited, and a course may be under way.
    """
    found = await booking_in_mail(UUID(booking_id), lang)
    now = clock.now()
    if found.state not in states:
        return None
    if found.held_until and found.held_until <= now:  # too late, also where nobody has noted it yet
        return None
    coming = rules.coming(found.sessions, now)
    entries = NOTHING
    if dates:
        entries = await (give([(found, coming)], lang) if found.active else take_back(found, lang))
    headers = reply_to(found.owner, found.owner_email) if answers else {}
    return compose(
        name, channel, lang, subject, calendar=entries.part, method=entries.method, attached=entries.attached,
        sent=entries.sent, headers=headers, booking=found, coming=coming, replies=bool(headers), **context,
    )  # fmt: skip


@mail
async def receipt(channel: Channel, lang: str, booking: str) -> Content | None:
    """You have a place; and if the same address has others for the same, which: no page ever says so."""
    return await _about("receipt", lazy("Påmeldingen er i orden"), channel, lang, booking, {BookingState.CONFIRMED},
                        dates=True, others=await others_by_address(UUID(booking)))  # fmt: skip


@mail
async def waiting(channel: Channel, lang: str, booking: str) -> Content | None:
    """You are on the waiting list, at this place."""
    first = rules.asked_first(await booking_in_mail(UUID(booking), lang), clock.now())
    return await _about("waiting", lazy("Du står på venteliste"), channel, lang, booking,
                        {BookingState.WAITING}, dates=False, asked_first=first)  # fmt: skip


@mail
async def requested(channel: Channel, lang: str, booking: str) -> Content | None:
    """We have got your request; the organisation answers, and so long it usually takes."""
    found = await expected(await booking_in_mail(UUID(booking), lang), lang, clock.now())
    return await _about("requested", lazy("Vi har fått forespørselen din"), channel, lang, booking,
                        {BookingState.REQUESTED}, dates=False, expected=found)  # fmt: skip


@mail
async def still_waiting(channel: Channel, lang: str, booking: str) -> Content | None:
    """A week has gone and nobody has answered: whom to ring. Nothing when a talk was asked for since."""
    found = await expected(await booking_in_mail(UUID(booking), lang), lang, clock.now())
    if found is None or not found.late:
        return None
    return await _about("still_waiting", lazy("Du venter fortsatt på svar"), channel, lang, booking,
                        {BookingState.REQUESTED}, dates=False, expected=found)  # fmt: skip


@mail
async def promoted(channel: Channel, lang: str, booking: str) -> Content | None:
    """A place became free, and it is yours."""
    return await _about("promoted", lazy("Du har fått plass"), channel, lang, booking,
                        {BookingState.CONFIRMED}, dates=True)  # fmt: skip


@mail
async def offered(channel: Channel, lang: str, booking: str) -> Content | None:
    """A place is held for you until a deadline."""
    return await _about("offered", lazy("En plass ble ledig til deg"), channel, lang, booking,
                        {BookingState.OFFERED}, dates=False)  # fmt: skip


@mail
async def talk(channel: Channel, lang: str, booking: str) -> Content | None:
    """The organisation wants a talk before it answers the request."""
    return await _about("talk", lazy("Vi vil gjerne snakke med deg"), channel, lang, booking,
                        {BookingState.REQUESTED}, dates=False, answers=True)  # fmt: skip


@mail
async def declined(channel: Channel, lang: str, booking: str) -> Content | None:
    """The organisation could not give a place."""
    return await _about("declined", lazy("Svar på forespørselen din"), channel, lang, booking,
                        {BookingState.DECLINED}, dates=False, answers=True)  # fmt: skip


@mail
async def cancelled(channel: Channel, lang: str, booking: str) -> Content | None:
    """You are no longer booked: as you wished, or because those who lead the offer took you off. What you had in your
    calendar of it goes from there."""
    return await _about("cancelled", lazy("Du er meldt av"), channel, lang, booking,
                        {BookingState.CANCELLED}, dates=True)  # fmt: skip


@mail
async def fewer(channel: Channel, lang: str, booking: str) -> Content | None:
    """Some of a party do not come after all; so many are left."""
    return await _about("fewer", lazy("Påmeldingen er endret"), channel, lang, booking,
                        set(ACTIVE), dates=False)  # fmt: skip
