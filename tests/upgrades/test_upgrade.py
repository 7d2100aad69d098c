"""Each program of before makes a demo and serves; this program upgrades it. `make soak` takes all of them and a large
demo, `make test` the newest and the small one."""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data.database import credentials
from tests.marketplace.served import Proxy, form_of
from tests.upgrades.older import ROOT, Instance, Release, Serving, releases

SOAK = os.environ.get("SOAK") == "1"
PEOPLE = int(os.environ.get("PEOPLE", "20000")) if SOAK else 0
"""With a booking each, besides the demo."""
SECONDS = 10.0 if SOAK else 1.5
"""Of each stretch of bookings."""
MOST = 200.0 if SOAK else 10.0
"""Bookings a second; half of what the machine does beside another program where that is less."""
TRIED = releases() if SOAK else releases()[-1:]
SENT = """SELECT count(*) FILTER (WHERE sent_at IS NOT NULL) AS sent,
    count(*) FILTER (WHERE sent_at IS NULL AND failed_at IS NULL) AS left, count(problem) AS problems
    FROM outbox_message"""
ONCE = """SELECT count(*) AS people, max(bookings) AS most FROM (SELECT p.name, count(*) AS bookings
    FROM booking k JOIN person p ON p.id = k.participant_id WHERE p.name ~ '^Person [0-9]+$' GROUP BY p.name) AS each"""
OPEN = """SELECT DISTINCT o.slug FROM offer o JOIN seat_pool p ON p.offer_id = o.id
    WHERE o.state = 'published' AND o.joining = 'whole' ORDER BY o.slug"""


@pytest.fixture
async def instance(server: str, tmp_path: Path) -> AsyncIterator[Instance]:
    """An empty database."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(**credentials(server))
    await connection.execute(f"CREATE DATABASE {name}")
    data = tmp_path / "data"
    data.mkdir()
    yield Instance(server.replace("/treffpunkt?", f"/{name}?"), data)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
def release(request: pytest.FixtureRequest) -> Release:
    found: Release = request.param
    if not found.there:
        pytest.skip(
            f"{found.version} is not in this copy of the history (a shallow clone): not upgraded from"
        )
    return found


class Load:
    """Steady bookings through one proxy for each program that serves, and how they went."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.number = 0
        self.took: list[float] = []

    async def at(self, rate: float, proxies: dict[Proxy, dict[str, str]], until: asyncio.Event) -> None:
        """So many a second, in turn by each program with its own form. Every one of them must be taken."""
        sent: list[asyncio.Task[int]] = []
        began = time.monotonic()
        while not until.is_set():
            proxy, fields = list(proxies.items())[len(sent) % len(proxies)]
            self.number += 1
            sent.append(asyncio.create_task(proxy.book(self.slug, fields, self.number)))
            await asyncio.sleep(max(0.0, began + len(sent) / rate - time.monotonic()))
        assert set(await asyncio.gather(*sent)) == {303}
        for proxy in proxies:
            self.took += proxy.took
            proxy.took = []

    async def for_(self, seconds: float, rate: float, proxies: dict[Proxy, dict[str, str]]) -> float:
        """The 99th percentile of their seconds."""
        self.took = []
        until = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, until.set)
        await self.at(rate, proxies, until)
        return self.p99()

    async def while_(
        self, rate: float, proxies: dict[Proxy, dict[str, str]], instance: Instance, *command: str
    ) -> float:
        """The same while a command of this program runs. One that has nothing to do costs the machine as much as one
        that does: what is between the two is what the database made people wait."""
        until, self.took = asyncio.Event(), []
        booking = asyncio.create_task(self.at(rate, proxies, until))
        try:
            await asyncio.to_thread(instance.command, ROOT, *command)
        finally:
            until.set()
            await booking
        return self.p99()

    async def while_it_ends(
        self, rate: float, proxy: Proxy, fields: dict[str, str], serving: Serving
    ) -> dict[int, str]:
        """The program is told to end while they book: the key of each form that got no answer, by its number. None
        of the others is refused."""
        sent: dict[int, tuple[str, asyncio.Task[int]]] = {}
        ending = asyncio.create_task(asyncio.to_thread(serving.end))
        while not ending.done():
            self.number += 1
            key = secrets.token_hex(16)
            sent[self.number] = (
                key,
                asyncio.create_task(proxy.book(self.slug, fields, self.number, key)),
            )
            await asyncio.sleep(1 / rate)
        answers = {number: await task for number, (_key, task) in sent.items()}
        assert {*answers.values()} <= {303, 502, 503}, answers
        return {number: sent[number][0] for number, answer in answers.items() if answer != 303}

    async def quickest(self, rate: float, proxies: dict[Proxy, dict[str, str]]) -> float:
        """The 99th percentile of the best of three stretches: one in which others did not take the machine. Every
        booking of all three must be taken."""
        return min([await self.for_(SECONDS, rate, proxies) for _stretch in range(3 if SOAK else 1)])

    def p99(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)]


async def bookable(url: str, serving: Serving) -> tuple[str, dict[str, str]]:
    """An offer of the demo that takes bookings of anybody, and its form."""
    connection = await asyncpg.connect(**credentials(url))
    slugs = [row["slug"] for row in await connection.fetch(OPEN)]
    await connection.close()
    for slug in slugs[:40]:
        fields = await form_of(serving.address, slug)
        proxy = Proxy(serving.port)
        taken = fields and await proxy.book(slug, fields, 0) == 303
        proxy.close()
        if taken:
            return slug, fields
    raise AssertionError("the demo has nothing to book")


async def half_of_what_it_does(
    load: Load, proxy: Proxy, fields: dict[str, str], instance: Instance, nothing_to_do: list[str]
) -> float:
    """Bookings a second that the machine has room for beside the start of a program: a machine that has none loses
    bookings whatever is migrated."""
    if not SOAK:
        return MOST
    ended = asyncio.create_task(asyncio.to_thread(instance.command, ROOT, *nothing_to_do))
    began = time.monotonic()

    async def one() -> int:
        done = 0
        while not ended.done():
            load.number += 1
            assert await proxy.book(load.slug, fields, load.number) == 303
            done += 1
        return done

    done = sum(await asyncio.gather(*[one() for _ in range(8)]))
    await ended
    return min(MOST, done / (time.monotonic() - began) / 2)


async def beside_nothing(
    load: Load, rate: float, proxies: dict[Proxy, dict[str, str]], instance: Instance, *command: str
) -> float:
    """What a `migrate` with nothing to do makes of it. Where that loses bookings already nothing can be measured."""
    if not SOAK:
        return 0.0
    try:
        return await load.while_(rate, proxies, instance, *command)
    except AssertionError as problem:
        pytest.skip(f"beside a migrate that had nothing to do: {problem}; this machine has no room just now")


async def messages_go_on(url: str) -> None:
    """The workers of both programs had the messages of both; the newer one alone sends what is left."""
    connection = await asyncpg.connect(**credentials(url))
    try:
        sent, left, _problems = await connection.fetchrow(SENT)
        async with asyncio.timeout(120):
            while (now := await connection.fetchrow(SENT))[0] < sent + min(10, left):  # noqa: ASYNC110
                await asyncio.sleep(0.5)
        assert (now["sent"] >= 10, now["problems"]) == (True, 0)
    finally:
        await connection.close()


def large(program: Path, instance: Instance) -> None:
    instance.command(program, "demo", *(["--people", str(PEOPLE)] if PEOPLE else []), seconds=1800)


@pytest.mark.parametrize("release", TRIED, ids=lambda each: each.version, indirect=True)
async def test_what_a_release_has_made_is_upgraded_and_every_booking_is_taken(
    release: Release, instance: Instance, tmp_path: Path
) -> None:
    program = release.program(tmp_path)
    await (together if release.rolls else one_after_the_other)(release, program, instance)
    said = await asyncio.to_thread(instance.command, ROOT, "check-data")
    assert said.splitlines()[-1] == "0 violations", said


async def together(release: Release, program: Path, instance: Instance) -> None:
    """The program before and this one serve together on the newer schema."""
    await asyncio.to_thread(large, program, instance)
    before = instance.serve(program)
    after: Serving | None = None
    workers = [instance.worker(program)]
    try:
        await asyncio.to_thread(before.answers, "/health/ready")
        slug, fields = await bookable(instance.url, before)
        load, old = Load(slug), Proxy(before.port)
        nothing_to_do = ["migrate", "--to", release.schema]
        rate = await half_of_what_it_does(load, old, fields, instance, nothing_to_do)
        await load.for_(SECONDS, rate, {old: fields})  # it has drawn each page once then
        usual = await beside_nothing(load, rate, {old: fields}, instance, *nothing_to_do)
        meanwhile = await load.while_(rate, {old: fields}, instance, "migrate")
        usual = max(usual, await beside_nothing(load, rate, {old: fields}, instance, "migrate"))
        after = instance.serve(ROOT)
        workers.append(instance.worker(ROOT))
        await asyncio.to_thread(after.answers, "/health/ready")
        new = Proxy(after.port)
        both = {old: fields, new: await form_of(after.address, slug)}
        new_to_it = await load.for_(SECONDS, rate, both)  # as the first stretch was to the old one
        with_both = await load.for_(SECONDS, rate, both) if SOAK else new_to_it
        before.end()
        await load.for_(SECONDS / 2, rate, {new: both[new]})
        for proxy in both:
            proxy.close()
        assert all(worker.process.poll() is None for worker in workers)
        workers[0].end()
        await messages_go_on(instance.url)
        assert await booked_once(instance.url) == load.number + 1, "who was told so has a booking, and one"
    finally:
        before.end()
        for worker in workers:
            worker.end()
        if after:
            after.end()
    figures = (
        f"{release.version}: {rate:.0f}/s, p99 beside a migrate with nothing to do {usual:.3f} s, migrating "
        f"{meanwhile:.3f}, both {with_both:.3f} ({new_to_it:.3f} at first)"
    )
    print(figures)  # noqa: T201 - make soak shows it
    if SOAK:
        assert max(meanwhile, with_both) <= 2 * max(usual, 0.1), figures


async def one_after_the_other(release: Release, program: Path, instance: Instance) -> None:
    """It ends first, while people book: there are migrations since then that are not for it (docs/upgrading.md). Who
    got no answer sends the same form to the new program, and is booked once."""
    await asyncio.to_thread(large, program, instance)
    before = instance.serve(program)
    after: Serving | None = None
    try:
        await asyncio.to_thread(before.answers, "/health/ready")
        slug, fields = await bookable(instance.url, before)
        load, old = Load(slug), Proxy(before.port)
        rate = await half_of_what_it_does(load, old, fields, instance, ["migrate", "--to", release.schema])
        await load.for_(SECONDS, rate, {old: fields})  # it has drawn each page once then
        usual = await load.quickest(rate, {old: fields})
        unanswered = await load.while_it_ends(rate, old, fields, before)
        old.close()
        began = time.monotonic()
        told = await asyncio.to_thread(instance.command, ROOT, "migrate")
        migrated = time.monotonic() - began
        after = instance.serve(ROOT)
        await asyncio.to_thread(after.answers, "/health/ready")
        away = time.monotonic() - began
        new = Proxy(after.port)
        again = [new.book(slug, fields, number, key) for number, key in unanswered.items()]
        assert set(await asyncio.gather(*again)) <= {303}, "a form of the program before"
        form = await form_of(after.address, slug)
        await load.for_(SECONDS, rate, {new: form})
        now = await load.quickest(rate, {new: form})
        new.close()
        assert await booked_once(instance.url) == load.number + 1, (
            "with the one that tried whether it is bookable"
        )
    finally:
        before.end()
        if after:
            after.end()
    figures = (
        f"{release.version}: {rate:.0f}/s, p99 before {usual:.3f} s, after {now:.3f}; {len(unanswered)} unanswered as "
        f"it ended, sent again; {len(told.splitlines())} migrations in {migrated:.1f} s, nobody served for {away:.1f}"
    )
    print(figures)  # noqa: T201 - make soak shows it
    if SOAK:
        assert now <= 2 * max(usual, 0.1), figures


async def booked_once(url: str) -> int:
    """How many of those who booked here have a booking. Raises AssertionError where somebody has two."""
    connection = await asyncpg.connect(**credentials(url))
    try:
        found = await connection.fetchrow(ONCE)
    finally:
        await connection.close()
    assert found["most"] == 1, f"{found['most']} bookings of one form"
    return int(found["people"])


def test_every_release_says_which_schema_its_program_has() -> None:
    """And the program said so itself."""
    there = [each for each in releases() if each.there]
    if not there:
        pytest.skip("no release is in this copy of the history (a shallow clone)")
    for each in there:
        assert f'NEWEST = "{each.schema}"' in each.file("migrate.py"), each.version
