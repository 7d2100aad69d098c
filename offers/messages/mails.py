"""What booked people are told when something changes. Subjects name no offer; sensitive offers' calendars say Avtale.

Each tells what is true when it is sent: a later change has its own message, and then the older says nothing.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import SOURCE, language, lazy, speaking, when
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import SMS_LENGTH, Content, compose, mail, reply_to, short, signed
from marketplace.base.text import isolated
from marketplace.settings import settings
from offers.bookings.calendar import give, take_back
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.rules import ACTIVE, SEATED, coming
from offers.catalogue.models import Venue
from offers.messages.follow_queries import is_absent, told_useful, wants_news, was_there
from offers.messages.models import NEWS, HostMessage, Recipients
from offers.messages.rules import filled, unsubscribe_path, without_title


def _one(found: dict[str, Any], session: str) -> dict[str, Any] | None:
    """The session of a booking."""
    return next((each for each in found["sessions"] if str(each["id"]) == session), None)


@mail
async def reminder(
    channel: Channel, lang: str, booking: str, session: str, sequence: int | None = None
) -> Content | None:
    """It is soon; and how to say that it does not suit after all."""
    found = await booking_of(UUID(booking), lang)
    one = _one(found, session)
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
    word_ended: bool = False,
) -> Content | None:
    """Another time or place. `word_ended`: they had said that they could not come to the old time, which says nothing
    of the new one."""
    found = await booking_of(UUID(booking), lang)
    one = _one(found, session)
    if one is None or one["sequence"] != sequence or found["state"] not in ACTIVE:
        return None
    venue = await Venue.get_or_none(id=UUID(was_venue)) if was_venue else None
    entries = await give(
        [(found, [one])], lang
    )  # who waits or asks, or has only been offered a place, gets none yet
    return compose(
        "session_moved", channel, lang, lazy("Nytt tidspunkt eller sted"), calendar=entries.part,
        method=entries.method, booking=found, session=one, was_starts=datetime.fromisoformat(was_starts),
        was_ends=datetime.fromisoformat(was_ends), was_place=venue.name if venue else None, word_ended=word_ended,
    )  # fmt: skip


@mail
async def session_added(channel: Channel, lang: str, booking: str, sessions: list[str]) -> Content | None:
    """The place is good for these dates too, which were added; nothing of those that are cancelled or over by now."""
    found = await booking_of(UUID(booking), lang)
    added = [one for one in coming(found["sessions"], clock.now()) if str(one["id"]) in sessions]
    if not added or found["state"] != "confirmed":
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
    one = _one(found, session)
    if one is None or one["sequence"] != sequence:
        return None
    entries = await take_back(found, lang, {one["id"]})
    ahead = any(
        each["status"] != "cancelled" and each["starts_at"] > one["changed_at"] for each in found["sessions"]
    )
    return compose(
        "session_cancelled", channel, lang, lazy("Avlyst"), calendar=entries.part, method=entries.method,
        sent=entries.sent, booking=found, session=one, goes_on=found["state"] in SEATED and ahead,
    )  # fmt: skip


@mail
async def offer_cancelled(channel: Channel, lang: str, booking: str, at: str) -> Content | None:
    """All that was left is cancelled, at that moment: a session cancelled before had its own message, and its own
    note."""
    found = await booking_of(UUID(booking), lang)
    moment = datetime.fromisoformat(at)
    off = [
        each for each in found["sessions"] if each["status"] == "cancelled" and each["changed_at"] == moment
    ]
    entries = await take_back(found, lang, {each["id"] for each in off})
    return compose(
        "offer_cancelled", channel, lang, lazy("Avlyst"), calendar=entries.part, method=entries.method,
        attached=entries.attached, sent=entries.sent, booking=found, note=off[0]["note"] if off else "", sessions=off,
    )  # fmt: skip


# --- what a host wrote ---
def said(text: str, found: dict[str, Any], session: str | None, channel: Channel) -> str:
    """A host's text as the one of this booking gets it. An SMS has no name of an offer (product.md)."""
    now = clock.now()
    dates = [each for each in found["sessions"] if each["status"] != "cancelled"
             and (str(each["id"]) == session if session else each["ends_at"] > now)]  # fmt: skip
    one = dates[0] if dates else None
    sms = channel is Channel.SMS
    values = {
        "navn": isolated(found["booker"]), "tilbud": _("tilbudet") if sms else found["title"],
        "tid": when(one["starts_at"], one["ends_at"]) if one else _("etter avtale"),
        "sted": (one["venue"] if one else None) or (_("på nett") if found["online"] else _("etter avtale")),
        "lenke": link(found["path"]),
    }  # fmt: skip
    return filled(without_title(text, found["title"]) if sms else text, values)


def link(path: str) -> str:
    """A whole address, in the present language."""
    return f"{settings().public_url}{'' if language() == SOURCE else f'/{language()}'}{path}"


def sms_of(text: str, found: dict[str, Any], session: str | None) -> str:
    """The same by SMS: all of it, or its beginning and where the rest stands."""
    words = signed(said(text, found, session, Channel.SMS))
    if len(words) <= SMS_LENGTH:
        return short(words)
    return short(f"{words} {link(found['path'] + '/messages')}")


@mail
async def host_message(channel: Channel, lang: str, booking: str, message: str) -> Content | None:
    """What somebody who leads the offer wrote; nothing to who has left meanwhile."""
    wrote = await HostMessage.get_or_none(id=UUID(message)).select_related("offer__owner")
    found = await booking_of(UUID(booking), lang)
    if wrote is None:
        return None
    news = wrote.recipients in NEWS
    states = {Recipients.ALL: {"confirmed"}, Recipients.WAITING: {"waiting"}}.get(
        wrote.recipients, {found["state"]}
    )
    if found["state"] not in states or (news and not await wants_news(channel, found["address"] or "")):
        return None
    session = str(wrote.session_id) if wrote.session_id else None
    owner = wrote.offer.owner
    with speaking(lang):
        text, sms = said(wrote.text, found, session, channel), sms_of(wrote.text, found, session)
    headers = reply_to(owner.name, owner.email)
    stop = unsubscribe_path(channel, found["address"] or "") if news else None
    return compose("host_message", channel, lang, lazy("Melding fra arrangøren"), booking=found, text=text, sms=sms,
                   owner=owner, replies=bool(headers), headers=headers | unsubscribing(stop), stop=stop)  # fmt: skip


def unsubscribing(path: str | None) -> dict[str, str]:
    """What lets a mail program stop such messages by one click (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{settings().public_url}{path}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    } if path else {}  # fmt: skip


# --- afterwards ---
def _news(
    name: str, channel: Channel, lang: str, subject: Any, found: dict[str, Any], **context: Any
) -> Content:
    """A message that nobody has to get: with the way to stop such."""
    stop = unsubscribe_path(channel, found["address"])
    return compose(
        name, channel, lang, subject, booking=found, stop=stop, headers=unsubscribing(stop), **context
    )


@mail
async def missed(channel: Channel, lang: str, booking: str, session: str | None = None) -> Content | None:
    """You were not there, and that is quite all right: the way back, or out. Nothing to whoever has left, was there
    after all, or said that they want no such messages."""
    found = await booking_of(UUID(booking), lang)
    if (
        found["state"] != "confirmed"
        or (session is not None and not await is_absent(found["id"], UUID(session)))
        or not found["address"]
        or not await wants_news(channel, found["address"])
    ):
        return None
    ahead = coming(found["sessions"], clock.now())
    return _news("missed", channel, lang, lazy("En hilsen fra oss"), found, coming=ahead)


@mail
async def thanks(channel: Channel, lang: str, booking: str) -> Content | None:
    """It is over; and was it of use?"""
    found = await booking_of(UUID(booking), lang)
    if (
        not found["address"]
        or await told_useful(found["id"])
        or not await was_there(found["id"])
        or not await wants_news(channel, found["address"])
    ):
        return None
    return _news("thanks", channel, lang, lazy("Takk for denne gangen"), found)
