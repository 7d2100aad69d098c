"""The database is killed, silent, full or older than the program: 503 within five seconds, nothing of ours is an error,
and it goes on by itself."""

# ruff: noqa: ASYNC221, ASYNC240 - a mount and its folder, with nobody else in the loop

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from marketplace.base.data.database import rows
from offers.catalogue.models import Joining
from tests import cluster, make, program
from tests.marketplace.test_run import until_ready
from tests.offers.seats.test_two_servers import free_port
from tests.visitor import APP, Visitor

SILENT_FOR = 5.0


@pytest.fixture(scope="module")
def instance() -> Iterator[tuple[str, psutil.Process]]:
    """Address and process of a running instance with the demo in it. It gets over what each test does to it."""
    folder, port = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp")), free_port()
    ours = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    cluster.begin(folder / "data")
    started = program.start(
        "run",
        "--port",
        str(port),
        "--data",
        str(folder / "data"),
        environment=ours | {"TREFFPUNKT_DEMO": "1"},
    )
    try:
        assert until_ready(f"http://127.0.0.1:{port}", 240)
        yield f"http://127.0.0.1:{port}", psutil.Process(started.pid)
    finally:
        started.kill()
        started.wait()
        cluster.end(folder / "data")
        shutil.rmtree(folder)


def database_of(process: psutil.Process) -> list[psutil.Process]:
    """The server and its children, the children first: they must not outlive its silence."""
    server = next(child for child in process.children() if child.name() == "postgres")
    return [*server.children(), server]


async def ask(address: str, times: int) -> list[tuple[int, float]]:
    """So many at once of a page that reads the database: status and seconds of each."""
    async with httpx.AsyncClient(timeout=30) as client:

        async def one(number: int) -> tuple[int, float]:
            started = time.monotonic()
            # A cookie of their own: nothing kept is shown to them.
            page = await client.get(
                f"{address}/offers?municipality=all&q=kor{number}", headers={"cookie": "form=" + "0" * 32}
            )
            return page.status_code, time.monotonic() - started

        return list(await asyncio.gather(*[one(number) for number in range(times)]))


async def answers_well(address: str, times: int) -> bool:
    """Do so many at once all get their page? What has just begun may be too slow for some at first."""
    ends = time.monotonic() + 60
    while {status for status, _took in await ask(address, times)} != {200}:
        if time.monotonic() > ends:
            return False
    return True


async def test_a_silent_database_is_told_within_five_seconds_and_costs_nothing_for_good(
    instance: tuple[str, psutil.Process],
) -> None:
    address, process = instance
    assert await answers_well(address, 4)
    stopped = database_of(process)
    for each in stopped:
        each.suspend()
    try:
        for _ in range(2):  # more at once than there are connections, and again
            answers = await ask(address, 20)
            assert {status for status, _took in answers} == {503}
            # Whoever waited for a second statement too would take 8 s and more.
            assert max(took for _status, took in answers) < SILENT_FOR + 2
        probe = await asyncio.to_thread(httpx.get, f"{address}/health/ready", timeout=30)
        assert probe.status_code == 503
    finally:
        for each in reversed(stopped):
            if each.is_running():
                each.resume()
    assert await asyncio.to_thread(until_ready, address, 60)
    assert await answers_well(address, 20)


async def test_a_killed_server_is_a_503_and_never_a_500(instance: tuple[str, psutil.Process]) -> None:
    address, process = instance
    server = database_of(process)[-1]
    asking = asyncio.create_task(ask(address, 40))
    await asyncio.sleep(0.02)
    os.kill(server.pid, signal.SIGKILL)
    seen = {status for status, _took in [*await asking, *await ask(address, 40)]}
    assert seen <= {200, 503}
    assert await asyncio.to_thread(until_ready, address, 60)
    assert await answers_well(address, 20)


@pytest.fixture
async def refusing(db: None) -> AsyncIterator[None]:
    yield
    await rows("DROP FUNCTION IF EXISTS refuse_it CASCADE")


@pytest.mark.parametrize(
    "state",
    [
        "53100",
        "53200",
        "53300",
        "57014",
        "57P01",
        "57P05",
        "58030",
        "25006",
        "40001",
        "40P01",
        "42P01",
        "42703",
    ],
)
async def test_what_the_database_cannot_take_is_sent_once_more_and_no_error_of_ours(
    refusing: None, visitor: Visitor, state: str
) -> None:
    """PostgreSQL itself says it, from a trigger: disk full, memory full, cancelled, disk broken, a copy …"""
    await rows(f"""CREATE OR REPLACE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$""")
    await rows("CREATE TRIGGER refusing BEFORE INSERT ON booking FOR EACH ROW EXECUTE FUNCTION refuse_it()")
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    answer = await visitor.submit(page, name="Ola", contact="none")
    assert answer.status == 503
    assert "send det gjerne en gang til" in answer.text
    assert answer.response.headers["retry-after"] == "5"
    await rows("DROP TRIGGER refusing ON booking")
    assert (await visitor.submit(page, name="Ola", contact="none")).status == 303


async def test_a_disk_without_room_is_told_by_ready(refusing: None, visitor: Visitor) -> None:
    """The temporary tables go to a disk of a few kilobytes, which is really full."""
    disk = Path("/tmp/treffpunkt-full-disk")  # noqa: S108 - the server's user must come there
    disk.mkdir(mode=0o777, exist_ok=True)
    mounted = os.system(f"mount -t tmpfs -o size=64k,mode=777 tmpfs {disk}") == 0  # noqa: S605
    assert mounted or os.geteuid() != 0, "root may mount"
    if not mounted:
        return  # the states above say the same of the database's own answers
    try:
        owner = await rows("SELECT current_setting('data_directory') AS data")
        there = Path(owner[0]["data"]).stat()
        os.chown(disk, there.st_uid, there.st_gid)
        await rows(f"CREATE TABLESPACE full_disk LOCATION '{disk}'")
        await rows("ALTER DATABASE " + (await rows("SELECT current_database() AS d"))[0]["d"]
                   + " SET temp_tablespaces = 'full_disk'")  # fmt: skip
        (disk / "filler").write_bytes(b"0" * (60 * 1024))
        await rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        await rows("SET temp_tablespaces = 'full_disk'")
        answer = await visitor.open("/health/ready")
        assert (answer.status, answer.response.json()["write"]) == (503, "full")
    finally:
        await rows("RESET temp_tablespaces")
        await rows("ALTER DATABASE " + (await rows("SELECT current_database() AS d"))[0]["d"]
                   + " RESET temp_tablespaces")  # fmt: skip
        await rows("DROP TABLESPACE full_disk")
        os.system(f"umount {disk}")  # noqa: S605
    assert (await visitor.open("/health/ready")).response.json()["write"] == "ok"


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
async def test_a_probe_by_address_is_answered_whatever_host_it_names(visitor: Visitor, path: str) -> None:
    assert (await visitor.open(path, host="10.0.0.7:8000")).status == 200
    assert (await visitor.open("/", host="10.0.0.7:8000")).status == 400


@pytest.mark.parametrize(("path", "status"), [("/", 503), ("/health/live", 200), ("/health/ready", 503)])
async def test_a_probe_with_a_sign_in_is_told_how_the_program_is_and_not_the_database(
    visitor: Visitor, path: str, status: int
) -> None:
    await visitor.sign_in(await make.person())
    await rows("ALTER TABLE sign_in RENAME TO elsewhere")
    await rows("ALTER TABLE tortoise_migrations RENAME TO migrations_elsewhere")
    try:
        answer = await visitor.open(path)
    finally:
        await rows("ALTER TABLE elsewhere RENAME TO sign_in")
        await rows("ALTER TABLE migrations_elsewhere RENAME TO tortoise_migrations")
    assert answer.status == status
    assert answer.response.headers["content-type"].startswith(
        {"/": "text/html", "/health/live": "text/plain", "/health/ready": "application/json"}[path]
    )


async def test_a_visitor_who_hangs_up_is_no_error(db: None, capfd: pytest.CaptureFixture[str]) -> None:
    scope = {
        "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8000"), (b"content-length", b"9")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await APP(scope, gone, send)
    except ClientDisconnect:
        pytest.fail("it goes through to the server, which logs it")
    assert sent == []
    assert '"level": "error"' not in capfd.readouterr().err
