"""What machines are told of an offer: search engines, and programs that show a link. Of what is not for everybody, and
of what is sensitive, nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from marketplace.base.clock import oslo
from marketplace.base.i18n import SOURCE, language
from marketplace.settings import settings
from offers.catalogue.dates import Line
from offers.catalogue.models import Cost
from offers.catalogue.queries import OfferRow
from offers.catalogue.sharing.short import code_of, qr

MOST_DATES = 5
"""As many as stand open on the page: search engines want all that holds for a date said of each."""
SCHEMA = "https://schema.org/"
Node = dict[str, Any]
"""An object of JSON-LD."""


@dataclass(frozen=True, slots=True)
class Shared:
    """How an offer's page is passed on: `short`, its address to say aloud (none of a draft), as a QR code too;
    `told`: may search engines know of it?; `json_ld`: its dates for them; `picture`: the organiser's, of the page."""

    short: str
    qr: Markup
    told: bool
    json_ld: Markup | str
    picture: str

    @property
    def spoken(self) -> str:
        """The short address as it is read and typed."""
        return self.short.partition("://")[2]


def shared(offer: OfferRow, dates: Sequence[Line], *, over: bool) -> Shared:
    """`dates`: those to come, also the ones called off."""
    short = "" if offer.draft else f"{settings().public_url}/t/{code_of(offer.number)}"
    return Shared(
        short=short,
        qr=qr(short) if short else Markup(),
        told=offer.told_to_all,
        json_ld="" if over else json_ld(offer, dates),
        picture=f"{settings().public_url}/pictures/{offer.picture}" if offer.picture else "",
    )


def json_ld(offer: OfferRow, dates: Sequence[Line]) -> Markup | str:
    """The dates as schema.org events: one alone, or a series; nothing of what has neither date nor place."""
    place = location(offer)
    if not offer.told_to_all or not dates or place is None:
        return ""
    common = whole(offer)
    events = [common | dated(one, offer, place) for one in dates[:MOST_DATES]]
    told = events[0]
    if len(events) > 1:
        told = common | {
            "@type": "EventSeries", "location": place,
            "startDate": events[0]["startDate"], "endDate": oslo(dates[-1].ends_at).isoformat(),
            "subEvent": events,
        }  # fmt: skip
    # No < is left, so the text cannot end its own element.
    text = json.dumps({"@context": SCHEMA} | told, ensure_ascii=False, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    return Markup(text)  # noqa: S704


def page_of(offer: OfferRow) -> str:
    """In the language that is being written: the address that the page itself gives as its own."""
    prefix = "" if language() == SOURCE else f"/{language()}"
    return f"{settings().public_url}{prefix}/offers/{offer.slug}"


def whole(offer: OfferRow) -> Node:
    """What holds for all dates of an offer."""
    owner = (offer.owner_slug, offer.owner_name)
    organizers = [
        {"@type": "Organization", "name": name, "url": f"{settings().public_url}/organizations/{slug}"}
        for slug, name in (owner, *(offer.co_organizers or ()))
    ]
    spoken = [lang for lang in offer.spoken or () if lang != offer.lang]
    picture = {"image": [f"{settings().public_url}/pictures/{offer.picture}"]} if offer.picture else {}
    return {
        "name": offer.title, "description": offer.summary, "url": page_of(offer),
        "inLanguage": [offer.lang, *spoken] if spoken else offer.lang,
        "organizer": organizers if len(organizers) > 1 else organizers[0], **picture,
    }  # fmt: skip


def dated(one: Line, offer: OfferRow, place: Node) -> Node:
    """A date of it."""
    off = one.called_off or offer.called_off
    status = "EventCancelled" if off else "EventRescheduled" if one.moved else "EventScheduled"
    online = place["@type"] == "VirtualLocation" and not one.place
    told: Node = {
        "@type": "Event",
        "startDate": oslo(one.starts_at).isoformat(), "endDate": oslo(one.ends_at).isoformat(),
        "eventStatus": f"{SCHEMA}{status}",
        "eventAttendanceMode": f"{SCHEMA}{'Online' if online else 'Offline'}EventAttendanceMode",
        "location": {"@type": "Place", "name": one.place, "address": one.place} if one.place else place,
    }  # fmt: skip
    told |= price(offer)
    return told


def price(offer: OfferRow) -> Node:
    """What is free costs nothing; how much else costs is said in the organiser's own words."""
    if offer.cost != Cost.FREE:
        return {"isAccessibleForFree": False} if offer.cost else {}
    return {
        "isAccessibleForFree": True,
        "offers": {"@type": "Offer", "price": 0, "priceCurrency": "NOK", "url": page_of(offer)},
    }


def location(offer: OfferRow) -> Node | None:
    """Where it is; of what is online our own page, for its address is told those who have booked."""
    if not offer.venue_name:
        return {"@type": "VirtualLocation", "url": page_of(offer)} if offer.online_url else None
    address = {"@type": "PostalAddress", "streetAddress": offer.street, "postalCode": offer.postcode,
               "addressLocality": offer.city, "addressCountry": "NO"}  # fmt: skip
    place = {
        "@type": "Place",
        "name": offer.venue_name,
        "address": {key: told for key, told in address.items() if told},
    }
    if offer.lat is not None and offer.lon is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": offer.lat, "longitude": offer.lon}
    return place
