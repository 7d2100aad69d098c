"""Which offers have some words, and how well: asked of PostgreSQL once, kept as masks while the catalogue stands.

Stems, phrases and ranks are PostgreSQL's, so the index cannot have another opinion of them. Who may see an offer, and
all else that is asked, is no part of it: a kept answer is good for every viewer and every filter.
"""

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from marketplace.base.data.revision import Mark
from marketplace.base.quick.revised import REVISED
from offers.search.asked import Search
from offers.search.conditions import Having, having
from offers.search.index.masks import Masks

MOST = 200_000
"""Offers in all answers that are kept, at some 8 bytes each."""
MANY = 64
"""From so many of one rank, they are kept as a mask."""


class Standing(NamedTuple):
    """What an answer was made of: the catalogue that was heard of, and the `version` of the masks' places."""

    heard: Mark
    version: int


class Hits:
    """The offers that have the words: all of them as a `mask`, and by rank."""

    def __init__(self, masks: Masks, found: Sequence[Having]) -> None:
        self.many = len(found)
        self._ranks: list[tuple[int, int | array[int]]] = []
        self.mask = 0
        for rank, ones in groupby(sorted(found, key=attrgetter("rank"), reverse=True), attrgetter("rank")):
            known = [masks.offers.get(one.offer_id) for one in ones]
            places = array("I", [offer.slot for offer in known if offer is not None])
            self.mask |= (there := _mask(places, len(masks.slots)))
            self._ranks.append((rank, there if len(places) >= MANY else places))

    def ranked(self, slots: int) -> Iterator[tuple[int, int]]:
        """(rank, the mask of those that have it), the highest first."""
        for rank, ones in self._ranks:
            yield rank, ones if isinstance(ones, int) else _mask(ones, slots)


def _mask(places: "array[int]", slots: int) -> int:
    if len(places) == 1:
        return 1 << places[0]
    bits = bytearray(slots // 8 + 1)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


class Words:
    """The answers that one process keeps, those used last."""

    def __init__(self, use: str = "") -> None:
        if use:
            REVISED.uses.append(use)
        self._kept: OrderedDict[tuple[str, bool], tuple[Standing, Hits]] = OrderedDict()
        self._many = 0

    def ready(self, wanted: Search, standing: Standing) -> Hits | None:
        """What is kept of these words, if it was made of what is `standing` now."""
        key = (wanted.words, wanted.any_word)
        found = self._kept.get(key)
        if found is None or found[0] != standing:
            return None
        self._kept.move_to_end(key)
        return found[1]

    async def read(self, wanted: Search, masks: Masks, standing: Standing) -> None:
        """Ask the database. It is kept under what stood before: if that has changed meanwhile it is asked again."""
        read = await having(wanted)
        key = (wanted.words, wanted.any_word)
        if masks.version != standing.version:
            return
        self._forget(key)
        self._kept[key] = (standing, Hits(masks, read))
        self._many += len(read)
        while self._many > MOST and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, key: tuple[str, bool]) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._many -= gone[1].many
