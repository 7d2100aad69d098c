"""The program that journeys go through: it is started with the demo in it, its clock is put back, its database can be
asked, and its log is told where a journey fails."""

import asyncio
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import httpx2 as httpx
from uuid_utils.compat import uuid7

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.base.signing import secret_hash
from marketplace.people.sign_in.queries import HAS_FACTOR
from tests import cluster

PATIENCE = 120.0
"""Seconds that one waits for what is to come, however slow the machine is: nothing that works takes so long."""
LINES = 20
"""Of a log, where a journey fails."""


SIGN_IN = f"""INSERT INTO sign_in (id, person_id, secret_hash, device, created_at, seen_at, expires_at,
    second_factor_at)
SELECT $1, person_id, $2, 'Chrome, Linux', $3, $3, $3::timestamptz + interval '90 days',
    CASE WHEN {HAS_FACTOR.format(person="c.person_id")} THEN $3 END
FROM contact_point c WHERE c.value = $4 AND c.verified_at IS NOT NULL RETURNING id"""
"""Of whoever has shown an address to be theirs; and their second factor, where they have one."""


@dataclass
class Instance:
    """`python -m marketplace run` with its data folder."""

    port: int
    data: Path
    process: subprocess.Popen[bytes]
    ready: bool = False
    running: ClassVar[list["Instance"]] = []

    @property
    def clock(self) -> Path:
        """The file that says how far its clock is ahead (marketplace/base/clock.py); there is none when it is not."""
        return self.data / "clock-offset"

    def ahead(self) -> str | None:
        return self.clock.read_text() if self.clock.exists() else None

    def put_clock(self, ahead: str | None) -> None:
        if ahead == self.ahead():
            return
        if ahead is None:
            self.clock.unlink()
        else:
            self.clock.write_text(ahead)
        time.sleep(0.2)  # each process reads it every tenth of a second

    async def sign_in(self, address: str) -> str:
        """The secret of a new sign-in of whoever has this address, by the instance's clock. How one signs in oneself is
        told by test_sign_in.py and by the journeys of those who come by a mail."""
        now = datetime.now(UTC) + timedelta(seconds=float(self.ahead() or 0))
        secret = secrets.token_urlsafe(32)
        async with database(f":{self.port}") as connection:
            assert await connection.fetchval(SIGN_IN, uuid7(), secret_hash(secret), now, address), (
                f"nobody has shown that {address} is theirs"
            )
        return secret

    def said_last(self) -> str:
        """The last lines of its log that are no requests, and before them the last errors."""
        told = [
            line for line in (self.data / "log").read_text().splitlines() if '"event": "request"' not in line
        ]
        errors = [line for line in told[:-LINES] if '"level": "error"' in line]
        return "\n".join(errors[-LINES:] + told[-LINES:])

    async def answers(self) -> bool:
        """Is it ready, or was it? One that has ended never will be."""
        assert self.process.poll() is None, f"the instance has ended: {self.process.returncode}"
        if not self.ready:
            async with httpx.AsyncClient() as client:
                with suppress(httpx.TransportError):
                    answer = await client.get(f"http://127.0.0.1:{self.port}/health/ready")
                    self.ready = answer.status_code == 200
        return self.ready


@contextmanager
def running(port: int, data: Path, post_office: str, processes: int = 2) -> Iterator[Instance]:
    """`python -m marketplace run` with the demo in it, which it loads when it starts, and so many web processes."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    environment |= {
        "TREFFPUNKT_DEMO": "1", "TREFFPUNKT_SMTP_URL": post_office, "TREFFPUNKT_WEB_PROCESSES": str(processes)
    }  # fmt: skip
    cluster.begin(data)
    with (data / "log").open("w") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "marketplace", "run", "--port", str(port), "--data", str(data)],
            env=environment, stderr=log, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    instance = Instance(port, data, started)
    Instance.running.append(instance)
    try:
        yield instance
    finally:
        Instance.running.remove(instance)
        started.terminate()
        try:
            code = started.wait(PATIENCE)
        finally:
            started.kill()
        cluster.end(data)
    assert code == 0


def at(address: str) -> Instance:
    """The instance that answers at an address."""
    return next(one for one in Instance.running if address.endswith(f":{one.port}"))


@asynccontextmanager
async def database(address: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the database of the instance at this address."""
    connection = await asyncpg.connect(**credentials(EmbeddedPostgres(at(address).data).dsn))
    try:
        yield connection
    finally:
        await connection.close()


async def until(found: Callable[[], Awaitable[Any]], what: str, seconds: float = PATIENCE) -> Any:
    """What `found` gives once it is no longer empty."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := await found():
            return answer
        await asyncio.sleep(0.2)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
