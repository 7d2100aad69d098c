"""How a list is answered: by this process's index of the catalogue, or by the database while there is none."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from marketplace.settings import settings
from offers.catalogue.queries import Viewer
from offers.search import counts
from offers.search.asked import Found, Position, Search
from offers.search.cards import away, rows_of
from offers.search.counts import Counts
from offers.search.index.keeping import index
from offers.search.index.order import Hit
from offers.search.places.rules import NOWHERE, Places
from offers.search.queries import looks, or_some_words, spelled_right
from offers.search.words import near


async def find(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. What the index does not know
    (index/asking.py:KNOWN) is the database's."""

    async def first(asked: Search) -> Found:
        (found,) = await find_several([asked], viewer=viewer, lang=lang, now=now)
        return found

    return await or_some_words(wanted, first)


async def find_several(
    searches: Sequence[Search], *, viewer: Viewer, lang: str, now: datetime
) -> list[Found]:
    """What has all the words of each search, in one statement at most. Whoever asks for words has read those that mean
    the same (equal/queries.py)."""
    told = [answer for one in searches if (answer := await _asked(one, viewer, now))]
    if len(told) < len(searches):
        return await looks(searches, viewer=viewer, lang=lang, now=now)
    return await shown(searches, told, lang=lang, now=now)


async def shown(
    searches: Sequence[Search], told: Sequence[tuple[int, list[Hit]]], *, lang: str, now: datetime
) -> list[Found]:
    """The pages of what the index has told of these."""
    pages = [hits[: wanted.page] for wanted, (_total, hits) in zip(searches, told, strict=True)]
    read = iter(await rows_of([hit for page in pages for hit in page], lang, now))
    return [
        Found(away([*islice(read, len(page))], page, wanted.near), total, following(wanted, hits))
        for wanted, page, (total, hits) in zip(searches, pages, told, strict=True)
    ]


async def _asked(wanted: Search, viewer: Viewer, now: datetime) -> tuple[int, list[Hit]] | None:
    """What the index answers; None where it cannot."""
    return await index.find(wanted, viewer, now) if settings().catalogue_index else None


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
