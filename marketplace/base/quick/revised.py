"""What is made from the catalogue, kept for as long as nothing in it changes (base/data/revision.py)."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, Protocol, TypeVar

from marketplace.base.data.revision import Mark, Revision
from marketplace.base.quick.tricks import Trick

REVISED = Trick("revised", "what is made from the catalogue is kept while its revision stands")


class Made(Protocol):
    """`revision` of the catalogue that it was made from, and its `size` in bytes."""

    revision: int

    @property
    def size(self) -> int: ...


Kept = TypeVar("Kept", bound=Made)


class Revised(Generic[Kept]):
    """What one process keeps, each for one revision of the catalogue; the least used goes when there is no `room` for
    so many bytes. `use` is the feature that keeps it."""

    def __init__(self, revision: Revision, room: int, use: str | None = None) -> None:
        self.revision, self.room = revision, room
        self._kept: OrderedDict[Hashable, tuple[Mark, Kept]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Kept]] = {}
        self.found = self.made = 0
        """How often something was there, and had to be made."""
        if use:
            REVISED.uses.append(use)

    def ready(self, key: Hashable) -> Kept | None:
        """What is kept under the key, if it is true now."""
        heard, found = self.revision.heard, self._kept.get(key)
        if heard is None or found is None or found[0] < heard:
            return None
        self._kept.move_to_end(key)
        self.found += 1
        return found[1]

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Kept]]) -> Kept:
        """What is kept under the key, or made anew. Those who ask for it at the same time wait for one making. With
        the trick off nothing is kept, so `ready` finds nothing either."""
        if found := self.ready(key):
            return found
        heard = self.revision.heard
        if heard is None or not REVISED.on:
            return await make()
        task = self._making.get((key, heard))
        if task is None:
            task = self._making[key, heard] = asyncio.create_task(self._make(key, heard, make))
            task.add_done_callback(lambda _: self._making.pop((key, heard)))
        return await asyncio.shield(task)

    async def _make(self, key: Hashable, heard: Mark, make: Callable[[], Awaitable[Kept]]) -> Kept:
        made = await make()
        self.made += 1
        self._kept[key] = ((heard[0], made.revision), made)
        self._kept.move_to_end(key)
        used = sum(kept.size for _, kept in self._kept.values())
        while used > self.room:
            _, (_, gone) = self._kept.popitem(last=False)
            used -= gone.size
        return made

    def clear(self) -> None:
        self._kept.clear()


Told = TypeVar("Told")


class Newest(Generic[Told]):
    """The newest answer that was made from the catalogue, for what was asked and the revision that was heard then."""

    def __init__(self, revision: Revision, use: str) -> None:
        self.revision = revision
        self._kept: tuple[Hashable, Told] | None = None
        REVISED.uses.append(use)

    @property
    def last(self) -> Told | None:
        """The last answer that was kept, true or not: for what must be said while the database is away."""
        return self._kept[1] if self._kept else None

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Told]]) -> Told:
        heard = self.revision.heard
        if heard is None or not REVISED.on:
            return await make()
        if self._kept is None or self._kept[0] != (heard, key):
            self._kept = ((heard, key), await make())
        return self._kept[1]
