"""The published catalogue as bit masks: plain integers, in which every offer has a bit of its own.

A filter is an `&`, several kinds are an `|`, how many there are is `bit_count()`. Here they are kept true; asking.py
asks them. Nothing here knows the database: it is given what was read, and the moment at which somebody asks.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from itertools import count
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

from offers.search.index.offered import SLACK, Date, Key, Offered

NEVER = datetime.max.replace(tzinfo=UTC)
"""Where an offer without a date stands in the list: last."""
REMEMBERED = 400
"""Masks and days put together for one search and used by the next, at most; a change forgets those it may touch."""

_serials = count(1)


class Masks:
    """All offers that anybody may see. `put` and `drop` keep it true, and so does `settle` as time passes.

    It is made by many a `put` too, in as large slices as one likes: until `done`, what is marked is only noted."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.version = next(_serials)
        """Another for each offer that gets a place or gives it up."""
        self.known_from = now - SLACK
        """Who asks for an earlier moment asks the database: what was over by then was not read."""
        self.offers: dict[UUID, Offered] = {}
        self.slots: list[Offered | None] = []
        self.masks: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
        self.remembered: dict[Hashable, Any] = {}
        self._standing: dict[int | None, list[tuple[datetime, UUID, int]]] = {}
        self._sessions: dict[int, list[tuple[datetime, UUID, int, Date]]] = {}
        self._making: dict[Hashable, dict[Hashable, bytearray]] | None = defaultdict(dict)
        self._unused: list[int] = []
        self._names: dict[Any, Any] = {}
        self._coming: list[tuple[datetime, int]] = []
        """A heap: when time alone changes something of an offer, by its slot."""
        self._passed: list[tuple[datetime, int]] = []
        """Such moments of the last hour, in time: some requests ask for an earlier moment than the one before them."""

    def done(self) -> Iterator[None]:
        """Make masks of what was noted, a slice at a time; after that it can be asked."""
        made, self._making = self._making or {}, None
        for group, named in made.items():
            self.masks[group] = {name: int.from_bytes(bits, "little") for name, bits in named.items()}
            yield
        heapify(self._coming)
        self._passed.sort()
        yield

    def put(self, offer: Offered) -> None:
        """An offer as it is now, in place of what was known of it."""
        before = self.offers.get(offer.id)
        if before is None:
            self.version = next(_serials)
            offer.slot = self._unused.pop() if self._unused else len(self.slots)
            if offer.slot == len(self.slots):
                self.slots.append(None)
        else:
            offer.slot, offer.marked = before.slot, before.marked
        # Names are the same object wherever they stand: each offer has dozens of them.
        offer.always = tuple(self._names.setdefault(key, key) for key in offer.always)
        self._reorder(before, offer)
        self.offers[offer.id] = self.slots[offer.slot] = offer
        self._mark(offer, (*offer.always, *offer.keys(self.now)))
        self._await(offer, self.now)
        for change in {(one, offer.slot) for one in offer.moments() if self.known_from < one <= self.now}:
            if self._making is not None:
                self._passed.append(change)
            else:
                insort(self._passed, change)

    def drop(self, offer_id: UUID) -> None:
        """Nobody may see this offer any more."""
        offer = self.offers.pop(offer_id, None)
        if offer is not None:
            self.version = next(_serials)
            self._reorder(offer, None)
            self._mark(offer, ())
            self.slots[offer.slot] = None
            self._unused.append(offer.slot)

    def settle(self, now: datetime) -> None:
        """What time alone has changed since somebody asked last. Those who ask come in any order: a request that waited
        has an earlier moment than the one before it, and clocks are set back."""
        changed = set()
        while self._coming and self._coming[0][0] <= now:
            moment, slot = change = heappop(self._coming)
            offer = self.slots[slot]
            if offer is not None and offer.until == moment:
                changed.add(slot)
                self._passed.append(change)
                self._await(offer, moment)
        while self._passed and self._passed[-1][0] > now:
            _, slot = self._passed.pop()
            changed.add(slot)
        for slot in changed:
            offer = self.slots[slot]
            if offer is not None:
                self._mark(offer, (*offer.always, *offer.keys(now)))
                if now < self.now:
                    self._await(offer, now)
        if now < self.now:
            self._sessions.clear()  # some that were over are not
        self.now, self.known_from = now, max(self.known_from, now - SLACK)
        if len(self._passed) > len(self.offers) + 1000:
            del self._passed[: bisect_right(self._passed, (self.known_from, len(self.slots)))]

    def _await(self, offer: Offered, after: datetime) -> None:
        """Note when time alone next changes something of it."""
        offer.until = min((moment for moment in offer.moments() if moment > after), default=None)
        if offer.until is not None:
            change = (offer.until, offer.slot)
            if self._making is not None:
                self._coming.append(change)
            else:
                heappush(self._coming, change)

    def _mark(self, offer: Offered, keys: Iterable[Key]) -> None:
        """It is in these masks, and in no others."""
        offer.serial = next(_serials)
        names = self._names
        marked = tuple(dict.fromkeys(names.setdefault(key, key) for key in keys))
        if self._making is not None:
            self._note(offer.slot, marked)
        else:
            bit = 1 << offer.slot
            before, after = set(offer.marked), set(marked)
            for group, name in before - after:
                left = self.masks[group][name] & ~bit
                if left:
                    self.masks[group][name] = left
                else:
                    del self.masks[group][name]
            for group, name in after - before:
                self.masks[group][name] = self.masks[group].get(name, 0) | bit
            self.remembered.clear()
        offer.marked = marked

    def _note(self, slot: int, marked: Iterable[Key]) -> None:
        assert self._making is not None
        byte, bit = slot >> 3, 1 << (slot & 7)
        for group, name in marked:
            bits = self._making[group].get(name)
            if bits is None:
                bits = self._making[group][name] = bytearray(byte + 1)
            elif len(bits) <= byte:
                bits.extend(bytes(byte + 1 - len(bits)))
            bits[byte] |= bit

    def remember(self, key: Hashable, made: Any) -> Any:
        """Keep what was put together until something changes."""
        if len(self.remembered) >= REMEMBERED:
            self.remembered.clear()
        self.remembered[key] = made
        return made

    def of(self, group: Hashable, name: Hashable) -> int:
        """Those that have this name in this group: of("kind", "course")."""
        named = self.masks.get(group)
        return named.get(name, 0) if named else 0

    def any_of(self, group: Hashable, names: Iterable[Hashable]) -> int:
        """Those that have any of these names."""
        named = self.masks.get(group, {})
        found = 0
        for name in names:
            found |= named.get(name, 0)
        return found

    def days(self) -> list[int]:
        """On which there are sessions, counted from 1970."""
        known = self.remembered.get("days")
        return cast(list[int], known or self.remember("days", sorted(cast(Iterable[int], self.masks["day"]))))

    def next_days(self) -> list[int | None]:
        """On which offers have their next date; those without one stand last."""
        known = self.remembered.get("next")
        if known is None:
            dated = cast(Iterable[int], self.masks["next"].keys() - {None})
            known = self.remember("next", [*sorted(dated), None])
        return cast(list[int | None], known)

    def offer(self, slot: int) -> Offered:
        return cast(Offered, self.slots[slot])

    def standing(self, day: int | None) -> list[tuple[datetime, UUID, int]]:
        """The offers whose next date is on this day, in time; None: those without one."""
        if day not in self._standing:
            there = map(self.offer, slots(self.of("next", day)))
            self._standing[day] = sorted((one.next_at or NEVER, one.id, one.slot) for one in there)
        return self._standing[day]

    def sessions(self, day: int) -> list[tuple[datetime, UUID, int, Date]]:
        """Of this day, in time; some are over."""
        if day not in self._sessions:
            there = map(self.offer, slots(self.of("day", day)))
            found = [(date.starts_at, one.id, one.slot, date) for one in there for date in one.dates
                     if date.day == day]  # fmt: skip
            self._sessions[day] = sorted(found, key=itemgetter(0, 1))
        return self._sessions[day]

    def _reorder(self, before: Offered | None, after: Offered | None) -> None:
        """Forget the order of the days on which something has changed."""
        for day in {name for one in (before, after) if one for group, name in one.always if group == "next"}:
            if not before or not after or before.next_at != after.next_at:
                self._standing.pop(cast(int | None, day), None)
        for date in set(before.dates if before else ()) ^ set(after.dates if after else ()):
            self._sessions.pop(date.day, None)


def slots(mask: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while mask:
        lowest = mask & -mask
        mask ^= lowest
        yield lowest.bit_length() - 1
