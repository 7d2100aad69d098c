"""The drill in a few seconds, in a process of its own: a migrated cluster, people who book by the very action, the log
streamed; killed, deleted, restored by the very code, and looked through. Prints its figures as JSON.

`python -m tests.drill.short PLACE CLUSTER`: an empty folder that the server's user may enter, and a migrated cluster.
"""

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

PLACE, CLUSTER = (Path(each) for each in sys.argv[1:3])
os.environ |= {
    "TREFFPUNKT_DEMO": "1", "TREFFPUNKT_DATA_DIR": str(PLACE / "data"), "TREFFPUNKT_LEDGER_DIR": str(PLACE / "ledger"),
}  # fmt: skip
os.environ.pop("TREFFPUNKT_DATABASE_URL", None)

from marketplace.base.data.database import connected, credentials  # noqa: E402
from marketplace.base.postgres.embedded import EmbeddedPostgres  # noqa: E402
from marketplace.operations.backup import following  # noqa: E402
from marketplace.operations.backup.folder import Folder  # noqa: E402
from marketplace.operations.backup.planning import plan  # noqa: E402
from marketplace.operations.backup.restoring import restore  # noqa: E402
from marketplace.operations.check.whole import check  # noqa: E402
from marketplace.operations.restore.actions import put_right  # noqa: E402
from marketplace.privacy.erasure.actions import erase  # noqa: E402
from offers.bookings.actions import book  # noqa: E402
from offers.catalogue.models import Session  # noqa: E402
from offers.catalogue.queries import VISITOR  # noqa: E402
from offers.seats.claims import Party  # noqa: E402
from tests import cluster, make  # noqa: E402
from tests.marketplace.operations.clusters import FAST  # noqa: E402

SECONDS = 1.5


def now() -> datetime:
    return datetime.now(UTC)


async def name(url: str) -> None:
    """The migrated database takes the place of the empty one."""
    connection = await asyncpg.connect(**credentials(url.replace("/treffpunkt?", "/postgres?")))
    await connection.execute("DROP DATABASE treffpunkt")
    await connection.execute(f"ALTER DATABASE {cluster.TEMPLATE} RENAME TO treffpunkt")
    await connection.close()


def streamed(folder: Path, since: datetime) -> bool:
    with contextlib.suppress(Exception):
        kept = Folder.found(folder)
        newest = next(reversed(kept.stretches()), None)
        return bool(newest and newest.seen_at and newest.seen_at >= since and kept.copies())
    return False


async def until_streamed(since: datetime) -> None:
    async with asyncio.timeout(60):
        while not streamed(PLACE / "kept", since):  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


async def lose(url: str) -> tuple[dict[UUID, float], UUID, float]:
    """Book until all is killed; erase somebody between. Returns what was told, who was erased, and when it ended."""
    told: dict[UUID, float] = {}
    async with connected(url):
        offer = await make.offer(capacity=None, starts=[now().replace(year=now().year + 1)])
        session = (await Session.get(offer=offer)).id
        gone = await make.person("Borte", "borte@example.no")
        # Who has booked is not forgotten by the clock.
        party, key = Party("Borte", person=gone.id), secrets.token_bytes(16)
        await book(offer.slug, session, party, viewer=VISITOR, form_key=key, lang="nb", now=now())
        task = asyncio.create_task(following.follow(PLACE / "kept", url))
        began = now()
        await until_streamed(began)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            key = secrets.token_bytes(16)
            booked = await book(
                offer.slug, session, Party("Ola"), viewer=VISITOR, form_key=key, lang="nb", now=now()
            )
            told[booked.id] = time.time()
        before = now()
        await until_streamed(before)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await erase(gone.id, now=now())  # no backup has it: only the ledger
        os.kill(int((PLACE / "data/pg/postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    return told, gone.id, time.time()


async def look(url: str, told: dict[UUID, float], gone: UUID) -> dict[str, Any]:
    connection = await asyncpg.connect(**credentials(url))
    try:
        there = {
            each["id"]
            for each in await connection.fetch("SELECT id FROM booking WHERE id = ANY($1)", list(told))
        }
        return {
            "told": len(told), "lost": len(told) - len(there),
            "erased": await connection.fetchval("SELECT name FROM person WHERE id = $1", gone) is None,
            "violations": await check(connection, now()),
        }  # fmt: skip
    finally:
        await connection.close()


def main() -> None:
    data = PLACE / "data"
    data.mkdir()
    subprocess.run(["cp", "-a", str(CLUSTER), str(data / "pg")], check=True)
    following.EVERY = following.LOOK = 0.1
    postgres = EmbeddedPostgres(data, FAST)
    url = postgres.start()
    asyncio.run(name(url))
    told, gone, killed = asyncio.run(lose(url))
    with contextlib.suppress(Exception):
        postgres.stop()
    shutil.rmtree(data)

    begun = time.monotonic()
    said: list[str] = []

    async def right(url: str, until: datetime, before: str | None) -> None:
        said.extend((await put_right(url, until, before, data, now())).lines())

    data.mkdir()
    restore(plan(PLACE / "kept", None, now()), data, right, lambda _: None, FAST)
    with EmbeddedPostgres(data, FAST) as back:
        found = asyncio.run(look(back, told, gone))
    lost = killed - max(told.values()) if found["lost"] else 0.0
    print(json.dumps(found | {"seconds": time.monotonic() - begun, "lost_seconds": lost, "said": said}))


if __name__ == "__main__":
    main()
