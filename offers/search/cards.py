"""Cards of a list, read once and drawn once: twenty of them are a third of what a list costs.

What is known of an offer has a serial of its own in the index, which changes with every word, seat and moment that
matters (index/masks.py): what was read under it stands while it does. A card is kept by all that it shows.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from marketplace.base.clock import today
from marketplace.base.quick.remembered import Remembered
from marketplace.base.web.templates import template
from offers.catalogue.cards import CardRow, card
from offers.catalogue.opening import why_closed
from offers.search.index.order import Hit
from offers.search.places.rules import Near
from offers.search.queries import card_rows

MOST = 3000
"""Cards that a process keeps, at 3 kB each."""
LEVEL = 3
"""Of a card's heading, where no day stands above it."""
_read = Remembered[CardRow](MOST, f"{__name__}.rows_of")
_drawn = Remembered[Markup](MOST, f"{__name__}.drawn")


async def rows_of(hits: Sequence[Hit], lang: str, now: datetime) -> list[CardRow | None]:
    """What is shown of these hits. What is not kept is read from the database, all at once; None of what has been taken
    away since."""
    keys = [(hit.offer.serial, hit.starts_at, hit.venue, lang) for hit in hits]
    found = [_read.get(key) for key in keys]
    missing = {
        place: (hits[place].offer.id, *hits[place][:3]) for place, row in enumerate(found) if row is None
    }
    if missing:
        read = await card_rows([*dict.fromkeys(missing.values())], lang=lang, now=now)
        for place, shown in missing.items():
            row = read.get(shown)
            found[place] = row and _read.put(keys[place], row)
    return found


def away(rows: Sequence[CardRow | None], hits: Sequence[Hit], near: Near | None) -> list[CardRow]:
    """Those that are there, and how far it is from where it shall be near."""
    if near is None:
        return [row for row in rows if row is not None]
    metres: dict[UUID | None, int] = dict(near.venues)
    there = zip(rows, hits, strict=True)
    return [row._replace(metres=metres.get(hit.venue)) for row, hit in there if row is not None]


def drawn(row: CardRow, under: date | None, headed: bool, *, now: datetime, lang: str) -> Markup:
    """The HTML of a card, `under` a day and a heading. All that it shows is in the row and in what stands beside it:
    the day, for it may say "i dag", and whether one can book."""
    shut = next(why_closed(row.joining, row.starts_at, row.ends_at, row.opens_at, row.closes_at, now), None)
    key = (row, shut, today(now), under, headed, lang)
    found = _drawn.get(key)
    if found is None:
        components: Any = template("components/offers.html", lang).module
        drawing = components.offer_card(card(row, now, under=under), LEVEL + headed)
        found = _drawn.put(key, Markup(drawing))  # noqa: S704 - made by a template, which escapes
    return found
