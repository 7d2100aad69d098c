"""Cards of a list as HTML, drawn once a language and kept: twenty of them are a third of what a list costs.

One is kept by all that it shows. What is known of an offer has a serial of its own in the index, which changes with
every word, seat and moment that matters (index/masks.py); beside it stand the session shown, the language and the day,
for a card says "i dag".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from marketplace.base.clock import today
from marketplace.base.quick.remembered import Remembered
from marketplace.base.web.templates import template
from offers.catalogue.cards import CardRow, card
from offers.search.index.asking import Hit
from offers.search.queries import card_rows

MOST = 3000
"""Cards that a process keeps, at 3 kB each."""
_read = Remembered[CardRow](MOST, f"{__name__}.rows")
_drawn = Remembered[Markup](MOST, f"{__name__}.cards")


def drawn(row: CardRow, lang: str, now: datetime) -> Markup:
    """The HTML of a card. All that it shows is in the row, the language and the moment."""
    components: Any = template("components/offers.html", lang).module
    return Markup(components.offer_card(card(row, now)))  # noqa: S704 - made by a template, which escapes


async def rows_of(hits: Sequence[Hit], lang: str, now: datetime) -> list[CardRow]:
    """What is shown of these hits. What is not kept is read from the database, all at once; what has been taken away
    since is left out."""
    keys = [(hit.offer.serial, hit.starts_at, lang) for hit in hits]
    found = [_read.get(key) for key in keys]
    missing = [place for place, row in enumerate(found) if row is None]
    if missing:
        shown = [(hits[place].offer.id, hits[place].starts_at, hits[place].ends_at) for place in missing]
        read = {row.id: row for row in await card_rows(shown, lang=lang, now=now)}
        for place in missing:
            row = read.get(hits[place].offer.id)
            found[place] = row and _read.put(keys[place], row)
    return [row for row in found if row is not None]


async def cards_of(hits: Sequence[Hit], lang: str, now: datetime) -> list[Markup]:
    """The cards of these hits."""
    day = today(now)
    keys = [(hit.offer.serial, hit.starts_at, lang, day) for hit in hits]
    found = [_drawn.get(key) for key in keys]
    missing = [place for place, one in enumerate(found) if one is None]
    if missing:
        read = {row.id: row for row in await rows_of([hits[place] for place in missing], lang, now)}
        for place in missing:
            row = read.get(hits[place].offer.id)
            found[place] = row and _drawn.put(keys[place], drawn(row, lang, now))
    return [one for one in found if one is not None]
