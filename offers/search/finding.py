"""How a list is answered: by this process's index of the catalogue, or by the database while there is none."""

from datetime import datetime

from marketplace.settings import settings
from offers.catalogue.cards import CardRow
from offers.catalogue.queries import Viewer
from offers.search import counts
from offers.search.counts import Counts
from offers.search.index.keeping import index
from offers.search.index.masks import Hit
from offers.search.queries import Found, Position, Search, search

OF_THE_DATABASE = ("words", "placed", "spoken", "costs", "organizers", "online", "no_booking", "weekdays", "parts",
                   "access")  # fmt: skip
"""What of a Search the index does not know yet; and an age."""


async def find(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. Words and places are the
    database's; so is all while the index is off (docs/performance.md tells why it is)."""
    asked = settings().catalogue_index and not any(getattr(wanted, name) for name in OF_THE_DATABASE)
    asked = asked and wanted.age is None
    answer = await index.find(wanted, viewer, now) if asked else None
    if answer is None:
        return await search(wanted, viewer=viewer, lang=lang, now=now)
    return found(wanted, *answer, lang)


async def count(wanted: Search, *, viewer: Viewer, now: datetime) -> Counts:
    """What each choice of each filter would leave, beside all else that is chosen (counts.py)."""
    return await counts.count(wanted, viewer=viewer, now=now)


def found(wanted: Search, total: int, hits: list[Hit], lang: str) -> Found:
    """The page, as queries.py:search gives it."""
    shown = [card(hit, lang) for hit in hits[: wanted.page]]
    last = hits[wanted.page - 1] if len(hits) > wanted.page else None
    return Found(shown, total, Position(last[0], last[2].facts.id) if last else None)


def card(hit: Hit, lang: str) -> CardRow:
    """What queries.py:CARD reads."""
    starts, ends, offer = hit
    facts = offer.facts
    texts = {text[0]: text for text in facts.texts}
    said = texts.get(lang) or texts.get(facts.source_lang) or ("", "", "")
    seats = offer.whole or next(
        (date for date in offer.dates if date.pool_id and date.starts_at == starts), None
    )
    room_later = None
    if seats and seats.session_id and seats.capacity is not None and (seats.taken or 0) >= seats.capacity:
        room_later = any(
            date.room and date.starts_at and starts and date.starts_at > starts for date in offer.dates
        )
    return CardRow(
        id=facts.id, slug=facts.slug, kind=facts.kind, audiences=facts.audiences, main_audience=facts.main_audience,
        joining=facts.joining, sensitive=facts.sensitive, session_count=facts.session_count,
        online_url=facts.online_url, session_at=starts, session_ends=ends, owner_name=facts.owner_name,
        venue_name=facts.venue_name, lang=said[0], title=said[1], summary=said[2], picture=facts.picture,
        capacity=seats and seats.capacity, taken=seats and seats.taken, waiting=seats and seats.waiting,
        starts_at=seats and seats.starts_at, ends_at=seats and seats.ends_at, opens_at=seats and seats.opens_at,
        closes_at=seats and seats.closes_at, room_later=room_later,
    )  # fmt: skip
