"""Real worker processes that send, and are killed or stopped while they do. Who leads."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace import every_mail
from marketplace.base import clock
from marketplace.base.data import audit, jobs
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, post
from tests import program
from tests.conftest import NOW

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "templates" / "mails"


class Handler:
    """Takes everything, a little slowly; notes to whom and under which Message-ID."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        lines = (envelope.content or b"").decode().splitlines()  # type: ignore[union-attr]
        message_id = next(line for line in lines if line.lower().startswith("message-id:"))
        await asyncio.sleep(0.002)
        self.taken.append((envelope.rcpt_tos[0], message_id))
        await asyncio.sleep(0.002)
        return "250 OK"


class Workers:
    """Starts workers that send to `server`."""

    def __init__(self, port: int) -> None:
        self.environment = os.environ | {"TREFFPUNKT_SMTP_URL": f"smtp://127.0.0.1:{port}"}
        self.started: list[program.Running] = []

    async def start(self) -> program.Running:
        worker = await asyncio.to_thread(
            program.start, "-m", "tests.marketplace.numbered_worker", environment=self.environment
        )
        self.started.append(worker)
        return worker


@pytest.fixture
async def handler() -> Handler:
    return Handler()


@pytest.fixture
async def workers(handler: Handler, db: None) -> AsyncIterator[Workers]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.example.no"), "127.0.0.1", 0)
    made = Workers(server.sockets[0].getsockname()[1])
    yield made
    for worker in made.started:
        worker.kill()
        await asyncio.to_thread(worker.wait)
    server.close()
    clock.offset_file().unlink(missing_ok=True)
    await drop_months()


MONTHS = """SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_entry'::regclass AND c.relname <> 'audit_entry_default' ORDER BY c.relname"""
BREAK = """SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


async def drop_months() -> None:
    for month in await rows(MONTHS):
        await rows(f"DROP TABLE {month['name']}")


CUT = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> ALL($1)"""
UNSENT = "SELECT count(*) FROM outbox_message WHERE sent_at IS NULL"


async def write(count: int) -> set[str]:
    """That many messages; returns the addresses."""
    addresses = [f"p{number}@example.no" for number in range(count)]
    for number, address in enumerate(addresses):
        await post(
            "numbered", channel=Channel.EMAIL, address=address, lang="nb", key=f"numbered:{number}",
            now=clock.now(), number=number,
        )  # fmt: skip
    return set(addresses)


async def until(holds: Callable[[], Awaitable[object]], pause: float = 0.1) -> None:
    """Wait for what another process does."""
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 - another process sets no event of ours
            await asyncio.sleep(pause)


async def until_sent(ahead: bool = False) -> None:
    """`ahead` moves the clock past the leases of what was interrupted."""

    async def all_sent() -> bool:
        if ahead:
            clock.move(clock.now() - datetime.now(UTC) + timedelta(seconds=20))
        return not await value(UNSENT)

    await until(all_sent)


async def until_taken(handler: Handler, count: int) -> None:
    async def enough() -> bool:
        return len(handler.taken) >= count

    await until(enough, pause=0.001)


async def alive_until() -> datetime | None:
    found: datetime | None = await value(
        "SELECT leased_until FROM job_run WHERE job = 'worker' AND slot = 'alive'"
    )
    return found


async def test_workers_killed_while_they_send_lose_nothing_and_repeat_only_what_was_at_hand(
    workers: Workers, handler: Handler
) -> None:
    addresses = await write(250)
    kills = 0
    for goal in (37, 90, 150):
        worker = await workers.start()
        await until_taken(handler, goal)
        worker.kill()
        assert await asyncio.to_thread(worker.wait) == -signal.SIGKILL
        kills += 1
        clock.move(timedelta(minutes=4) * kills)  # its lease ends
    assert await value(UNSENT) > 0
    await workers.start()
    await until_sent()
    ids = {address: {taken for to, taken in handler.taken if to == address} for address in addresses}
    assert [address for address in addresses if not ids[address]] == [], "lost"
    assert [address for address in addresses if len(ids[address]) > 1] == [], "sent again under another name"
    assert len({taken for _, taken in handler.taken}) == 250
    assert 250 <= len(handler.taken) <= 250 + kills


async def test_a_database_that_drops_its_connections_loses_nothing(
    workers: Workers, handler: Handler
) -> None:
    ours = [
        row["pid"]
        for row in await rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    ]
    addresses = await write(200)
    await workers.start()
    for goal in (40, 80, 120):
        await until_taken(handler, goal)
        await rows(CUT, ours)
    await until_sent(ahead=True)
    assert {to for to, _ in handler.taken} == addresses
    assert len({taken for _, taken in handler.taken}) == 200


async def test_two_workers_send_each_message_once(workers: Workers, handler: Handler) -> None:
    await asyncio.gather(workers.start(), workers.start())
    await until(alive_until)
    addresses = await write(200)
    await until_sent()
    assert Counter(to for to, _ in handler.taken) == Counter(addresses)


async def test_a_worker_that_is_told_to_stop_finishes_its_message_and_gives_the_rest_back(
    workers: Workers, handler: Handler
) -> None:
    await write(150)
    worker = await workers.start()
    await until_taken(handler, 30)
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 60) == 0
    assert len(handler.taken) < 150
    assert len(handler.taken) == await value("SELECT count(*) FROM outbox_message WHERE sent_at IS NOT NULL")
    assert await value(f"{UNSENT} AND (due_at > $1 OR attempts > 0)", clock.now()) == 0
    await workers.start()
    await until_sent()
    assert max(Counter(to for to, _ in handler.taken).values()) == 1


async def test_a_worker_says_that_it_is_alive(workers: Workers) -> None:
    await workers.start()
    await until(alive_until)
    alive = await alive_until()
    assert alive is not None
    assert timedelta(seconds=50) < alive - clock.now() <= timedelta(minutes=1)


async def test_one_leads_and_another_takes_over_when_its_connection_breaks(db: None) -> None:
    first, second = jobs.Leader(), jobs.Leader()
    try:
        assert [await first.leads(), await second.leads(), await first.leads()] == [True, False, True]
        await rows(BREAK)
        assert [await second.leads(), await first.leads(), await second.leads()] == [True, False, True]
        await second.resign()
        assert await first.leads() is True
    finally:
        await first.resign()
        await second.resign()


async def test_a_slot_is_one_workers_until_its_lease_ends_and_done_only_once(db: None) -> None:
    length = timedelta(minutes=5)
    assert await jobs.lease("close_months", "2026-09", now=NOW, length=length) is True
    assert await jobs.lease("close_months", "2026-09", now=NOW + length, length=length) is False
    late = NOW + length + timedelta(seconds=1)
    assert await jobs.lease("close_months", "2026-09", now=late, length=length) is True, (
        "the first was killed"
    )
    assert await jobs.lease("close_months", "2026-10", now=late, length=length) is True
    await jobs.done("close_months", "2026-09", now=late)
    assert await jobs.lease("close_months", "2026-09", now=late + timedelta(days=1), length=length) is False


async def test_the_audit_log_has_a_partition_for_this_month_and_the_three_next(db: None) -> None:
    await drop_months()
    for _ in range(2):
        await audit.open_months(NOW)
        assert [month["name"] for month in await rows(MONTHS)] == [
            "audit_entry_2026_10", "audit_entry_2026_11", "audit_entry_2026_12", "audit_entry_2027_01",
        ]  # fmt: skip
    await audit.record("booking.made", now=NOW)
    assert await value("SELECT count(*) FROM audit_entry_2026_10") == 1
    await drop_months()


def test_the_worker_can_send_every_mail_there_is() -> None:
    """every_mail.py, which the timetable imports, has each mails module, and each of their functions its templates."""
    written = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("marketplace", "offers", "organizations")
        for path in (ROOT / package).rglob("*mails.py")
    }
    assert {module.__name__ for module in every_mail.MAILS} == written
    for module in every_mail.MAILS:
        for name, function in vars(module).items():
            if MAILS.get(name) is function:
                missing = [
                    end for end in ("txt", "html", "sms.txt") if not (TEMPLATES / f"{name}.{end}").exists()
                ]
                assert missing == [], name
