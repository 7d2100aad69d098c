"""What an offer's page says, from what queries.py:offer_page gives. No database, no clock."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from markupsafe import Markup

from marketplace.base.clock import oslo
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, ngettext, time_span, weekdays, when
from marketplace.settings import settings
from offers.catalogue.models import Cost, Joining, Kind, Visibility
from offers.catalogue.queries import Continued, DateRow, OfferPage, OfferRow
from offers.catalogue.rules import (
    NOTHING,
    Seats,
    ages,
    audience_words,
    cost_words,
    kind_words,
    other_lang,
    paragraphs,
    seats,
    web_address,
)  # fmt: skip
from offers.catalogue.spoken import spoken_names

WEEKDAYS = (
    lazy("Mandager"), lazy("Tirsdager"), lazy("Onsdager"), lazy("Torsdager"), lazy("Fredager"), lazy("Lørdager"),
    lazy("Søndager"),
)  # fmt: skip
MOST_WEEKDAYS = 3
"""More in one line is no pattern to remember."""
BUTTONS = {"book": lazy("Meld på"), "wait": lazy("Stå på venteliste"), "ask": lazy("Spør om plass")}
BOOKED = (Joining.WHOLE, Joining.PER_SESSION, Joining.REQUEST)
"""Whoever books gets the dates with the confirmation; to the rest a date is a file to add."""


@dataclass(frozen=True, slots=True)
class Line:
    """A date of the offer: what is left of it, and where (`href`) to book it when it is booked by itself. `opens`: the
    session, where booking it opens later; `file`: it alone for a calendar."""

    starts_at: datetime
    ends_at: datetime
    when_text: str
    state: str = ""
    text: str = ""
    act: str = ""
    note: str = ""
    called_off: bool = False
    opens: UUID | None = None
    file: str = ""
    href: str = ""

    @property
    def button(self) -> str | None:
        return BUTTONS.get(self.act)


@dataclass(frozen=True, slots=True)
class First:
    """What one needs to know before all else on a phone, where the panel beside the text comes last: is there room, and
    the one way on. `when`: the date that it is about, where each is booked by itself."""

    state: str
    text: str
    act: str
    href: str
    when: str = ""

    @property
    def button(self) -> str | None:
        return BUTTONS.get(self.act)


class CostLine(NamedTuple):
    """What it costs, in words; nothing where nobody has said. `lang`: of an amount as the organiser wrote it."""

    text: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Booking opens later: of this date, or (None) of all of it."""

    session: UUID | None


@dataclass(frozen=True, slots=True)
class Page:
    """What the template shows of an offer beside its row: `lines` (its dates), `box` (how to take part), words, links.
    Of an offer that is called off or over there is nothing to take part in."""

    next: Continued | None
    lang: str
    kind_label: str
    audience_text: str
    ages_text: str
    cost: "CostLine"
    spoken: list[tuple[str, str]]
    when_text: str
    paragraphs: list[str]
    address: str
    venue_lang: str
    map_href: str
    web: str
    phone: str
    over: bool
    lines: list[Line]
    slots: list[tuple[str, list[list[Line]]]]
    several: bool
    told: Seats
    box: Line | None
    first: First | None
    opening: Opening | None
    json_ld: Markup | str

    @property
    def button(self) -> str | None:
        return BUTTONS.get(self.told.act)


def page(found: OfferPage, now: datetime) -> Page:
    """The offer in words."""
    offer, joining = found.offer, found.offer.joining
    lines = [line(one, offer, now) for one in found.dates]
    coming = [one for one in lines if not one.called_off]
    off, talk = offer.called_off, offer.kind == Kind.CONVERSATION
    over = not off and offer.last_session_ends is not None and not coming
    gone = off or over
    told = NOTHING if gone else seats(joining, offer, offer.sensitive, now)
    box = None if gone else next_line(coming)
    return Page(
        next=found.next,
        lang=other_lang(offer.lang),
        kind_label=kind_words(offer.kind, joining, offer.session_count),
        audience_text=audience_words(offer.audiences, offer.main_audience),
        ages_text=ages(offer.age_from, offer.age_to),
        cost=CostLine(
            cost_words(offer.cost, offer.cost_text), other_lang(offer.source_lang) if offer.cost_text else ""
        ),
        spoken=spoken_names(offer.spoken),
        when_text=pattern(to_choose(coming, offer.kind), joining, offer.session_count),
        paragraphs=paragraphs(offer.body),
        address=", ".join(part for part in (offer.street, town(offer)) if part),
        venue_lang=other_lang(offer.venue_lang) if offer.venue_lang else "",
        map_href=map_address(offer.lat, offer.lon),
        web="" if joining in (Joining.WHOLE, Joining.PER_SESSION) else web_address(offer.online_url),
        phone=offer.phone or offer.owner_phone,
        over=over,
        lines=[] if off else to_choose(lines, offer.kind),
        slots=slots(coming) if talk and not off else [],
        several=joining == Joining.PER_SESSION and not talk and sum(bool(one.act) for one in coming) > 1,
        told=told,
        box=box,
        first=None if gone else first(offer, told, box),
        opening=None if gone else opening(offer, told, coming, now),
        json_ld="" if gone else json_ld(offer, coming),
    )


def to_choose(lines: list[Line], kind: str) -> list[Line]:
    """The dates to show: of a conversation's many slots only those that one can book or wait for, if there are any."""
    possible = [one for one in lines if one.act]
    return possible if possible and kind == Kind.CONVERSATION else lines


def slots(coming: list[Line]) -> list[tuple[str, list[list[Line]]]]:
    """("book" or "wait", days with their times) of a conversation: the free ones first."""
    days = [(act, by_day(one for one in coming if one.act == act)) for act in ("book", "wait")]
    return [(act, times) for act, times in days if times]


def by_day(times: Iterable[Line]) -> list[list[Line]]:
    """Times that start on the same day together, in the order they come."""
    days: dict[date, list[Line]] = {}
    for one in times:
        days.setdefault(oslo(one.starts_at).date(), []).append(one)
    return list(days.values())


def line(session: DateRow, offer: OfferRow, now: datetime) -> Line:
    """A date as the page shows it."""
    told = NOTHING
    if session.called_off:
        told = Seats("cancelled", _("Avlyst"))
    elif offer.joining == Joining.PER_SESSION:
        told = seats(offer.joining, session, offer.sensitive, now)
    notes = [_("Ny tid eller nytt sted.") if session.moved else "", session.note, session.other_venue or ""]
    no_file = session.called_off or offer.joining in BOOKED or not offer.in_calendars
    return Line(
        session.session_at,
        session.session_ends,
        when(session.session_at, session.session_ends),
        *told,
        note=" ".join(note for note in notes if note),
        called_off=session.called_off,
        opens=session.id if session.opens_at and now < session.opens_at else None,
        file="" if no_file else f"/calendar/sessions/{session.id}.ics",
        href=f"/offers/{offer.slug}/bookings/new?session={session.id}" if told.act else "",
    )


def opening(offer: OfferRow, told: Seats, coming: list[Line], now: datetime) -> Opening | None:
    """The date whose booking opens first, or all of it; nothing where one can book already."""
    if offer.joining == Joining.PER_SESSION:
        if any(one.act for one in coming):
            return None
        return next((Opening(one.opens) for one in coming if one.opens), None)
    return Opening(None) if not told.act and offer.opens_at and now < offer.opens_at else None


def next_line(coming: list[Line]) -> Line | None:
    """The first date with room; else the first where one may wait; else the first."""
    for act in ("book", "wait"):
        for one in coming:
            if one.act == act:
                return one
    return coming[0] if coming else None


def first(offer: OfferRow, told: Seats, box: Line | None) -> First | None:
    """None: nothing is said of seats."""
    if offer.joining in (Joining.WHOLE, Joining.REQUEST):
        href = f"/offers/{offer.slug}/bookings/new" if told.act else ""
        found = First(*told, href)
    elif offer.joining == Joining.PER_SESSION and box:
        found = First(box.state, box.text, box.act, box.href, box.when_text)
    else:
        return None
    return found if found.text else None


def pattern(coming: list[Line], joining: str = "", sessions: int = 0) -> str:
    """When, in one line: the only date; "Lørdager kl. 11–13" when all are so; of a course that is booked as a whole how
    many times and on which days; else the next date, one with room where each is booked by itself. `sessions`: how many
    the offer has, also those that are over."""
    if len(coming) < 2:
        return coming[0].when_text if coming else ""
    if joining == Joining.WHOLE:
        return course(coming, sessions)
    if days := weekly(coming):
        return days
    free = next((one for one in coming if one.act == "book"), None)
    if joining == Joining.PER_SESSION and free:
        return _("Flere dager. Neste ledige: %(when)s", when=free.when_text)
    if joining == Joining.PER_SESSION and coming[0].act == "wait":
        return _("Flere dager. Neste: %(when)s (fullt)", when=coming[0].when_text)
    return _("Flere dager. Neste: %(when)s", when=coming[0].when_text)


def weekly(coming: list[Line]) -> str:
    """Lørdager kl. 11–13; nothing when not all are on the same weekday at the same time."""
    if len({oslo(one.starts_at).weekday() for one in coming}) > 1 or not same_time(coming):
        return ""
    starts, ends = coming[0].starts_at, coming[0].ends_at
    return f"{WEEKDAYS[oslo(starts).weekday()]} {time_span(starts, ends)}"


def same_time(dates: list[Line]) -> bool:
    return len({(oslo(one.starts_at).time(), oslo(one.ends_at).time()) for one in dates}) == 1


def course(coming: list[Line], sessions: int) -> str:
    """6 ganger, mandager og onsdager kl. 18–20. Days that do not come back make no pattern: then the first is told."""
    number = len(coming)
    times = (
        ngettext("%(num)s gang igjen", "%(num)s ganger igjen", number)
        if sessions > number
        else ngettext("%(num)s gang", "%(num)s ganger", number)
    )
    days = Counter(oslo(one.starts_at).weekday() for one in coming)
    if len(days) > MOST_WEEKDAYS or min(days.values()) < 2:
        return _("%(times)s, første %(when)s", times=times, when=coming[0].when_text)
    words = weekdays(str(WEEKDAYS[day]) for day in sorted(days))
    text = f"{times}, {words[0] if len(words) == 1 else _(' og ').join([', '.join(words[:-1]), words[-1]])}"
    return f"{text} {time_span(coming[0].starts_at, coming[0].ends_at)}" if same_time(coming) else text


def town(offer: OfferRow) -> str:
    return " ".join(part for part in (offer.postcode, offer.city) if part)


def map_address(lat: float | None, lon: float | None) -> str:
    """A map of the place on OpenStreetMap: a link that is followed only when somebody presses it."""
    if lat is None or lon is None:
        return ""
    return f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}"


def json_ld(offer: OfferRow, coming: list[Line]) -> Markup | str:
    """The dates as schema.org events for search engines; only of what is public and not sensitive."""
    if offer.visibility != Visibility.PUBLIC or offer.sensitive or not coming:
        return ""
    address = f"{settings().public_url}/offers/{offer.slug}"
    place: dict[str, Any] = {"@type": "VirtualLocation", "url": address}
    if offer.venue_name:
        place = {"@type": "Place", "name": offer.venue_name, "address": {
            "@type": "PostalAddress", "streetAddress": offer.street or "", "postalCode": offer.postcode or "",
            "addressLocality": offer.city or "", "addressCountry": "NO",
        }}  # fmt: skip
    event: dict[str, Any] = {
        "@context": "https://schema.org", "@type": "Event", "name": offer.title, "description": offer.summary,
        "inLanguage": offer.lang, "url": address,
        "startDate": oslo(coming[0].starts_at).isoformat(), "endDate": oslo(coming[0].ends_at).isoformat(),
        "eventStatus": "https://schema.org/EventScheduled", "location": place,
        "organizer": {"@type": "Organization", "name": offer.owner_name,
                      "url": f"{settings().public_url}/organizations/{offer.owner_slug}"},
    }  # fmt: skip
    if offer.cost:
        event["isAccessibleForFree"] = offer.cost == Cost.FREE
    # No < is left, so the text cannot end its own element.
    return Markup(json.dumps(event, ensure_ascii=False).replace("<", "\\u003c"))  # noqa: S704
