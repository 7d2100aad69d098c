"""How this process's index of the catalogue is made, and kept true.

Whoever changes an offer, its dates or seats by hand is heard by name (base/data/revision.py). A booking tells nobody: a
notice in its transaction would make all bookings queue. But it leaves an entry in the audit trail, in the same commit,
so whoever asks for the list first looks what has been booked since, at most every 40 ms: a short read along the trail's
key, and nothing for the booking. What leaves no entry, or comes so late that its place in the trail is behind us, is
found by what PostgreSQL knows of each row: which transaction has written it.
"""

import asyncio
import gc
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import structlog

from marketplace.base import clock
from marketplace.base.backoff import Backoff
from marketplace.base.data.database import row, rows, unavailable
from marketplace.base.data.revision import Revision, catalogue
from marketplace.base.log import by_database
from marketplace.base.quick.revised import REVISED
from marketplace.settings import settings
from offers.catalogue.queries import Viewer
from offers.search.asked import Search
from offers.search.counts import Counts
from offers.search.index import asking
from offers.search.index.facts import read
from offers.search.index.hits import Hits, Standing, Words
from offers.search.index.masks import Masks
from offers.search.index.order import Hit
from offers.search.places.queries import places
from offers.search.places.rules import NOWHERE, Places

log = structlog.get_logger("index")

AGAIN = 0.04
"""Seconds between two looks at what was booked."""
MOST_WAIT = 10.0
"""Seconds before a making that failed is begun anew, at most."""
LATE = 2.0
"""Seconds that an entry of the audit trail may come behind those that were made after it."""
AHEAD, DAYS = 600.0, timedelta(days=2)
"""Seconds that another host's clock may be ahead; and so near is when an entry says that it happened: the trail stands
by months, and PostgreSQL need plan for no other."""
SWEEP = 5.0
"""Seconds between two looks at which seats any transaction has written."""
AT_ONCE = 100
"""Offers read at a time: nobody waits longer than for these."""


class _Booked(NamedTuple):
    id: UUID
    offer_id: UUID


class _Written(NamedTuple):
    oldest: int
    offers: list[UUID]


class _Id(NamedTuple):
    id: UUID


class Index:
    """The catalogue in this process's memory, while `revision` hears what changes; else it answers nothing."""

    def __init__(self, revision: Revision, words: Words | None = None) -> None:
        self.words = words or Words()
        self.revision = revision
        self.masks: Masks | None = None
        self._epoch = 0
        self._changed: set[str] = set()
        self._seats: set[UUID] = set()
        """Offers whose seats a sweep found written."""
        self._trail: OrderedDict[UUID, float] = OrderedDict()
        self._looked = self._swept = 0.0
        self._backoff, self._again = Backoff(AGAIN, MOST_WAIT), 0.0
        """What could not be made is not made anew for each that asks."""
        self._written: int | None = None
        self._making: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._catching: asyncio.Future[bool] | None = None
        """One look for all who wait; False: it takes too long to be waited for."""
        self._working: asyncio.Task[None] | None = None
        self._listens = False
        self.made_at = 0.0
        """When it was last made anew, as time.time() has it."""

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Make it at once, and not only when somebody asks; nothing where lists are the database's."""
        task = asyncio.create_task(self.made(clock.now())) if settings().catalogue_index else None
        try:
            yield
        finally:
            for one in (task, self._making, self._sweeping, self._working):
                if one is not None:
                    one.cancel()
                    with suppress(asyncio.CancelledError):
                        await one

    async def find(self, wanted: Search, viewer: Viewer, now: datetime) -> tuple[int, list[Hit]] | None:
        """How many match and those of the page with one more (asking.py:find); None while it cannot tell, or where it
        does not know all that is asked for: then the database answers."""
        if self.revision.heard is None:
            return None
        known = await places(now) if wanted.districts else NOWHERE
        ready = await self._ready(wanted, now)
        return asking.find(ready[0], wanted, viewer, ready[1], known) if ready else None

    async def count(
        self, wanted: Search, viewer: Viewer, now: datetime, known: Places = NOWHERE
    ) -> Counts | None:
        """What each choice would leave; None as find."""
        ready = await self._ready(wanted, now)
        return asking.count(ready[0], wanted, viewer, ready[1], known) if ready else None

    async def _ready(self, wanted: Search, now: datetime) -> tuple[Masks, Hits | None] | None:
        """The masks, true at the moment, and which offers have the words, if there are any. Nothing may be waited for
        between this and the answer."""
        if not asking.knows(wanted) or (wanted.words and not REVISED.on):
            return None
        for _ in range(3):  # what is read of words is of no use where the catalogue has changed meanwhile
            masks = await self.true_at(now)
            if masks is None or not wanted.words:
                return (masks, None) if masks else None
            heard = self.revision.heard
            if heard is None:
                return None
            standing = Standing(heard, masks.version)
            if hits := self.words.ready(wanted, standing):
                return masks, hits
            await self.words.read(wanted, masks, standing)
        return None

    async def true_at(self, now: datetime) -> Masks | None:
        """The masks with all that is known to have changed, or None."""
        if self.revision.heard is None:
            self.masks = None
            return None
        if self.masks is None or self._epoch != self.revision.epoch or now < self.masks.known_from:
            self.masks = None
            if (self._making is None or self._making.done()) and time.monotonic() >= self._again:
                self._making = asyncio.create_task(self._make(now))
            return None
        asked = time.monotonic()
        for _ in range(2):  # a look that had begun already may not know what was told since
            if self._catching is None:
                if not self._changed and not self._seats and asked - self._looked < AGAIN:
                    break
                self._catching = asyncio.get_running_loop().create_future()
                self._working = asyncio.create_task(self._catch_up(self.masks, self._catching))
            if not await asyncio.shield(self._catching) or self.masks is None:
                return None
        if now < self.masks.known_from:
            return None
        self.masks.settle(now)
        return self.masks

    async def made(self, now: datetime) -> None:
        """Wait until it can answer: for tests, and for who begins."""
        while await self.true_at(now) is None:
            if self._making and not self._making.done():
                await self._making
            else:
                await asyncio.sleep(AGAIN)

    def _hear(self, changed: str) -> None:
        self._changed.add(changed)

    async def _make(self, now: datetime) -> None:
        """Read all, a slice at a time: requests are answered between two slices."""
        began, epoch = time.monotonic(), self.revision.epoch
        if not self._listens:  # a process that nobody asks for a list gathers nothing
            self.revision.told.append(self._hear)
            self._listens = True
        self._changed.clear()
        self._seats.clear()
        masks = Masks(now)
        gc.disable()  # all of this stays: the collector would look through it again and again
        try:
            self._written = None
            await self._sweep()
            self._swept = self._looked = time.monotonic()
            self._trail.clear()
            known = [one.id for one in await rows(_Id, "SELECT id FROM offer WHERE state <> 'draft'")]
            for some in slices(known):
                for offer in await read(now, some):
                    masks.put(offer)
            for _ in masks.done():
                await asyncio.sleep(0)
            gc.freeze()
        except Exception as problem:
            if not unavailable(problem):
                raise
            self._again = time.monotonic() + self._backoff.wait()
            log.warning("index not made", problem=type(problem).__name__, **by_database(problem))
            return
        finally:
            gc.enable()
        if epoch == self.revision.epoch and self.revision.heard is not None:
            self.masks, self._epoch, self.made_at = masks, epoch, time.time()
            self._backoff.well()
            log.info("index made", offers=len(masks.offers), seconds=round(time.monotonic() - began, 3))

    async def _catch_up(self, masks: Masks, waited: asyncio.Future[bool]) -> None:
        """Read again what was told to have changed, and what has been booked."""
        told, self._changed = self._changed, set()
        try:
            offers = await self._meant(told) | await self._booked(masks)
            if len(offers) > AT_ONCE:
                waited.set_result(False)  # the database answers meanwhile
            for some in slices([*offers]):
                found = {offer.id: offer for offer in await read(masks.now, some)}
                for offer_id in some:
                    if offer_id in found:
                        masks.put(found[offer_id])
                    else:
                        masks.drop(offer_id)
            if not waited.done():
                waited.set_result(True)
        except Exception as problem:
            self.masks = None  # what is half told is not true
            if not unavailable(problem):
                raise
        finally:
            self._catching = None
            if not waited.done():
                waited.set_result(False)

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
                    OR o.id IN (SELECT offer_id FROM offer_organizer WHERE organization_id = ANY($1))
                    OR o.id IN (SELECT offer_id FROM session WHERE venue_id = ANY($2))
                    OR o.municipality_id = ANY($3) OR o.owner_id IN (
                        SELECT organization_id FROM organization_owner WHERE municipality_id = ANY($3)))""",
                *named.values(),
            )
            meant |= {one.id for one in found}
        return meant

    async def _booked(self, masks: Masks) -> set[UUID]:
        """The offers whose seats somebody has taken or given up since the last look."""
        began, since = time.monotonic(), time.monotonic() - self._looked
        if began - self._swept >= SWEEP and (self._sweeping is None or self._sweeping.done()):
            self._swept = began
            self._sweeping = asyncio.create_task(self._sweep())
            if since > SWEEP:  # nobody has asked for long: who asks first waits
                await self._sweeping
        low, high = (
            UUID(int=int((time.time() + seconds) * 1000) << 80) for seconds in (-since - LATE, AHEAD)
        )
        trail = await rows(
            _Booked,
            """SELECT a.id, b.offer_id FROM audit_entry a JOIN booking b ON b.id = a.object_id
                WHERE a.id > $1 AND a.id < $2 AND a.at > $3 AND a.at < $4""",
            low, high, masks.now - DAYS, clock.now() + DAYS,
        )  # fmt: skip
        self._looked = began
        new = [one for one in trail if one.id not in self._trail]
        self._trail |= {one.id: began for one in new}
        while self._trail and began - next(iter(self._trail.values())) > 2 * LATE:
            self._trail.popitem(last=False)
        found, self._seats = self._seats, set()
        return found | {one.offer_id for one in new}

    async def _sweep(self) -> None:
        """The offers whose seats a transaction has written that was not over at the sweep before."""
        found = await row(
            _Written,
            """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
                CASE WHEN $1::bigint IS NULL THEN '{}'::uuid[] ELSE ARRAY(SELECT DISTINCT p.offer_id FROM seat_pool p
                    WHERE age(p.xmin) <= age(($1::bigint % 4294967296)::text::xid)) END AS offers""",
            self._written,
        )
        assert found is not None
        self._written = found.oldest
        self._seats |= set(found.offers)


def slices(ids: list[UUID]) -> Iterator[list[UUID]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


index = Index(catalogue, Words(f"{__name__}.words"))
"""This process's own."""
