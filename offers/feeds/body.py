"""A feed's bytes, and keeping them for as long as nothing in the catalogue changes."""

import gzip
import hashlib
import time
from datetime import datetime, timedelta

from marketplace.base.data.revision import catalogue
from marketplace.base.quick.revised import Revised

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
    def size(self) -> int:
        return len(self.plain) + len(self.packed)

    @property
    def modified_at(self) -> datetime | None:
        """When it changed last, in whole seconds.

        More may change in a second that still runs, and two bodies must not bear the same date: until it is over,
        the second before it is told.
        """
        if self._second is None or time.monotonic() >= self._settled:
            return self._second
        return self._second - SECOND


kept = Revised[Body](catalogue, ROOM, __name__)
