"""What an offer's page says, from what queries.py:offer_page gives. No database, no clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote
from uuid import UUID

from marketplace.base.web.static import static_url
from offers.catalogue.dates import (
    BUTTONS,
    FIRST,
    Fold,
    Line,
    all_of_them,
    folds,
    line,
    next_line,
    slots,
    to_choose,
)
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining
from offers.catalogue.pictures import drawing
from offers.catalogue.queries import Continued, OfferPage, OfferRow
from offers.catalogue.rhythm import rhythm
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
from offers.catalogue.sharing.told import Shared, shared
from offers.catalogue.spoken import spoken_names


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
    cost: CostLine
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
    folds: list[Fold]
    slots: list[tuple[str, list[list[Line]]]]
    several: bool
    told: Seats
    box: Line | None
    book_at: str
    opening: Opening | None
    picture: str
    picture_lang: str
    shared: Shared

    @property
    def all_dates(self) -> str:
        return all_of_them(self.lines)

    @property
    def first_lines(self) -> list[Line]:
        return self.lines[:FIRST]

    @property
    def button(self) -> str | None:
        return BUTTONS.get(self.told.act)


def desk_address(slug: str, call: str) -> str:
    """Where a guide books for whoever is on the phone; `call`: the one that the page was opened from, if any."""
    return f"/desk/offers/{slug}" + (f"?call={quote(call, safe='')}" if call else "")


def page(found: OfferPage, now: datetime, desk: str = "") -> Page:
    """The offer in words. `desk`: where a guide books it for others, which is where all its buttons lead then:
    one date at a time, for each has a number to read aloud."""
    book_at = desk or f"/offers/{found.offer.slug}/bookings/new"
    offer, joining = found.offer, found.offer.joining
    lines = [line(one, offer, now, book_at) for one in found.dates]
    coming = [one for one in lines if not one.called_off]
    off, talk = offer.called_off, offer.kind == Kind.CONVERSATION
    over = not off and offer.last_session_ends is not None and not coming
    gone = off or over
    told = NOTHING if gone else seats(joining, offer, offer.sensitive, now)
    box = None if gone else next_line(coming)
    shown = [] if off else to_choose(lines, offer.kind)
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
        when_text=rhythm(to_choose(coming, offer.kind), joining, offer.session_count),
        paragraphs=paragraphs(offer.body),
        address=", ".join(part for part in (offer.street, town(offer)) if part),
        venue_lang=other_lang(offer.venue_lang) if offer.venue_lang else "",
        map_href=map_address(offer.lat, offer.lon),
        web="" if joining in (Joining.WHOLE, Joining.PER_SESSION) else web_address(offer.online_url),
        phone=offer.phone or offer.owner_phone,
        over=over,
        lines=shown,
        folds=folds(shown),
        slots=slots(coming) if talk and not off else [],
        several=not desk
        and joining == Joining.PER_SESSION
        and not talk
        and sum(bool(one.act) for one in coming) > 1,
        told=told,
        box=box,
        book_at=book_at,
        opening=None if gone else opening(offer, told, coming, now),
        picture=f"/pictures/{offer.picture}" if offer.picture else static_url(drawing(offer.kind)),
        picture_lang=other_lang(offer.source_lang) if offer.picture_text else "",
        shared=shared(offer, lines, over=over),
    )


def opening(offer: OfferRow, told: Seats, coming: list[Line], now: datetime) -> Opening | None:
    """The date whose booking opens first, or all of it; nothing where one can book already."""
    if offer.joining == Joining.PER_SESSION:
        if any(one.act for one in coming):
            return None
        return next((Opening(one.opens) for one in coming if one.opens), None)
    return Opening(None) if not told.act and offer.opens_at and now < offer.opens_at else None


def town(offer: OfferRow) -> str:
    return " ".join(part for part in (offer.postcode, offer.city) if part)


def map_address(lat: float | None, lon: float | None) -> str:
    """A map of the place on OpenStreetMap: a link that is followed only when somebody presses it."""
    if lat is None or lon is None:
        return ""
    return f"https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=17/{lat:.5f}/{lon:.5f}"
