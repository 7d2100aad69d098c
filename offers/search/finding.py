"""How a list is answered: by this process's index of the catalogue, or by the database while there is none."""

from dataclasses import replace
from datetime import datetime

from marketplace.settings import settings
from offers.catalogue.queries import Viewer
from offers.search import counts
from offers.search.cards import rows_of
from offers.search.counts import Counts
from offers.search.index.asking import Hit, knows
from offers.search.index.keeping import index
from offers.search.queries import Found, Position, Search, having, search, spelled_right
from offers.search.words import near


async def find(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. Words and nearness are the database's, as
    all is that the index does not know (index/asking.py:KNOWN)."""
    answer = await index.find(wanted, viewer, now) if settings().catalogue_index else None
    if answer is None:
        return await search(wanted, viewer=viewer, lang=lang, now=now)
    total, hits = answer
    return Found(await rows_of(hits[: wanted.page], lang, now), total, following(wanted, hits))


async def meant(wanted: Search, found: Found, *, viewer: Viewer, now: datetime) -> str | None:
    """The words that may have been meant, where next to nothing has all of those that were typed (words/near.py)."""
    if not wanted.words or (found.with_all is None and found.total >= near.FEWER_THAN):
        return None
    return near.meant(wanted.words, await spelled_right(viewer, now))


def following(wanted: Search, hits: list[Hit]) -> Position | None:
    """Where the next page begins."""
    last = hits[wanted.page - 1] if len(hits) > wanted.page else None
    return Position(last.starts_at, last.offer.id) if last else None


async def count(wanted: Search, *, viewer: Viewer, now: datetime) -> Counts:
    """What each choice of each filter would leave, beside all else that is chosen (counts.py). Of words the database
    tells which offers have them, and nearness alone leaves nothing out."""
    answer = None
    if settings().catalogue_index:
        asked = replace(wanted, words="", near=wanted.near if wanted.within is not None else None)
        if knows(asked):
            among = await having(wanted) if wanted.words else None
            answer = await index.count(asked, viewer, now, among)
    return await counts.count(wanted, viewer=viewer, now=now) if answer is None else answer
