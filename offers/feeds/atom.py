"""The Atom feed of new offers (RFC 4287): for newsletters, screens and whoever wants to know what is new."""

import asyncio
import re
from datetime import UTC, datetime, time
from typing import NamedTuple
from uuid import UUID
from xml.etree.ElementTree import Element, SubElement, tostring

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import rows
from marketplace.base.i18n import SOURCE, speaking
from marketplace.base.i18n import gettext as _
from marketplace.settings import settings
from offers.catalogue.calendar import clean
from offers.catalogue.kinds import KIND_LABELS, Kind
from offers.catalogue.queries import VISITOR, offer_text, published
from offers.feeds.body import Body
from offers.feeds.queries import revision_on

NAMESPACE = "http://www.w3.org/2005/Atom"
MOST = 50
"""Offers in it, those published last."""


class New(NamedTuple):
    """An offer in the feed, with the words of one language."""

    id: UUID
    slug: str
    kind: str
    published_at: datetime
    owner: str
    title: str
    summary: str
    lang: str
    changed_at: datetime


async def newest(now: datetime) -> Body:
    """What visitors may see and what is not over, in Bokmål where there is such a text. It depends on nothing but the
    catalogue's revision and the day, so every process makes the same bytes."""
    day = today(now)
    stamp = await revision_on(day)
    offers = await rows(
        New,
        f"""SELECT o.id, o.slug, o.kind, o.published_at, w.name AS owner, t.title, t.summary, t.lang,
            greatest(o.changed_at, o.published_at) AS changed_at
        FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN {offer_text(f"'{SOURCE}'", "title, summary, lang")} t ON true
        WHERE {published(VISITOR).sql} AND o.published_at IS NOT NULL
            AND (o.last_session_ends IS NULL OR o.last_session_ends > $1)
        ORDER BY o.published_at DESC, o.id DESC LIMIT {MOST}""",
        at_oslo(day, time(0)),
    )
    with speaking(SOURCE):
        return await asyncio.to_thread(lambda: Body(document(offers, stamp.changed_at), *stamp))


def document(offers: list[New], changed_at: datetime) -> bytes:
    """The feed's XML; `changed_at` is told when there is nothing in it."""
    site = settings().public_url
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": SOURCE})
    put(feed, "id", f"{site}/offers.atom")
    put(
        feed,
        "title",
        _("Nye tilbud: %(site)s %(place)s", site=settings().site_name, place=settings().place_name),
    )
    put(feed, "updated", moment(max([offer.changed_at for offer in offers], default=changed_at)))
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{site}/offers.atom")
    SubElement(feed, "link", rel="alternate", type="text/html", href=f"{site}/offers")
    for offer in offers:
        entry = SubElement(feed, "entry", {} if offer.lang == SOURCE else {"xml:lang": offer.lang})
        put(entry, "id", f"urn:uuid:{offer.id}")
        put(entry, "title", offer.title)
        put(entry, "published", moment(offer.published_at))
        put(entry, "updated", moment(offer.changed_at))
        put(SubElement(entry, "author"), "name", offer.owner)
        SubElement(entry, "category", term=offer.kind, label=str(KIND_LABELS[Kind(offer.kind)]))
        SubElement(entry, "link", rel="alternate", type="text/html", href=f"{site}/offers/{offer.slug}")
        put(entry, "summary", offer.summary)
    return bytes(tostring(feed, encoding="utf-8", xml_declaration=True))


def put(parent: Element, name: str, text: str) -> None:
    """An element with text; what XML 1.0 has no place for is left out."""
    SubElement(parent, name).text = re.sub("[\ufffe\uffff]", "", clean(text))


def moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
