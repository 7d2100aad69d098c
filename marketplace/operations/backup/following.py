"""The log of the embedded cluster, streamed into the folder of backups as it is written, and a copy every day.

A slot holds the log back until it is on our disk; where that takes too long (max_slot_wal_keep_size) the server lets
go, a new stretch of the log begins, and with it a new copy.
"""

import asyncio
import signal
import time
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import asyncpg
import structlog

from marketplace.base import clock
from marketplace.base.backoff import jittered
from marketplace.base.data import backed_up
from marketplace.base.data.database import UNAVAILABLE
from marketplace.operations.backup import tools
from marketplace.operations.backup.copying import copy_noted, look_whether_it_is_there
from marketplace.operations.backup.files import settle
from marketplace.operations.backup.folder import PARTIAL, Folder, segments_in
from marketplace.operations.backup.rules import SEGMENT, is_due
from marketplace.operations.backup.taking import Cluster, cluster, know_line
from marketplace.operations.backup.tools import Busy, Refused, ToolFailed, why

log = structlog.get_logger("backup")

SLOT = "treffpunkt_backup"
FOLLOWING = 7_310_014
"""Key of the advisory lock of whoever streams: one for a cluster."""
EVERY = 5.0
"""Seconds between two looks whether all that was written is on our disk. A power cut takes no more than these."""
STILL = 30.0
"""Seconds after which the log stands still, and streaming begins anew."""
MOST_WAIT = 10.0
"""Seconds between two attempts, at most."""
LOOK = 30.0
"""Seconds between two looks whether a copy is due."""
GONE = ("has already been removed", "invalidated", "can no longer")
"""What the server says when it has deleted a part of the log that we do not have."""
STANDS = "SELECT wal_status, active_pid FROM pg_replication_slots WHERE slot_name = $1"
WRITTEN = "SELECT (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint"
TAKEN = """SELECT (r.write_lsn - '0/0'::pg_lsn)::bigint
FROM pg_stat_replication r JOIN pg_replication_slots s ON s.active_pid = r.pid WHERE s.slot_name = $1"""


async def follow(path: Path, url: str) -> None:
    """Stream until cancelled. What goes wrong is noted (backed_up.py) and tried again."""
    wait = 1.0
    while True:
        began = time.monotonic()
        try:
            await _stream(path, url)
        except (Refused, asyncpg.PostgresError, *UNAVAILABLE) as problem:
            backed_up.note_log(None, why(problem))
            log.warning("the log is not streamed", problem=type(problem).__name__)
        wait = 1.0 if time.monotonic() - began > STILL else min(wait * 2, MOST_WAIT)
        await asyncio.sleep(jittered(wait))


async def until_told(work: Coroutine[object, object, None], grace: float = 0.0) -> None:
    """Do this until SIGTERM or Ctrl-C, and `grace` seconds longer: others still write."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    working = asyncio.create_task(work)
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if waiting.done() and not working.done():
        await asyncio.sleep(grace)
    waiting.cancel()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _stream(path: Path, url: str) -> None:
    async with tools.connected(url) as connection:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", FOLLOWING):
            raise Refused("Another process streams this log already.")
        look_whether_it_is_there(path)
        here = await cluster(connection)
        folder = Folder.opened(path, here.system, here.major)
        await know_line(connection, folder, here)
        stretch, began = await _stretch(connection, folder, here)
        await asyncio.to_thread(_clear, stretch)
        receiver = await tools.start(
            "pg_receivewal", *tools.conninfo(url), f"--directory={stretch}", f"--slot={SLOT}",
            "--status-interval=1", "--no-loop", url=url,
        )  # fmt: skip
        receiving = asyncio.create_task(receiver.communicate())
        others = [
            asyncio.create_task(_note(connection, folder, stretch)),
            asyncio.create_task(_copy_daily(folder, url, began)),
        ]
        try:
            await asyncio.wait({receiving, *others}, return_when=asyncio.FIRST_COMPLETED)
            for each in others:
                if each.done():
                    each.result()
            said = (await receiving)[0].decode(errors="replace")
        finally:
            for each in others:
                each.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            if receiver.returncode is None:
                receiver.terminate()
                await receiver.wait()
            await asyncio.gather(receiving, return_exceptions=True)
        if any(each in said for each in GONE):
            await connection.execute("SELECT pg_drop_replication_slot($1)", SLOT)
        raise ToolFailed("pg_receivewal", said)


async def _stretch(connection: asyncpg.Connection, folder: Folder, here: Cluster) -> tuple[Path, datetime]:
    """The folder where the log goes on, and since when it goes without a gap."""
    slot = await connection.fetchrow(STANDS, SLOT)
    while slot and slot["active_pid"]:  # of one that was killed
        await connection.execute("SELECT pg_terminate_backend($1)", slot["active_pid"])
        await asyncio.sleep(0.1)
        slot = await connection.fetchrow(STANDS, SLOT)
    if slot and slot["wal_status"] == "lost":
        await connection.execute("SELECT pg_drop_replication_slot($1)", SLOT)
        slot = None
    newest = next(reversed(folder.stretches()), None)
    if slot and newest and newest.timeline == here.timeline:
        return folder.log_in / newest.name, newest.began_at
    if not slot:
        await connection.execute("SELECT pg_create_physical_replication_slot($1, true)", SLOT)
    now = clock.unmoved().replace(microsecond=0)
    return folder.begin_stretch(here.timeline, now), now


def _clear(stretch: Path) -> None:
    """Delete a file of the log that pg_receivewal could not make whole before it wrote into it: the disk was full, or
    somebody killed it. It would refuse to go on beside that, also when there is room again."""
    for path in segments_in(stretch):
        if path.name.endswith(PARTIAL) and path.stat().st_size not in (0, SEGMENT):
            path.unlink()


async def _note(connection: asyncpg.Connection, folder: Folder, stretch: Path) -> None:
    """Note up to when everything is on our disk, again and again. Raises Refused when it stands still."""
    while True:
        at = clock.unmoved()
        written: int = await connection.fetchval(WRITTEN)
        deadline = time.monotonic() + STILL
        while (await connection.fetchval(TAKEN, SLOT) or 0) < written:
            if time.monotonic() > deadline:
                raise Refused("The log stands still: what was written does not arrive.")
            await asyncio.sleep(0.2)
        await asyncio.to_thread(_settle, stretch)
        folder.note_seen(stretch, at, written)
        backed_up.note_log(at)
        await asyncio.sleep(EVERY)


def _settle(stretch: Path) -> None:
    """What pg_receivewal has written and not synced: the segment that is not full yet."""
    for path in segments_in(stretch):
        if path.name.endswith(PARTIAL):
            with suppress(FileNotFoundError):  # it has just become full, and was synced with that
                settle(path)
    settle(stretch)


async def _copy_daily(folder: Folder, url: str, since: datetime) -> None:
    wait = LOOK
    while True:
        if is_due(folder.copies(), since, clock.unmoved()):
            try:
                await copy_noted(folder.path, url)
                wait = LOOK
            except Busy:
                wait = LOOK
            except (Refused, asyncpg.PostgresError, *UNAVAILABLE) as problem:
                log.warning("no copy was made", problem=type(problem).__name__)
                wait = min(wait * 2, 3600.0)
        await asyncio.sleep(jittered(wait))
