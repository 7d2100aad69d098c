"""How a list is answered: by this process's index of the catalogue, or by the database while there is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.settings import settings
from offers.catalogue.queries import Viewer
from offers.search import counts
from offers.search.asked import Found, Position, Search
from offers.search.cards import rows_of
from offers.search.counts import Counts
from offers.search.index.keeping import index
from offers.search.index.order import Hit
from offers.search.places.rules import NOWHERE, Places
from offers.search.queries import or_some_words, search, spelled_right
from offers.search.words import near


async def find(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. What the index does not know
    (index/asking.py:KNOWN) is the database's."""

    async def look(asked: Search) -> Found:
        answer = await index.find(asked, viewer, now) if settings().catalogue_index else None
        if answer is None:  # also of what has some of the words: `asked` says that by itself
            return await search(replace(asked, all_words=True), viewer=viewer, lang=lang, now=now)
        return await shown(asked, *answer, lang=lang, now=now)

    return await or_some_words(wanted, look)


async def shown(wanted: Search, total: int, hits: list[Hit], *, lang: str, now: datetime) -> Found:
    """The page of what the index has found."""
    rows = await rows_of(hits[: wanted.page], lang, now, wanted.near)
    return Found(rows, total, following(wanted, hits))


async def totals(searches: Sequence[Search], *, viewer: Viewer, now: datetime) -> list[int] | None:
    """How many each finds, at most `counted` + 1; None where the index cannot tell of all of them."""
    found = []
    for wanted in searches:
        number = replace(wanted, page=0, by_date=True)  # in whatever order
        answer = await index.find(number, viewer, now) if settings().catalogue_index else None
        if answer is None:
            return None
        found.append(answer[0])
    return found


async def meant(wanted: Search, found: Found, *, viewer: Viewer, now: datetime) -> str | None:
    """The words that may have been meant, where next to nothing has all of those that were typed (words/near.py)."""
    if not wanted.words or (found.with_all is None and found.total >= near.FEWER_THAN):
        return None
    return near.meant(wanted.words, await spelled_right(viewer, now))


def following(wanted: Search, hits: list[Hit]) -> Position | None:
    """Where the next page begins."""
    last = hits[wanted.page - 1] if len(hits) > wanted.page else None
    return Position(last.starts_at, last.offer.id, last.rank) if last else None


async def count(wanted: Search, *, viewer: Viewer, now: datetime, known: Places = NOWHERE) -> Counts:
    """What each choice of each filter would leave, beside all else that is chosen (counts.py). `known`: the
    places."""
    answer = await index.count(wanted, viewer, now, known) if settings().catalogue_index else None
    return await counts.count(wanted, viewer=viewer, now=now, known=known) if answer is None else answer
