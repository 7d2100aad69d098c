"""What booked people are told when something changes. Subjects name no offer; sensitive offers' calendars say Avtale.

Each tells what is true when it is sent: a later change has its own message, and then the older says nothing.
"""

from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy, speaking
from marketplace.base.mail import Content, compose, mail
from marketplace.base.models import Channel
from marketplace.settings import settings
from offers.bookings.queries import booking as booking_of
from offers.bookings.queries import events
from offers.bookings.rules import SEATED
from offers.catalogue.calendar import Event, booking_uid, calendar, vevent
from offers.catalogue.models import Venue


def _part(found: dict[str, Any], event: Event, method: str) -> bytes | None:
    """The iMIP object about one event: one UID, one attendee (calendar.md). None where it cannot be shown."""
    if found["channel"] != Channel.EMAIL:
        return None
    organizer = parseaddr(settings().mail_from)[1]
    event = replace(event, attendee=found["address"], organizer=organizer, cancelled=method == "CANCEL")
    return calendar([vevent(event)], method=method)


def _one(found: dict[str, Any], session: str, lang: str) -> tuple[dict[str, Any] | None, Event | None]:
    """The session of a booking and its calendar event."""
    one = next((each for each in found["sessions"] if str(each["id"]) == session), None)
    uid = booking_uid(found["id"], UUID(session))
    with speaking(lang):
        return one, next((event for event in events(found) if event.uid == uid), None)


@mail
async def reminder(
    channel: Channel, lang: str, booking: str, session: str, sequence: int | None = None
) -> Content | None:
    """It is soon; and how to say that it does not suit after all."""
    found = await booking_of(UUID(booking), lang)
    one, _event = _one(found, session, lang)
    if one is None or one["status"] == "cancelled" or one["sent_word"] or found["state"] != "confirmed":
        return None
    if sequence not in (None, one["sequence"]) or one["starts_at"] <= clock.now():
        return None
    return compose("reminder", channel, lang, lazy("Vi ses snart"), booking=found, session=one)


@mail
async def session_moved(
    channel: Channel,
    lang: str,
    booking: str,
    session: str,
    sequence: int,
    was_starts: str,
    was_ends: str,
    was_venue: str,
) -> Content | None:
    """Another time or place."""
    found = await booking_of(UUID(booking), lang)
    one, event = _one(found, session, lang)
    if one is None or event is None or one["sequence"] != sequence or found["state"] not in SEATED:
        return None
    venue = await Venue.get_or_none(id=UUID(was_venue)) if was_venue else None
    with speaking(lang):
        part = _part(found, event, "REQUEST")
    return compose(
        "session_moved", channel, lang, lazy("Nytt tidspunkt eller sted"), calendar=part,
        method="REQUEST" if part else None, booking=found, session=one, was_starts=datetime.fromisoformat(was_starts),
        was_ends=datetime.fromisoformat(was_ends), was_place=venue.name if venue else None,
    )  # fmt: skip


@mail
async def session_cancelled(
    channel: Channel, lang: str, booking: str, session: str, sequence: int
) -> Content | None:
    """This time it is cancelled."""
    found = await booking_of(UUID(booking), lang)
    one, event = _one(found, session, lang)
    if one is None or event is None or one["sequence"] != sequence:
        return None
    with speaking(lang):
        part = _part(found, event, "CANCEL")
    ahead = any(
        each["status"] != "cancelled" and each["starts_at"] > one["changed_at"] for each in found["sessions"]
    )
    return compose(
        "session_cancelled", channel, lang, lazy("Avlyst"), calendar=part, method="CANCEL" if part else None,
        booking=found, session=one, goes_on=found["state"] in SEATED and ahead,
    )  # fmt: skip


@mail
async def offer_cancelled(channel: Channel, lang: str, booking: str, at: str) -> Content | None:
    """All that was left is cancelled, at that moment: a session cancelled before had its own message, and its own
    note. One date: CANCEL. Several: PUBLISH, as the confirmation was: CANCEL has one UID."""
    found = await booking_of(UUID(booking), lang)
    moment = datetime.fromisoformat(at)
    off = [
        each for each in found["sessions"] if each["status"] == "cancelled" and each["changed_at"] == moment
    ]
    uids = {booking_uid(found["id"], each["id"]) for each in off}
    part = method = None
    with speaking(lang):
        gone = [event for event in events(found) if event.uid in uids]
        if len(gone) == 1:
            part, method = _part(found, gone[0], "CANCEL"), "CANCEL"
        elif gone and found["channel"] == Channel.EMAIL:
            cancelled = [replace(event, cancelled=True) for event in gone]
            part, method = calendar([vevent(event) for event in cancelled], method="PUBLISH"), "PUBLISH"
    return compose("offer_cancelled", channel, lang, lazy("Avlyst"), calendar=part, method=method if part else None,
                   booking=found, note=off[0]["note"] if off else "", sessions=off)  # fmt: skip
