"""In which order offers stand, and what is shown of each: by date, or by rank and then by date."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby, tee
from typing import NamedTuple, cast
from uuid import UUID

from offers.search.asked import Position
from offers.search.conditions import EQUAL, FARTHEST, FITS
from offers.search.index.dates import ANY_DATE, Dates, answers, day_of, days_of, on_day, sessions
from offers.search.index.masks import NEVER, Masks, slots
from offers.search.index.offered import Offered
from offers.search.places.rules import Near

DIRECT = 20
"""So few offers are sorted; of more, the days are walked through until the page is full, and each as it stands."""
Ranked = Iterable[tuple[int, int]]
"""(rank, the mask of those that have it), the highest first."""


class Hit(NamedTuple):
    """An offer and what is shown of it: from, to and where; and its rank where the list goes by that."""

    starts_at: datetime | None
    ends_at: datetime | None
    venue: UUID | None
    offer: Offered
    rank: int = 0


def by_rank(masks: Masks, found: int, dates: Dates, ranked: Ranked, after: Position | None) -> Iterator[Hit]:
    """The offers of a mask, those with the highest rank first; of equal ones by date."""
    for rank, having in ranked:
        among = found & having
        if not among or (after and rank > after.rank):
            continue
        for hit in by_date(masks, among, dates, after if after and after.rank == rank else None):
            yield hit._replace(rank=rank)


def by_date(masks: Masks, found: int, dates: Dates, after: Position | None) -> Iterator[Hit]:
    """The offers of a mask by the session that is shown, after a place in the list."""
    if found.bit_count() <= DIRECT:
        hits: Iterable[Hit] = sorted(_directly(masks, found, dates), key=_standing)
    elif dates == ANY_DATE:
        hits = _by_next_date(masks, found, after)
    else:
        hits = _by_session(masks, found, dates, after)
    if after:
        place = (after.starts_at or NEVER, after.id)
        return (hit for hit in hits if _standing(hit) > place)
    return iter(hits)


def by_nearness(masks: Masks, found: int, dates: Dates, near: Near) -> list[tuple[int, int]]:
    """The offers of a mask by how near what is shown of them is; of which nobody knows that, last."""
    there: dict[UUID, int] = {}
    if dates == ANY_DATE:
        there = {venue: masks.of("next venue", venue) for venue, _away in near.venues}
    else:
        apart = found & masks.of("is", "elsewhere")
        there = {venue: masks.of("venue", venue) & ~apart for venue, _away in near.venues}
        for hit in _directly(masks, apart, dates):
            if hit.venue in there:
                there[hit.venue] |= 1 << hit.offer.slot
    ranked: dict[int, int] = {}
    for venue, away in near.venues:
        if having := found & there[venue]:
            ranked[FARTHEST - away] = ranked.get(FARTHEST - away, 0) | having
            found &= ~having
    return [*sorted(ranked.items(), reverse=True), (0, found)]


def by_both(masks: Masks, found: int, dates: Dates, ranked: Ranked, near: Near) -> Iterator[tuple[int, int]]:
    """What answers equally well goes by how near it is: queries.py:EQUAL."""
    kinds: dict[int, int] = {}
    for rank, having in ranked:
        kinds[rank // EQUAL] = kinds.get(rank // EQUAL, 0) | found & having
    for kind, having in kinds.items():
        if having:
            for nearness, there in by_nearness(masks, having, dates, near):
                yield kind * FARTHEST + nearness, there


def by_fit(found: int, ranked: Ranked, best: int, some: int) -> Iterator[tuple[int, int]]:
    """What answers equally well goes by whom it is for: queries.py:_fit. No more is read than is asked for."""
    fits = ((2, found & best), (1, found & some & ~best), (0, found & ~(some | best)))
    for kind, alike in groupby(ranked, lambda one: one[0] // EQUAL):
        for (fit, those), ones in zip(fits, tee(alike, FITS), strict=True):
            for rank, having in ones if those else ():
                if among := those & having:
                    yield (kind * FITS + fit) * EQUAL + rank % EQUAL, among


def _standing(hit: Hit) -> tuple[datetime, UUID]:
    """Its place in the list."""
    return hit.starts_at or NEVER, hit.offer.id


def _directly(masks: Masks, found: int, dates: Dates, day: int | None = None) -> Iterator[Hit]:
    """The offers of a mask, each with the first session that answers; of this day, if one is given."""
    for slot in slots(found):
        offer = masks.offer(slot)
        if dates == ANY_DATE:
            yield _next(offer)
            continue
        first = next(iter(sessions(masks, offer, dates, day)), None)
        if first:
            yield Hit(first.starts_at, first.ends_at, first.venue, offer)
        else:
            yield Hit(None, None, offer.venue, offer)


def _next(offer: Offered) -> Hit:
    return Hit(offer.next_at, offer.next_ends, offer.venue, offer)


def _by_next_date(masks: Masks, found: int, after: Position | None) -> Iterator[Hit]:
    """The offers of a mask as the list goes, without those of days before `after`."""
    first = day_of(after.starts_at) if after and after.starts_at else None
    for day in masks.next_days():
        if after and day is not None and (after.starts_at is None or day < cast(int, first)):
            continue
        among = found & masks.of("next", day)
        if not among:
            continue
        if among.bit_count() <= DIRECT:
            yield from sorted(_directly(masks, among, ANY_DATE), key=_standing)
            continue
        bits = _bits(masks, among)
        for _, _, slot in masks.standing(day):
            if bits[slot >> 3] >> (slot & 7) & 1:
                yield _next(masks.offer(slot))


def _by_session(masks: Masks, found: int, dates: Dates, after: Position | None) -> Iterator[Hit]:
    """Each offer by the first session that answers, in time; then those that answer without one."""
    first = day_of(after.starts_at) if after and after.starts_at else None
    for day in days_of(masks, dates):
        among = found & on_day(masks, day, dates)
        if not among:
            continue
        found &= ~among
        if after and (after.starts_at is None or day < cast(int, first)):
            continue
        if among.bit_count() <= DIRECT:
            yield from sorted(_directly(masks, among, dates, day), key=_standing)
            if not found:
                return
            continue
        bits = bytearray(_bits(masks, among))
        for starts, _, slot, session in masks.sessions(day):
            if bits[slot >> 3] >> (slot & 7) & 1:
                offer = masks.offer(slot)
                if answers(masks, offer, session, dates):
                    bits[slot >> 3] &= ~(1 << (slot & 7))
                    yield Hit(starts, session.ends_at, session.venue, offer)
        if not found:
            return
    for offer in sorted((masks.offer(slot) for slot in slots(found)), key=lambda one: one.id):
        yield Hit(None, None, offer.venue, offer)


def _bits(masks: Masks, found: int) -> bytes:
    return found.to_bytes(len(masks.slots) // 8 + 1, "little")
