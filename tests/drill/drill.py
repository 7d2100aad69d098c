"""Backup under load, kill -9 of everything, the data gone; restore, look through it, and book again."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx2 as httpx
import psutil

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.drill.figures import Drill
from tests.drill.load import Load

PATIENCE = 180.0
LATELY = 5.0
"""Seconds before the end within which somebody must have booked: else nothing that could be lost was there."""
FORMS = """SELECT o.slug, p.session_id FROM seat_pool p JOIN offer o ON o.id = p.offer_id
WHERE o.joining = 'per_session' AND o.state = 'published' AND o.visibility = 'public' AND p.starts_at > $1
    AND p.opens_at IS NULL AND p.closes_at IS NULL
    ORDER BY p.waiting > 0, p.starts_at, p.id LIMIT 20"""


class Failed(Exception):
    """The drill itself could not be held."""


class Instance:
    """An instance of its own on a free port, with backups beside it."""

    def __init__(self, place: Path) -> None:
        self.data, self.backups = place / "data", place / "backups"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = place / "log"
        self.environment = {
            name: said for name, said in os.environ.items() if not name.startswith(("TREFFPUNKT_", "TEST_"))
        } | {
            "TREFFPUNKT_DEMO": "1", "TREFFPUNKT_PUBLIC_URL": self.address,
            "TREFFPUNKT_BACKUP_DIR": str(self.backups), "TREFFPUNKT_LEDGER_DIR": str(place / "ledger"),
            "TREFFPUNKT_KEYS_BACKUP_DIR": str(place / "keys"),
            "TREFFPUNKT_LOOPBACK_LIMIT_FACTOR": "100000",
        }  # fmt: skip
        self.running: subprocess.Popen[bytes] | None = None

    def does(self, *command: str) -> str:
        """A command to its end. Raises Failed with what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "marketplace", *command, "--data", str(self.data)],
            env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE * 10,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"{command[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def backed_up(self) -> None:
        """Make a copy, as soon as that which `run` makes by itself is done."""
        ends = time.monotonic() + PATIENCE * 10
        while True:
            try:
                self.does("backup", str(self.backups))
                return
            except Failed as problem:
                if "is at work" not in str(problem) or time.monotonic() > ends:
                    raise
            time.sleep(1)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                [sys.executable, "-m", "marketplace", "run", "--port", str(self.port), "--data", str(self.data)],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def ready(self) -> None:
        """Until somebody can book. Raises Failed."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                if httpx.get(f"{self.address}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise Failed(f"it is not ready: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As when somebody pulls the plug: all of it, the database too."""
        assert self.running
        ours = psutil.Process(self.running.pid)
        for each in [ours, *ours.children(recursive=True)]:
            try:
                each.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        self.running.wait(30)
        self.running = None

    def stop(self) -> None:
        if self.running:
            self.running.terminate()
            try:
                self.running.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
        self.running = None


@contextmanager
def instance() -> Iterator[Instance]:
    place = Path(tempfile.mkdtemp(prefix="treffpunkt-drill-", dir="/tmp"))
    place.chmod(0o711)  # the database's own user passes through
    made = Instance(place)
    try:
        yield made
    finally:
        made.stop()
        if (made.data / "pg").exists():
            EmbeddedPostgres(made.data).delete()
        shutil.rmtree(place, ignore_errors=True)


def hold(seconds: float, a_second: float, people: int, say: Callable[[str], object]) -> Drill:
    """The whole drill. Raises Failed."""
    with instance() as ours:
        if people:
            say(f"Making a demo with {people} people who have booked …")
            ours.does("demo", "--people", str(people))
        ours.start()
        ours.ready()
        dsn = EmbeddedPostgres(ours.data).dsn
        say(f"Copying it while {a_second:.0f} a second book …")
        acknowledged, killed = asyncio.run(_under_load(ours, dsn, seconds, a_second))
        say(
            f"{len(acknowledged)} were told that they have a place. Everything is killed, and the data is gone."
        )
        shutil.rmtree(ours.data)

        begun = time.monotonic()
        for line in ours.does("restore", str(ours.backups)).splitlines():
            say(f"  {line}")
        ours.start()
        ours.ready()
        back = time.monotonic() - begun
        there, bookings = asyncio.run(_there(dsn, list(acknowledged)))
        gone = [at for each, at in acknowledged.items() if each not in there]
        lost = killed - min(gone) if gone else 0.0
        violations = 0
        try:
            ours.does("check-data")
        except Failed as problem:
            say(str(problem))
            violations = int(str(problem).strip().splitlines()[-1].split()[0])
        return Drill(datetime.now(UTC), True, bookings, round(back, 1), round(lost, 1), len(gone), violations)


async def _under_load(ours: Instance, dsn: str, seconds: float, a_second: float) -> tuple[dict, float]:  # type: ignore[type-arg]
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        pools = await connection.fetch(FORMS, datetime.now(UTC))
        await connection.execute(
            "UPDATE seat_pool SET capacity = NULL WHERE session_id = ANY($1)",
            [each["session_id"] for each in pools],
        )
    finally:
        await connection.close()
    pages = [f"/offers/{each['slug']}/bookings/new?session={each['session_id']}" for each in pools]
    load, stop = await Load.of(ours.address, pages), asyncio.Event()
    booking = asyncio.create_task(load.run(stop, a_second))
    begun = time.monotonic()
    await asyncio.to_thread(ours.backed_up)
    await asyncio.sleep(max(2.0, seconds - (time.monotonic() - begun)))
    if time.time() - max(load.acknowledged.values(), default=0.0) > LATELY:
        raise Failed("nobody could book any more when it was killed: what was lost then could not be seen")
    await asyncio.to_thread(ours.kill)
    killed = time.time()  # until then somebody may be told
    stop.set()
    await booking
    return load.acknowledged, killed


async def _there(dsn: str, ids: list) -> tuple[set, int]:  # type: ignore[type-arg]
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        found = await connection.fetch("SELECT id FROM booking WHERE id = ANY($1)", ids)
        return {each["id"] for each in found}, await connection.fetchval("SELECT count(*) FROM booking")
    finally:
        await connection.close()
