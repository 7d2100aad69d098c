"""How this process's index of the catalogue is made, and kept true.

Whoever changes an offer, its dates or seats by hand is heard by name (base/data/revision.py). A booking tells nobody: a
notice in its transaction would make all bookings queue. But it leaves an entry in the audit trail, in the same commit,
so whoever asks for the list first looks what has been booked since, at most every 40 ms: a short read along the trail's
key, and nothing for the booking. What leaves no entry, or comes so late that its place in the trail is behind us, is
found by what PostgreSQL knows of each row: which transaction has written it.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from marketplace.base.data.database import row, rows, unavailable
from marketplace.base.data.revision import Revision, catalogue
from offers.catalogue.queries import Viewer
from offers.search.index.facts import SLACK, read
from offers.search.index.masks import Hit, Masks
from offers.search.queries import Search

log = structlog.get_logger("index")

AGAIN = 0.04
"""Seconds between two looks at what was booked."""
LATE = 2.0
"""Seconds that an entry of the audit trail may come behind those that were made after it."""
SWEEP = 5.0
"""Seconds between two looks at which seats any transaction has written."""
IN_FLIGHT = 50
"""Transactions that may begin while one statement looks."""
AT_ONCE = 200
"""Offers read at a time while the index is made: nobody waits longer than for these."""
ANEW = 500
"""So many changed offers take as long as all of them."""


class _Booked(NamedTuple):
    id: UUID
    offer_id: UUID


class _Written(NamedTuple):
    oldest: int
    newest: int
    offers: list[UUID]


class _Id(NamedTuple):
    id: UUID


class Index:
    """The catalogue in this process's memory, while `revision` hears what changes; else it answers nothing."""

    def __init__(self, revision: Revision) -> None:
        self.revision = revision
        self.masks: Masks | None = None
        self._since: datetime | None = None
        self._epoch = 0
        self._changed: set[str] = set()
        self._trail: OrderedDict[UUID, float] = OrderedDict()
        self._looked = self._swept = 0.0
        self._written = 0
        self._making: asyncio.Task[None] | None = None
        self._one = asyncio.Lock()
        self._listens = False

    async def find(self, wanted: Search, viewer: Viewer, now: datetime) -> tuple[int, list[Hit]] | None:
        """How many match and those of the page with one more (masks.py:find); None while it cannot tell: then the
        database answers, and the index is made."""
        masks = await self.true_at(now)
        return masks.find(wanted, viewer, now) if masks else None

    async def true_at(self, now: datetime) -> Masks | None:
        """The masks with all that is known to have changed, or None."""
        if self.revision.heard is None:
            self.masks = None
            return None
        if self.masks is None or self._epoch != self.revision.epoch or now < (self._since or now) - SLACK:
            self.masks = None
            if self._making is None or self._making.done():
                self._making = asyncio.create_task(self._make(now))
            return None
        if self._changed or time.monotonic() - self._looked >= AGAIN:
            async with self._one:
                await self._catch_up(now)
        return self.masks

    async def made(self, now: datetime) -> None:
        """Wait until it can answer: for tests, and for who begins."""
        while await self.true_at(now) is None:
            if self._making and not self._making.done():
                await self._making
            else:
                await asyncio.sleep(AGAIN)

    async def _make(self, now: datetime) -> None:
        began, epoch = time.monotonic(), self.revision.epoch
        if not self._listens:  # a process that nobody asks for a list gathers nothing
            self.revision.told.append(self._changed.add)
            self._listens = True
        self._changed.clear()
        try:
            self._written = (await self._sweep(None)).oldest
            self._swept = self._looked = time.monotonic()
            self._trail.clear()
            offers = []
            known = [one.id for one in await rows(_Id, "SELECT id FROM offer WHERE state <> 'draft'")]
            for first in range(0, len(known), AT_ONCE):
                offers += await read(now, known[first : first + AT_ONCE])
        except Exception as problem:
            if not unavailable(problem):
                raise
            log.warning("index not made", problem=type(problem).__name__)
            return
        masks = await asyncio.to_thread(Masks, offers, now)
        if epoch == self.revision.epoch and self.revision.heard is not None:
            self.masks, self._since, self._epoch = masks, now, epoch
            log.info("index made", offers=len(offers), seconds=round(time.monotonic() - began, 3))

    async def _catch_up(self, now: datetime) -> None:
        """Read again what was told to have changed, and what has been booked."""
        if self.masks is None or not (self._changed or time.monotonic() - self._looked >= AGAIN):
            return
        masks, told = self.masks, set(self._changed)
        self._changed -= told
        try:
            offers = await self._meant(told)
            if time.monotonic() - self._looked >= AGAIN:
                offers |= await self._booked()
            if len(offers) > ANEW:
                self.masks = None
                return
            found = {offer.facts.id: offer for offer in await read(now, offers)} if offers else {}
        except BaseException:
            self._changed |= told
            self._swept = 0.0  # what the trail said is not read: look at all seats again
            raise
        for offer_id in offers:
            if offer_id in found:
                masks.put(found[offer_id])
            else:
                masks.drop(offer_id)

    async def _meant(self, told: Iterable[str]) -> set[UUID]:
        """The offers that these notices are about."""
        named: dict[str, list[UUID]] = {"offer": [], "organization": [], "venue": [], "municipality": []}
        for one in told:
            what, _, key = one.partition(":")
            named[what].append(UUID(key))
        meant = set(named.pop("offer"))
        if any(named.values()):
            found = await rows(
                _Id,
                """SELECT o.id FROM offer o WHERE o.state <> 'draft' AND (o.owner_id = ANY($1) OR o.venue_id = ANY($2)
                    OR o.municipality_id = ANY($3) OR o.owner_id IN (
                        SELECT organization_id FROM organization_owner WHERE municipality_id = ANY($3)))""",
                *named.values(),
            )
            meant |= {one.id for one in found}
        return meant

    async def _booked(self) -> set[UUID]:
        """The offers whose seats somebody has taken or given up since the last look."""
        began = time.monotonic()
        if began - self._swept >= SWEEP:
            found = await self._sweep(self._written)
            self._written, self._swept, self._looked = found.oldest, began, began
            return set(found.offers)
        low = UUID(int=int((time.time() - LATE) * 1000) << 80)
        trail = await rows(
            _Booked,
            """SELECT a.id, b.offer_id FROM audit_entry a JOIN booking b ON b.id = a.object_id WHERE a.id > $1""",
            low,
        )
        self._looked = began
        new = [one for one in trail if one.id not in self._trail]
        self._trail |= {one.id: began for one in new}
        while self._trail and began - next(iter(self._trail.values())) > 2 * LATE:
            self._trail.popitem(last=False)
        return {one.offer_id for one in new}

    async def _sweep(self, since: int | None) -> _Written:
        """The offers whose seats a transaction from `since` on has written, and from which the next look begins."""
        found = await row(
            _Written,
            f"""WITH here AS (SELECT pg_snapshot_xmin(s)::text::bigint AS oldest,
                    pg_snapshot_xmax(s)::text::bigint AS newest FROM pg_current_snapshot() s)
                SELECT here.oldest, here.newest, CASE WHEN $1::bigint IS NULL THEN '{{}}'::uuid[] ELSE ARRAY(
                    SELECT DISTINCT p.offer_id FROM seat_pool p WHERE age(p.xmin) <= here.newest - $1 + {IN_FLIGHT})
                    END AS offers FROM here""",
            since,
        )
        assert found is not None
        return found


index = Index(catalogue)
"""This process's own."""
