"""The run's PostgreSQL: a copy of a cluster that was migrated once, and is kept until the migrations change. So is what
a test's own instance begins with.

To make one takes seconds, to copy what came of it a tenth of one.
"""

import asyncio
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import asyncpg

from marketplace.base.data import database
from marketplace.base.data.migrate import migrate
from marketplace.base.postgres.embedded import NAME, EmbeddedPostgres, EmbeddedPostgresError
from marketplace.base.postgres.programs import ServerUser

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "var" / "tests"
OPTIONS = {
    # Nothing in it outlives the run. What is written must survive in tests of their own: tests/marketplace/base.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}
TEMPLATE = "template_treffpunkt"
"""The migrated database that others are made from. That of an instance, which is migrated too, is an instance's own."""


def digest() -> str:
    """Of all that decides how a migrated database looks: the migrations, the models and words they import, the
    programs, and how it is made here."""
    found = hashlib.sha256(str(os.geteuid()).encode())  # the server's user owns the files
    rooms = [ROOT / name for name in ("marketplace", "offers", "organizations")]
    patterns = ("migrations/*.py", "*models*.py", "*migrate.py", "*embedded.py", "words/equal.py")
    files = {file for room in rooms for pattern in patterns for file in room.rglob(pattern)}
    for file in sorted({*files, ROOT / "requirements" / "run.txt", Path(__file__)}):
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def address_of(server: str, name: str) -> str:
    """URL of another database of the server."""
    return server.replace("/treffpunkt?", f"/{name}?")


def start(folder: Path) -> EmbeddedPostgres:
    """A server in this folder with the migrated database `TEMPLATE`."""
    _copy(folder / "pg")
    postgres = EmbeddedPostgres(folder, OPTIONS)
    postgres.start()
    return postgres


def begin(data: Path, synced: bool = False) -> None:
    """Put a migrated cluster where an instance is about to start for the first time: to make one and to migrate it
    takes five seconds of a processor's time, and most tests of an instance ask for what comes after. It does not wait
    for the disk, for nothing in it outlives the run, unless it is to be `synced`. `end` takes it away."""
    data.mkdir(exist_ok=True)
    place = data / "pg"
    if not ServerUser().may_enter(data):  # pytest's own folders bar the server's user
        place = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
        (data / "pg").symlink_to(place)
    _copy(place)
    if not synced:
        with (place / "postgresql.conf").open("a") as options:
            options.write("fsync = off\n")


def end(data: Path) -> None:
    """Delete the cluster of an instance, once its server is gone: it ends a moment after whoever started it."""
    ends = time.monotonic() + 60
    while True:
        try:
            EmbeddedPostgres(data).delete()
            return
        except EmbeddedPostgresError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)


def _copy(to: Path) -> None:
    """Safe for two at once: one makes what both copy."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = KEPT / digest()
        if not kept.exists():
            _make(kept)
        subprocess.run(["cp", "-a", f"{kept}/.", str(to)], check=True)


def _make(kept: Path) -> None:
    """A cluster that was stopped in good order, under its name only once it is whole; those of before are deleted."""
    for old in KEPT.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
    try:
        with EmbeddedPostgres(folder, OPTIONS) as url:
            asyncio.run(_migrated(url))
        new = KEPT / "new"
        subprocess.run(["cp", "-a", str((folder / "pg").resolve()), str(new)], check=True)
        new.rename(kept)
    finally:
        shutil.rmtree(folder)


async def _migrated(server: str) -> None:
    connection = await asyncpg.connect(**database.credentials(address_of(server, "postgres")))
    try:
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        await migrate(address_of(server, TEMPLATE))
        await database.disconnect()
        await connection.execute(f"DROP DATABASE {NAME}")
        await connection.execute(f"CREATE DATABASE {NAME} TEMPLATE {TEMPLATE}")
    finally:
        await connection.close()
