"""Which revision the catalogue has, as this process hears it: so that something kept from it costs no query to check.

Triggers raise catalogue_revision with every public change and notify. Whoever keeps something made from the catalogue
keeps the mark beside it: it is true while the mark is not below `heard`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress

import asyncpg
import structlog

from marketplace.base.backoff import Backoff
from marketplace.base.beside import beside
from marketplace.base.data.database import UNAVAILABLE, credentials
from marketplace.base.log import by_database
from marketplace.settings import settings

log = structlog.get_logger("revision")

PULSE = 5.0
"""Seconds between two questions to the database: a connection may be dead without saying so."""
PATIENCE = 3.0
"""Seconds it gets to answer."""
AGAIN, AT_MOST = 0.5, 10.0
"""Seconds before it is tried again, at first and when it has failed for long: all processes lose it at once, and must
not come back at once."""

NAME = "treffpunkt-catalogue"
"""How the connection is called in pg_stat_activity."""

Mark = tuple[int, int]
"""(epoch, revision): the epoch is raised with each new connection, so nothing outlives a time without one."""


class Revision:
    """One listener. `heard` is None while nobody listens: then nothing kept may be used."""

    def __init__(self) -> None:
        self.heard: Mark | None = None
        self.listens = False
        """Is somebody to listen, also while the connection is lost?"""
        self.epoch = 0
        self.backoff = Backoff(AGAIN, AT_MOST)
        self.told: list[Callable[[str], None]] = []
        """Who wants to know what has changed: each is called with "offer:<id>", or what else the trigger names."""

    @asynccontextmanager
    async def listening(self, url: str | None = None) -> AsyncIterator[None]:
        """Listen within this block, on a connection of its own, and come back when it is lost."""
        url = url or settings().database_url
        self.listens = bool(url)
        async with beside(self._stay(url)) if url else nullcontext():
            try:
                yield
            finally:
                self.listens = False

    async def _stay(self, url: str) -> None:
        while True:
            try:
                await self._listen(url)
            except (asyncpg.PostgresError, *UNAVAILABLE) as away:
                log.warning("not listening", problem=type(away).__name__, **by_database(away))
            await asyncio.sleep(self.backoff.wait())

    async def _listen(self, url: str) -> None:
        connection = await asyncpg.connect(
            **credentials(url),
            timeout=PATIENCE,
            command_timeout=PATIENCE,
            server_settings={"application_name": NAME},
        )
        lost = asyncio.Event()
        try:
            self.epoch += 1
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener("catalogue_told", lambda *told: self._tell(told[-1]))
            await connection.add_listener("catalogue", lambda *told: self._hear(int(told[-1])))
            self.backoff.well()
            while not lost.is_set():
                self._hear(await connection.fetchval("SELECT revision FROM catalogue_revision WHERE id = 1"))
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), PULSE)
        finally:
            self.heard = None
            connection.terminate()

    def _tell(self, changed: str) -> None:
        for tell in self.told:
            tell(changed)

    def _hear(self, revision: int) -> None:
        self.heard = max(self.heard or (0, 0), (self.epoch, revision))


catalogue = Revision()
"""This process's own; marketplace/app.py lets it listen."""
