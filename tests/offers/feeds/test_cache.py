"""A feed is kept for one revision of the catalogue, which every process hears of."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from marketplace.base.data import revision
from marketplace.base.data.database import credentials, rows, value
from marketplace.base.data.revision import NAME, Revision, catalogue
from marketplace.base.errors import NotFound
from marketplace.base.quick.revised import Revised
from offers.catalogue.models import OfferText
from offers.feeds import queries
from offers.feeds.body import ROOM, Body
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


async def until(holds: Callable[[], object], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what it waits for is set by another connection, not by an event
            await asyncio.sleep(0.005)


class Process:
    """What one web process has: a listener and the bodies it keeps. `made` counts how often it made one."""

    def __init__(self) -> None:
        self.revision = Revision()
        self.bodies = Revised[Body](self.revision, ROOM)
        self.made = 0

    @classmethod
    @asynccontextmanager
    async def start(cls, url: str) -> AsyncIterator["Process"]:
        process = cls()
        async with process.revision.listening(url):
            await until(lambda: process.revision.heard)
            yield process

    async def make(self) -> Body:
        self.made += 1
        return await queries.public_feed("all", "", NOW)

    async def text(self) -> str:
        return (await self.bodies.get("all", self.make)).plain.decode()


async def test_a_kept_feed_is_made_once(db: None, database_url: str) -> None:
    await make.offer("Kafé")
    async with Process.start(database_url) as one:
        texts = {await one.text() for _ in range(5)}
        assert len(texts) == 1
        assert one.made == 1


async def test_two_processes_both_hear_of_a_change(db: None, database_url: str) -> None:
    await make.offer("Kafé")
    async with Process.start(database_url) as one, Process.start(database_url) as two:
        for title in ("Te", "Kaffe", "Kakao"):
            await OfferText.all().update(title=title)
            now = await value("SELECT revision FROM catalogue_revision")
            for process in (one, two):
                await until(lambda revision=process.revision, now=now: revision.heard == (1, now))
                assert f"SUMMARY:{title}\r\n" in await process.text()
                assert f"SUMMARY:{title}\r\n" in await process.text()
        assert (one.made, two.made) == (3, 3)


async def test_nothing_is_heard_before_it_is_committed(db: None, database_url: str) -> None:
    await make.offer("Kafé")
    writer = await asyncpg.connect(**credentials(database_url))
    async with Process.start(database_url) as one:
        await one.text()
        async with writer.transaction():
            await writer.execute("UPDATE offer_text SET title = 'Te'")
            await asyncio.sleep(0.1)
            assert "SUMMARY:Kaf" in await one.text()
        now = await value("SELECT revision FROM catalogue_revision")
        await until(lambda: one.revision.heard == (1, now))
        assert "SUMMARY:Te" in await one.text()
    await writer.close()


async def test_without_the_connection_nothing_kept_is_used(db: None, database_url: str) -> None:
    await make.offer("Kafé")
    async with Process.start(database_url) as one:
        await one.text()
        await rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = $1 AND datname = current_database()",
            NAME,
        )
        await until(lambda: one.revision.heard is None)
        await OfferText.all().update(title="Te")  # nobody hears of this
        for _ in range(2):
            assert "SUMMARY:Te" in await one.text()
        assert one.made == 3
        await until(lambda: one.revision.heard)
        assert one.revision.heard is not None
        assert one.revision.heard[0] == 2
        for _ in range(2):
            assert "SUMMARY:Te" in await one.text()
        assert one.made == 4


async def test_what_was_kept_before_the_connection_was_lost_is_never_used_again(
    db: None, database_url: str
) -> None:
    """Not even when the revision is the same, or lower: the database may be another one, restored from a backup."""
    async with Process.start(database_url) as one:
        await one.text()
        await rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = $1 AND datname = current_database()",
            NAME,
        )
        await until(lambda: one.revision.heard is None)
        await until(lambda: one.revision.heard)
        await one.text()
        assert one.made == 2


async def test_a_connection_that_has_gone_silent_is_noticed(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revision, "PULSE", 0.05)
    monkeypatch.setattr(revision, "PATIENCE", 0.3)
    there = credentials(database_url)
    silent = asyncio.Event()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not silent.is_set():
                writer.write(data)
        writer.close()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await asyncio.open_unix_connection(f"{there['host']}/.s.PGSQL.{there['port']}")
        await asyncio.gather(forward(reader, far[1]), forward(far[0], writer), return_exceptions=True)

    async with await asyncio.start_server(between, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgres://{there['user']}@127.0.0.1:{port}/{there['database']}"
        async with Process.start(url) as one:
            await asyncio.sleep(0.2)
            assert one.revision.heard
            assert one.revision.epoch == 1
            silent.set()
            await until(lambda: one.revision.heard is None, 2)
            silent.clear()
            await until(lambda: one.revision.heard, 3)
            assert one.revision.epoch > 1


async def test_those_who_ask_at_once_wait_for_one_making(db: None, database_url: str) -> None:
    async with Process.start(database_url) as one:
        assert len(set(await asyncio.gather(*(one.text() for _ in range(20))))) == 1
        assert one.made == 1


async def test_somebody_who_leaves_takes_it_from_nobody(db: None, database_url: str) -> None:
    async with Process.start(database_url) as one:
        leaving, staying = asyncio.create_task(one.text()), asyncio.create_task(one.text())
        await asyncio.sleep(0)
        leaving.cancel()
        assert "BEGIN:VCALENDAR" in await staying


async def test_a_problem_is_everybodys_and_is_not_kept(db: None, database_url: str) -> None:
    async with Process.start(database_url) as one:

        async def missing() -> Body:
            raise NotFound

        found = await asyncio.gather(
            *(one.bodies.get("all", missing) for _ in range(2)), return_exceptions=True
        )
        assert [type(problem) for problem in found] == [NotFound, NotFound]
        assert "BEGIN:VCALENDAR" in await one.text()


async def test_a_body_older_than_what_is_heard_meanwhile_is_not_kept(db: None, database_url: str) -> None:
    await make.offer("Kafé")
    async with Process.start(database_url) as one:

        async def slow() -> Body:
            body = await one.make()
            await OfferText.all().update(title="Te")
            now = await value("SELECT revision FROM catalogue_revision")
            await until(lambda: one.revision.heard == (1, now))
            return body

        await one.bodies.get("all", slow)
        assert "SUMMARY:Te" in await one.text()


async def test_the_least_used_go_when_there_is_no_room() -> None:
    revision = Revision()
    revision.heard = (1, 1)
    bodies = Revised[Body](revision, room=2 * size(Body(b"a")))
    made = []

    async def asked(key: str) -> None:
        async def body() -> Body:
            made.append(key)
            return Body(key.encode(), 1)

        await bodies.get(key, body)

    for key in "abacab":
        await asked(key)
    assert made == ["a", "b", "c", "b"]


def size(body: Body) -> int:
    return len(body.plain) + len(body.packed)


async def test_a_kept_feed_asks_the_database_nothing(visitor: Visitor, database_url: str) -> None:
    """Over HTTP, while somebody holds every table that it could ask."""
    await make.offer("Kafé")
    other = await asyncpg.connect(**credentials(database_url))
    async with catalogue.listening(database_url):
        await until(lambda: catalogue.heard)
        first = await visitor.open("/calendar/all.ics")
        async with other.transaction():
            await other.execute(
                "LOCK TABLE catalogue_revision, session, offer, organization, offer_text, venue"
            )
            again = await asyncio.wait_for(visitor.open("/calendar/all.ics"), 30)
            known = await asyncio.wait_for(
                visitor.open("/calendar/all.ics", if_none_match=first.response.headers["etag"]), 30
            )
    await other.close()
    assert again.response.content == first.response.content
    assert known.status == 304
    assert catalogue.heard is None
