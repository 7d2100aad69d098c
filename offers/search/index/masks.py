"""The published catalogue as bit masks: plain integers, in which every offer has a bit of its own.

A filter is an `&`, several kinds are an `|`, how many there are is `bit_count()`. Nothing here knows the database: it
is given what was read, and the moment at which somebody asks.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce
from heapq import heappop, heappush
from operator import or_
from typing import Any
from uuid import UUID

from offers.catalogue.models import Joining
from offers.catalogue.queries import Viewer
from offers.search.index.facts import Date, Offered
from offers.search.queries import Position, Search

NEVER = datetime.max.replace(tzinfo=UTC)
"""Where an offer without a date stands in the list: last."""

Key = tuple[str, Hashable]
"""What a mask is of: ("kind", "course"), ("place", " sandnes") …"""
Hit = tuple[datetime | None, datetime | None, Offered]
"""The session shown, from and to, and the offer."""


class Masks:
    """All offers that anybody may see. `put` and `drop` keep it true, `find` answers."""

    def __init__(self, offers: Iterable[Offered], now: datetime) -> None:
        self.now = now
        self.offers: dict[UUID, Offered] = {}
        self.slots: list[Offered | None] = []
        self.unused: list[int] = []
        self.masks: dict[Key, int] = {}
        self.order: list[tuple[datetime, UUID, int]] = []
        self.dates: list[tuple[datetime, UUID, int, Date]] = []
        self.changes: list[tuple[datetime, int]] = []
        self.awaited: set[tuple[datetime, int]] = set()
        members: dict[Key, list[int]] = {}
        for offer in offers:
            self._place(offer)
            for key in (*keys(offer), *keys_now(offer, now)):
                members.setdefault(key, []).append(offer.slot)
            self._await(offer, now)
            self.order.append(_standing(offer))
            self.dates += _dates(offer)
        self.masks = {key: _mask(slots, len(self.slots)) for key, slots in members.items()}
        self.order.sort()
        self.dates.sort(key=_moment)

    def put(self, offer: Offered) -> None:
        """An offer as it is now, in place of what was known of it."""
        self.drop(offer.facts.id)
        self._place(offer)
        self._mark(offer, self.now)
        insort(self.order, _standing(offer))
        for date in _dates(offer):
            insort(self.dates, date, key=_moment)

    def drop(self, offer_id: UUID) -> None:
        """Nobody may see this offer any more."""
        offer = self.offers.pop(offer_id, None)
        if offer is None:
            return
        self._unmark(offer)
        del self.order[bisect_left(self.order, _standing(offer))]
        for date in _dates(offer):
            del self.dates[bisect_left(self.dates, _moment(date), key=_moment)]
        self.slots[offer.slot] = None
        self.unused.append(offer.slot)

    def settle(self, now: datetime) -> None:
        """What time alone has changed since somebody asked last; also where the clock was set back."""
        if now < self.now:
            self.now = now
            for offer in self.offers.values():
                self._unmark(offer)
                self._mark(offer, now)
            return
        self.now = now
        while self.changes and self.changes[0][0] <= now:
            moment, slot = change = heappop(self.changes)
            self.awaited.discard(change)
            changed = self.slots[slot]
            if changed is not None and changed.until == moment:
                self._unmark(changed)
                self._mark(changed, now)

    def seen_by(self, viewer: Viewer) -> int:
        """What this viewer may see: what everybody, staff and the members of their organisations may."""
        seen = self._of("public", True) | (self._of("staff", True) if viewer.staff else 0)
        return reduce(or_, (self._of("members", one) for one in viewer.organizations), seen)

    def matching(self, wanted: Search, viewer: Viewer) -> int:
        """Those that match in all that is no question of a date, and that are not over."""
        found = self.seen_by(viewer) & self._of("current", True)
        if wanted.kinds:
            found &= self._any("kind", wanted.kinds)
        if wanted.audiences:
            found &= self._any("audience", wanted.audiences)
        if wanted.drop_in is not None:
            drop_in = self._of("joining", Joining.DROP_IN.value)
            found &= drop_in if wanted.drop_in else ~drop_in
        if wanted.place:
            found &= self._at(wanted.place)
        if wanted.municipalities:
            found &= self._any("municipality", wanted.municipalities) | self._of("everywhere", True)
        if wanted.organization:
            found &= self._of("organization", wanted.organization)
        if wanted.not_begun:
            found &= ~self._of("begun", True)
        if wanted.free:
            found &= self._of("free as a whole", True)
        return found

    def find(self, wanted: Search, viewer: Viewer, now: datetime) -> tuple[int, list[Hit]]:
        """How many match (at most `counted` + 1), and those of the page with one more, if there are more."""
        self.settle(now)
        found = self.matching(wanted, viewer)
        if _dated(wanted):
            return self._find_dates(wanted, found, now)
        total = found.bit_count()
        hits = ((offer.facts.next_session_at, offer.facts.next_session_ends, offer)
                for offer in self._in_order(found, total, wanted.after))  # fmt: skip
        return min(total, wanted.counted + 1), [
            hit for hit, _ in zip(hits, range(wanted.page + 1), strict=False)
        ]

    def _in_order(self, found: int, total: int, after: Position | None) -> Iterator[Offered]:
        """The offers of a mask as the list goes. Few are sorted; of many the first stand near the beginning."""
        key = (after.starts_at or NEVER, after.id, len(self.slots)) if after else None
        if total * total < 4 * len(self.order):
            for _, _, slot in sorted(_standing(offer) for offer in self._each(found)):
                if key is None or _standing(self.slots[slot]) > key:
                    yield self.slots[slot]  # type: ignore[misc]
            return
        bits = found.to_bytes(len(self.slots) // 8 + 1, "little")
        begin = bisect_right(self.order, key) if key else 0
        for place in range(begin, len(self.order)):
            slot = self.order[place][2]
            if bits[slot >> 3] >> (slot & 7) & 1:
                yield self.slots[slot]  # type: ignore[misc]

    def _each(self, found: int) -> Iterator[Offered]:
        while found:
            lowest = found & -found
            found ^= lowest
            yield self.slots[lowest.bit_length() - 1]  # type: ignore[misc]

    def _find_dates(self, wanted: Search, found: int, now: datetime) -> tuple[int, list[Hit]]:
        """Each offer by the first session that fits, in time: one and the same session answers for all of a date."""
        bits = found.to_bytes(len(self.slots) // 8 + 1, "little")
        hits: list[Hit] = []
        seen: set[int] = set()
        after = (wanted.after.starts_at or NEVER, wanted.after.id) if wanted.after else None
        for starts, offer_id, slot, date in self._between(wanted):
            if (
                slot in seen
                or not bits[slot >> 3] >> (slot & 7) & 1
                or not self._fits(date, slot, wanted, now)
            ):
                continue
            seen.add(slot)
            if len(hits) <= wanted.page and (after is None or (starts, offer_id) > after):
                hits.append((starts, date.session_ends, self.slots[slot]))  # type: ignore[arg-type]
            if len(seen) > wanted.counted and len(hits) > wanted.page:
                break
        for offer in self._without_dates(wanted, found):
            seen.add(offer.slot)
            if len(hits) <= wanted.page and (after is None or (NEVER, offer.facts.id) > after):
                hits.append((None, None, offer))
        return min(len(seen), wanted.counted + 1), hits

    def _without_dates(self, wanted: Search, found: int) -> list[Offered]:
        """offers/search/queries.py:without_dates"""
        if wanted.between or wanted.evening:
            return []
        undated = (offer for offer in self._each(found) if offer.facts.last_session_ends is None
                   and offer.facts.joining != Joining.PER_SESSION)  # fmt: skip
        return sorted(undated, key=lambda offer: offer.facts.id)

    def _between(self, wanted: Search) -> Iterator[tuple[datetime, UUID, int, Date]]:
        if not wanted.between:
            return iter(self.dates)
        first, last = (
            bisect_left(self.dates, (moment, UUID(int=0), -1), key=_moment) for moment in wanted.between
        )
        return (self.dates[place] for place in range(first, last))

    def _fits(self, date: Date, slot: int, wanted: Search, now: datetime) -> bool:
        offer: Any = self.slots[slot]
        if date.cancelled or date.session_ends <= now or (wanted.evening and not date.evening):  # type: ignore[operator]
            return False
        if wanted.between and not (
            offer.facts.next_session_at and offer.facts.next_session_at < wanted.between[1]
        ):
            return False
        return not wanted.free or offer.facts.joining != Joining.PER_SESSION or date.free(offer.facts, now)

    def _at(self, place: str) -> int:
        """offers/search/queries.py:_place"""
        if place.isdigit():
            return self._where("postcode", lambda postcode: postcode.startswith(place))
        typed = f" {' '.join(place.lower().split())}"
        return self._where("place", lambda name: typed in name)

    def _where(self, kind: str, fits: Any) -> int:
        return reduce(or_, (mask for (of, name), mask in self.masks.items() if of == kind and fits(name)), 0)

    def _any(self, kind: str, names: Iterable[Hashable]) -> int:
        return reduce(or_, (self._of(kind, name) for name in names), 0)

    def _of(self, kind: str, name: Hashable) -> int:
        return self.masks.get((kind, name), 0)

    def _place(self, offer: Offered) -> None:
        """Give it a slot."""
        if self.unused:
            offer.slot = self.unused.pop()
            self.slots[offer.slot] = offer
        else:
            offer.slot = len(self.slots)
            self.slots.append(offer)
        self.offers[offer.facts.id] = offer

    def _mark(self, offer: Offered, now: datetime) -> None:
        bit = 1 << offer.slot
        for key in (*keys(offer), *keys_now(offer, now)):
            self.masks[key] = self.masks.get(key, 0) | bit
        self._await(offer, now)

    def _await(self, offer: Offered, now: datetime) -> None:
        """Note when time alone changes what holds of it."""
        offer.until = offer.next_change(now)
        if offer.until and (change := (offer.until, offer.slot)) not in self.awaited:
            self.awaited.add(change)
            heappush(self.changes, change)

    def _unmark(self, offer: Offered) -> None:
        keep = ~(1 << offer.slot)
        for key in (*keys(offer), *TEMPORAL):
            if key in self.masks:
                self.masks[key] &= keep
                if not self.masks[key]:
                    del self.masks[key]


def keys(offer: Offered) -> Iterator[Key]:
    """Of which masks an offer is, whatever the time."""
    facts = offer.facts
    yield "kind", facts.kind
    yield "joining", facts.joining
    yield from (("municipality", slug) for slug in facts.municipalities)
    if facts.everywhere:
        yield "everywhere", True
    yield from (("audience", audience) for audience in facts.audiences)
    yield from (("organization", one) for one in {facts.owner_id, *facts.organizers})
    yield from (("place", name) for name in facts.places)
    if facts.postcode:
        yield "postcode", facts.postcode
    if facts.public:
        yield "public", True
    if facts.staff:
        yield "staff", True
    yield from (("members", one) for one in facts.members)


TEMPORAL: tuple[Key, ...] = (("current", True), ("free", True), ("free as a whole", True), ("begun", True))


def keys_now(offer: Offered, now: datetime) -> Iterator[Key]:
    """Of which masks it is at this moment, and may not be at the next."""
    holds = (offer.current(now), offer.free(now), offer.free_as_a_whole(now), offer.begun(now))
    return (key for key, true in zip(TEMPORAL, holds, strict=True) if true)


def _dated(wanted: Search) -> bool:
    return bool(wanted.between or wanted.evening or wanted.free)


def _standing(offer: Offered | None) -> tuple[datetime, UUID, int]:
    assert offer is not None
    return offer.facts.next_session_at or NEVER, offer.facts.id, offer.slot


def _dates(offer: Offered) -> list[tuple[datetime, UUID, int, Date]]:
    return [(date.session_at, offer.facts.id, offer.slot, date) for date in offer.dates if date.session_at]


def _moment(
    date: tuple[datetime, UUID, int, Date] | tuple[datetime, UUID, int],
) -> tuple[datetime, UUID, int]:
    return date[0], date[1], date[2]


def _mask(slots: list[int], most: int) -> int:
    bits = bytearray(most // 8 + 1)
    for slot in slots:
        bits[slot >> 3] |= 1 << (slot & 7)
    return int.from_bytes(bits, "little")
