"""How a list is answered: by this process's index of the catalogue, or by the database while there is none."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from marketplace.settings import settings
from offers.catalogue.queries import Viewer
from offers.search import counts
from offers.search.cards import cards_of, drawn, rows_of
from offers.search.counts import Counts
from offers.search.index.asking import Hit
from offers.search.index.keeping import index
from offers.search.queries import COUNTED, Found, Position, Search, search


@dataclass(frozen=True)
class Listed:
    """A page of cards; the rest is as in queries.py:Found."""

    cards: list[Markup]
    total: int
    next: Position | None
    with_all: int | None = None

    @property
    def many(self) -> bool:
        return self.total > COUNTED


NOTHING = Listed([], 0, None)


async def find(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. Words are the database's."""
    answer = await index.find(wanted, viewer, now) if settings().catalogue_index else None
    if answer is None:
        return await search(wanted, viewer=viewer, lang=lang, now=now)
    total, hits = answer
    return Found(await rows_of(hits[: wanted.page], lang, now), total, following(wanted, hits))


async def find_cards(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Listed:
    """The same as cards that are drawn."""
    answer = await index.find(wanted, viewer, now) if settings().catalogue_index else None
    if answer is None:
        found = await search(wanted, viewer=viewer, lang=lang, now=now)
        return Listed([drawn(row, lang, now) for row in found.rows], found.total, found.next, found.with_all)
    total, hits = answer
    return Listed(await cards_of(hits[: wanted.page], lang, now), total, following(wanted, hits))


def following(wanted: Search, hits: list[Hit]) -> Position | None:
    """Where the next page begins."""
    last = hits[wanted.page - 1] if len(hits) > wanted.page else None
    return Position(last.starts_at, last.offer.id) if last else None


async def count(wanted: Search, *, viewer: Viewer, now: datetime) -> Counts:
    """What each choice of each filter would leave, beside all else that is chosen (counts.py)."""
    answer = await index.count(wanted, viewer, now) if settings().catalogue_index else None
    return await counts.count(wanted, viewer=viewer, now=now) if answer is None else answer
