"""Calendar bytes: events as RFC 5545 wants them and as real clients read them (design/calendar.md has the rules).

An event is serialised once (`vevent`) and calendars are spliced from such bytes (`calendar`): serialising a thousand
events takes half a second, joining them a millisecond.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import icalendar

from marketplace.base.clock import OSLO
from marketplace.base.i18n import gettext as _
from marketplace.settings import settings
from offers.catalogue.models import KIND_LABELS, Joining, Kind, SessionStatus

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
    """The name after @ in UIDs. It never changes while an instance lives, nor may it."""
    return urlsplit(settings().public_url).hostname or "treffpunkt"


def session_uid(session: UUID) -> str:
    """UID of a session: the same in every public feed."""
    return f"session-{session}@{host()}"


def booking_uid(booking: UUID, session: UUID) -> str:
    """UID of a session in private feeds and mails; a new booking is a new event."""
    return f"booking-{booking}-{session}@{host()}"


def work_uid(session: UUID) -> str:
    """UID of a session in the calendars of those who lead and arrange: it says more there than in public."""
    return f"work-{session}@{host()}"


def session_event(row: dict[str, Any], uid: str) -> Event:
    """The event of a session, in the present language. Nothing in it belongs to whoever reads the calendar.

    Keys: starts_at ends_at status note sequence changed_at · slug kind joining sensitive online_url · title summary
    owner · venue street postcode city lat lon (None without a place). A sensitive offer says "Avtale" and no more:
    calendars are shared at home and at work.
    """
    when = {name: row[name] for name in ("starts_at", "ends_at", "sequence", "changed_at")}
    cancelled = row["status"] == SessionStatus.CANCELLED
    if row["sensitive"]:
        return Event(uid, **when, summary=_("Avtale"), cancelled=cancelled)
    url = f"{settings().public_url}/offers/{row['slug']}"
    words = (row["note"], row["summary"], _("Arrangør: %(name)s", name=row["owner"]), url)
    return Event(
        uid,
        **when,
        summary=row["title"],
        cancelled=cancelled,
        description="\n\n".join(filter(None, words)),
        location=place(row),
        geo=None if row["lat"] is None or row["lon"] is None else (row["lat"], row["lon"]),
        url=url,
        categories=(str(KIND_LABELS[Kind(row["kind"])]),),
    )


def place(row: dict[str, Any]) -> str:
    """Sandnes rådhus, Rådhusgata 1, 4306 Sandnes; or that it is online; or nothing."""
    if row["venue"]:
        city = " ".join(filter(None, (row["postcode"], row["city"])))
        return ", ".join(filter(None, (row["venue"], row["street"], city)))
    return _("På nett") if row["online_url"] and row["joining"] != Joining.EXTERNAL else ""


def public_event(row: dict[str, Any]) -> Event:
    """The event of a session in public feeds; keys as `session_event` and id."""
    return session_event(row, session_uid(row["id"]))
