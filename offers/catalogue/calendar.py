"""Calendar bytes: events as RFC 5545 wants them and as real clients read them (design/calendar.md has the rules).

An event is serialised once (`vevent`) and calendars are spliced from such bytes (`calendar`): serialising a thousand
events takes half a second, joining them a millisecond.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import icalendar

from marketplace.base.clock import OSLO
from marketplace.base.i18n import gettext as _
from marketplace.settings import settings
from offers.catalogue.kinds import KIND_LABELS, Kind
from offers.catalogue.models import Joining
from offers.catalogue.states import Dated

# Constant: the library's own definition lists dates that end in 2038 and shows summer events an hour wrong in ical.js.
VTIMEZONE = b"""BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
""".replace(b"\n", b"\r\n")
END = b"END:VCALENDAR\r\n"
REFRESH = "PT1H"
"""How often clients are asked to look again."""


@dataclass(frozen=True)
class Event:
    """One session in a calendar. Times are aware; `changed_at` becomes DTSTAMP and LAST-MODIFIED.

    `geo` is (latitude, longitude) in degrees. `attendee` and `organizer` are bare mail addresses, and belong in mails
    only: people share calendars.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    changed_at: datetime
    sequence: int = 0
    cancelled: bool = False
    description: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None
    url: str = ""
    categories: tuple[str, ...] = ()
    attendee: str | None = None
    organizer: str | None = None
    on_for_others: bool = False
    """It is taken out of one calendar: nothing says that it is called off."""


def vevent(event: Event) -> bytes:
    """The event as a VEVENT, from BEGIN to END with CRLF; words of a cancelled one are in the present language."""
    made = icalendar.Event()
    made.add("uid", line(event.uid))
    made.add("dtstamp", event.changed_at.astimezone(UTC))
    made.add("last-modified", event.changed_at.astimezone(UTC))
    made.add("sequence", event.sequence)
    made.add("dtstart", event.starts_at.astimezone(OSLO))
    made.add("dtend", event.ends_at.astimezone(OSLO))
    summary, off = line(event.summary), event.cancelled and not event.on_for_others
    made.add("summary", _("AVLYST: %(title)s", title=summary) if off else summary)
    made.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if event.cancelled else "OPAQUE")
    if event.description:
        made.add("description", clean(event.description))
    if event.location:
        made.add("location", line(event.location))
    if event.geo:
        made.add("geo", event.geo)
    if event.url:
        made.add("url", line(event.url))
    if event.categories:
        made.add("categories", [line(category) for category in event.categories])
    if event.organizer:
        made.add("organizer", icalendar.vCalAddress(f"mailto:{line(event.organizer)}"))
    if event.attendee:
        attendee = icalendar.vCalAddress(f"mailto:{line(event.attendee)}")
        attendee.params["PARTSTAT"] = "ACCEPTED"
        attendee.params["RSVP"] = "FALSE"
        made.add("attendee", attendee)
    return bytes(made.to_ical())


def calendar(
    vevents: Iterable[bytes], *, name: str | None = None, method: str | None = None, private: bool = False
) -> bytes:
    """A whole calendar object around VEVENTs made by `vevent`.

    A feed has a `name`, by which clients show it and know how often to look again; a mail has a `method` (REQUEST,
    CANCEL, PUBLISH) instead. A private feed gets another colour, so that one's own stands out beside the public one.
    """
    made = icalendar.Calendar()  # not .new(): that gives it a UID, and vdirsyncer then keeps one event only
    made.add("version", "2.0")
    made.add("prodid", "-//Treffpunkt//Treffpunkt//NO")
    made.add("calscale", "GREGORIAN")
    if method:
        made.add("method", method)
    if name is not None:
        title = icalendar.vText(line(name))
        made.add("name", title)
        made.add("x-wr-calname", title)
        made.add("refresh-interval", icalendar.vText(REFRESH), parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", icalendar.vText(REFRESH))
        made.add("color", "darkorange" if private else "teal")
    return b"".join([made.to_ical().removesuffix(END), VTIMEZONE, *vevents, END])


def clean(text: str) -> str:
    """Text without what the library would let through: NFC, newlines as \\n, no control characters."""
    text = unicodedata.normalize("NFC", re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", text))
    text = text.replace("\t", " ")
    return "".join(
        sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs")
    ).strip()


def line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split("\n"))


def host() -> str:
    """The name after @ in UIDs. It never changes while an instance lives, nor may it: not with the public address
    either (operations/doctor/addresses.py)."""
    return settings().uid_domain


def session_uid(session: UUID) -> str:
    """UID of a session: the same in every public feed."""
    return f"session-{session}@{host()}"


def booking_uid(booking: UUID, session: UUID) -> str:
    """UID of a session in private feeds and mails; a new booking is a new event."""
    return f"booking-{booking}-{session}@{host()}"


def work_uid(session: UUID) -> str:
    """UID of a session in the calendars of those who lead and arrange: it says more there than in public."""
    return f"work-{session}@{host()}"


@dataclass(frozen=True, slots=True)
class Meeting(Dated):
    """A session and what calendars tell of it, with the words of its offer. `venue` to `lon`: None without a place."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    note: str
    sequence: int
    changed_at: datetime
    slug: str
    kind: str
    joining: str
    sensitive: bool
    online_url: str | None
    owner: str
    title: str
    summary: str
    venue: str | None
    street: str | None
    postcode: str | None
    city: str | None
    lat: float | None
    lon: float | None


def session_event(meeting: Meeting, uid: str) -> Event:
    """The event of a session, in the present language. Nothing in it belongs to whoever reads the calendar.

    A sensitive offer says "Avtale" and no more: calendars are shared at home and at work.
    """
    bare = Event(
        uid, meeting.starts_at, meeting.ends_at, _("Avtale"), meeting.changed_at, meeting.sequence,
        cancelled=meeting.called_off,
    )  # fmt: skip
    if meeting.sensitive:
        return bare
    url = f"{settings().public_url}/offers/{meeting.slug}"
    words = (meeting.note, meeting.summary, _("Arrangør: %(name)s", name=meeting.owner), url)
    return replace(
        bare,
        summary=meeting.title,
        description="\n\n".join(filter(None, words)),
        location=place(meeting),
        geo=None if meeting.lat is None or meeting.lon is None else (meeting.lat, meeting.lon),
        url=url,
        categories=(str(KIND_LABELS[Kind(meeting.kind)]),),
    )


def place(meeting: Meeting) -> str:
    """Sandnes rådhus, Rådhusgata 1, 4306 Sandnes; or that it is online; or nothing."""
    if meeting.venue:
        city = " ".join(filter(None, (meeting.postcode, meeting.city)))
        return ", ".join(filter(None, (meeting.venue, meeting.street, city)))
    return _("På nett") if meeting.online_url and meeting.joining != Joining.EXTERNAL else ""


def public_event(meeting: Meeting) -> Event:
    """The event of a session in public feeds."""
    return session_event(meeting, session_uid(meeting.id))
