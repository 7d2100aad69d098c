"""A feed's bytes, and keeping them for as long as nothing in the catalogue changes."""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta

from marketplace.base.data.revision import Mark, Revision, catalogue

SECOND = timedelta(seconds=1)
LEVEL = 3
"""Of gzip: a fifth more bytes than 6 in half of its time. This is what a large feed costs most when it changes."""
ROOM = 16 * 1024 * 1024
"""Bytes that one process keeps: some thirty of the largest feeds, thousands of small ones."""


class Body:
    """The bytes of a feed, plain and as gzip: two representations, so two tags, made of a hash of the plain one.

    `revision` of the catalogue it was made from; `changed_at`, when that changed; `asked_at`, when the database told
    so, on the same clock. A private feed has none of them.
    """

    def __init__(
        self,
        plain: bytes,
        revision: int = 0,
        changed_at: datetime | None = None,
        asked_at: datetime | None = None,
    ) -> None:
        self.plain = plain
        self.packed = gzip.compress(plain, LEVEL, mtime=0)
        etag = hashlib.sha256(plain).hexdigest()[:32]
        self.etags = (etag, f"{etag}-gzip")
        self.quoted = tuple(f'"{each}"'.encode() for each in self.etags)
        self.revision = revision
        self._second = changed_at.replace(microsecond=0) if changed_at else None
        left = self._second + SECOND - asked_at if self._second and asked_at else timedelta(0)
        self._settled = time.monotonic() + left.total_seconds()

    @property
    def modified_at(self) -> datetime | None:
        """When it changed last, in whole seconds.

        More may change in a second that still runs, and two bodies must not bear the same date: until it is over,
        the second before it is told.
        """
        if self._second is None or time.monotonic() >= self._settled:
            return self._second
        return self._second - SECOND


class Bodies:
    """Bodies of one process, each for one revision of the catalogue; the least used go when there is no room."""

    def __init__(self, revision: Revision, room: int = ROOM) -> None:
        self.revision, self.room = revision, room
        self._kept: OrderedDict[Hashable, tuple[Mark, Body]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Body]] = {}

    def ready(self, key: Hashable) -> Body | None:
        """The body kept under the key, if it is true now."""
        heard, found = self.revision.heard, self._kept.get(key)
        if heard is None or found is None or found[0] < heard:
            return None
        self._kept.move_to_end(key)
        return found[1]

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Body]]) -> Body:
        """The body kept under the key, or a new one. Those who ask for it at the same time wait for one making."""
        if body := self.ready(key):
            return body
        heard = self.revision.heard
        if heard is None:
            return await make()
        task = self._making.get((key, heard))
        if task is None:
            task = self._making[key, heard] = asyncio.create_task(self._make(key, heard, make))
            task.add_done_callback(lambda _: self._making.pop((key, heard)))
        return await asyncio.shield(task)

    async def _make(self, key: Hashable, heard: Mark, make: Callable[[], Awaitable[Body]]) -> Body:
        body = await make()
        self._kept[key] = ((heard[0], body.revision), body)
        self._kept.move_to_end(key)
        used = sum(len(kept.plain) + len(kept.packed) for _, kept in self._kept.values())
        while used > self.room:
            _, (_, gone) = self._kept.popitem(last=False)
            used -= len(gone.plain) + len(gone.packed)
        return body


kept = Bodies(catalogue)
