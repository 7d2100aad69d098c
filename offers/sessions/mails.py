"""What booked people are told when something changes. Subjects name no offer; sensitive offers' calendars say Avtale.

Each tells what is true when it is sent: a later change has its own message, and then the older says nothing.
"""

from datetime import datetime
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.bookings.calendar import give, take_back
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.rows import BookedDate, OwnBooking
from offers.bookings.rules import coming
from offers.catalogue.models import Venue


def session_of(found: OwnBooking, session: str) -> BookedDate | None:
    """The session of a booking."""
    return next((each for each in found.sessions if str(each.id) == session), None)


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
    word_ended: bool = False,
) -> Content | None:
    """Another time or place. `word_ended`: they had said that they could not come to the old time, which says nothing
    of the new one."""
    found = await booking_of(UUID(booking), lang)
    one = session_of(found, session)
    if one is None or one.sequence != sequence or not found.active:
        return None
    venue = await Venue.get_or_none(id=UUID(was_venue)) if was_venue else None
    was = (
        datetime.fromisoformat(was_starts),
        datetime.fromisoformat(was_ends),
        venue.name if venue else None,
    )
    if was == (one.starts_at, one.ends_at, one.venue) and not word_ended:
        return None  # moved and back again before they heard of it
    entries = await give(
        [(found, [one])], lang
    )  # who waits or asks, or has only been offered a place, gets none yet
    return compose(
        "session_moved", channel, lang, lazy("Nytt tidspunkt eller sted"), calendar=entries.part,
        method=entries.method, booking=found, session=one, was_starts=was[0], was_ends=was[1],
        was_place=was[2], word_ended=word_ended,
    )  # fmt: skip


@mail
async def session_added(channel: Channel, lang: str, booking: str, sessions: list[str]) -> Content | None:
    """The place is good for these dates too, which were added; nothing of those that are cancelled or over by now."""
    found = await booking_of(UUID(booking), lang)
    added = [one for one in coming(found.sessions, clock.now()) if str(one.id) in sessions]
    if not added or not found.confirmed:
        return None
    entries = await give([(found, added)], lang)
    return compose("session_added", channel, lang, lazy("Ny dato"), calendar=entries.part, method=entries.method,
                   booking=found, added=added)  # fmt: skip


@mail
async def session_cancelled(
    channel: Channel, lang: str, booking: str, session: str, sequence: int
) -> Content | None:
    """This time it is cancelled."""
    found = await booking_of(UUID(booking), lang)
    one = session_of(found, session)
    if one is None or one.sequence != sequence:
        return None
    entries = await take_back(found, lang, {one.id})
    ahead = any(not each.called_off and each.starts_at > one.changed_at for each in found.sessions)
    return compose(
        "session_cancelled", channel, lang, lazy("Avlyst"), calendar=entries.part, method=entries.method,
        sent=entries.sent, booking=found, session=one, goes_on=found.seated and ahead,
    )  # fmt: skip


@mail
async def offer_cancelled(channel: Channel, lang: str, booking: str, at: str) -> Content | None:
    """All that was left is cancelled, at that moment: a session cancelled before had its own message, and its own
    note."""
    found = await booking_of(UUID(booking), lang)
    moment = datetime.fromisoformat(at)
    off = [each for each in found.sessions if each.called_off and each.changed_at == moment]
    entries = await take_back(found, lang, {each.id for each in off})
    return compose(
        "offer_cancelled", channel, lang, lazy("Avlyst"), calendar=entries.part, method=entries.method,
        attached=entries.attached, sent=entries.sent, booking=found, note=off[0].note if off else "", sessions=off,
    )  # fmt: skip
