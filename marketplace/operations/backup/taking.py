"""A copy of the embedded cluster, whole or what changed since the last one, proven before it counts."""

import secrets
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from marketplace.base import clock
from marketplace.operations.backup import tools
from marketplace.operations.backup.folder import STAMP, Folder
from marketplace.operations.backup.proving import prove, ranges
from marketplace.operations.backup.rules import Copy, Line, place, to_build_on
from marketplace.operations.backup.tools import Refused, ToolFailed

SIZE = "SELECT sum(pg_database_size(oid))::bigint FROM pg_database"
CLUSTER = """SELECT (SELECT system_identifier FROM pg_control_system())::text AS system,
    current_setting('server_version_num')::int / 10000 AS major, current_setting('fsync') = 'on' AS syncs,
    pg_walfile_name(pg_current_wal_lsn()) AS file"""
PARTED = """SELECT convert_from(pg_read_binary_file('pg_wal/' || $1), 'UTF8') AS history,
    (pg_stat_file('pg_wal/' || $1)).modification AS began_at"""
SPARE = 200 * 1024 * 1024
"""Bytes that are left free on the disk of the backups."""


class Cluster(NamedTuple):
    """Which cluster this is, and the line of the log on which it writes. One that does not sync is a test's, and
    neither are its copies."""

    system: str
    major: int
    timeline: int
    syncs: bool


async def cluster(connection: asyncpg.Connection) -> Cluster:
    found = await connection.fetchrow(CLUSTER)
    return Cluster(found["system"], found["major"], int(found["file"][:8], 16), found["syncs"])


async def line_of(connection: asyncpg.Connection, number: int) -> tuple[Line, str]:
    """The line of the log that a restore has begun, and what PostgreSQL wrote down of it: where it parts from the one
    before."""
    found = await connection.fetchrow(PARTED, f"{number:08X}.history")
    parent, forked = [each for each in found["history"].splitlines() if each.strip()][-1].split("\t")[:2]
    return Line(number, int(parent), place(forked), found["began_at"]), found["history"]


async def know_line(connection: asyncpg.Connection, folder: Folder, here: Cluster) -> None:
    """The folder knows from where this line of the log parts. A restore says so at its very end: not where it was
    killed just before that, or could only read the folder."""
    if here.timeline > 1 and here.timeline not in {each.number for each in folder.lines()}:
        folder.keep_line(*await line_of(connection, here.timeline))


async def take(path: Path, url: str, *, full: bool = False, say: Callable[[str], object] = print) -> Copy:
    """Copy the cluster into this folder, prove the copy, and delete what is too old.

    Raises Refused; a copy that was cut short or is damaged is not kept.
    """
    async with tools.connected(url) as connection:
        here = await cluster(connection)
        folder = Folder.opened(path, here.system, here.major)
        with folder.alone():
            await know_line(connection, folder, here)
            for each in folder.spoilt():
                say(f"{each} is not whole: what it tells of is passed over.")
            folder.tidy(clock.unmoved())
            upon = None if full else to_build_on(folder.copies(), here.timeline, clock.unmoved())
            # From here on the server notes which pages change, so that the next copy is only of them.
            await connection.execute("ALTER SYSTEM SET summarize_wal = on")
            await connection.execute("SELECT pg_reload_conf()")
            if upon:
                try:
                    return await _copy(folder, url, upon, here)
                except ToolFailed as problem:  # as when the notes of what changed are gone
                    say(f"The changes alone could not be copied, so everything is: {problem}")
            _look_for_room(folder, await connection.fetchval(SIZE))
            return await _copy(folder, url, None, here)


def _look_for_room(folder: Folder, needed: int) -> None:
    free = shutil.disk_usage(folder.path).free
    if free < needed + SPARE:
        raise Refused(
            f"{folder.path} has {free // 1024**2} MB free, and a copy takes {needed // 1024**2} MB, beside "
            f"{SPARE // 1024**2} MB that stay free: make room."
        )


async def _copy(folder: Folder, url: str, upon: Copy | None, here: Cluster) -> Copy:
    began = clock.unmoved()
    name = f"{began:{STAMP}}-{'changes' if upon else 'full'}"
    # A name of its own: what is left of one that was killed may still be writing into the last.
    draft = folder.copies_in / f"{name}.{secrets.token_hex(4)}.part"
    more = [f"--incremental={folder.copies_in / upon.name / 'backup_manifest'}"] if upon else []
    more += [] if here.syncs else ["--no-sync"]
    try:
        await tools.run(
            "pg_basebackup", *tools.conninfo(url), f"--pgdata={draft}", "--wal-method=stream", "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            *more, url=url,
        )  # fmt: skip
        ended = clock.unmoved()
        await prove(draft)
        found = _described(draft, name, upon.name if upon else None, began, ended)
        folder.keep_copy(draft, found)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    folder.tidy(clock.unmoved())
    return found


def _described(draft: Path, name: str, upon: str | None, began: datetime, ended: datetime) -> Copy:
    needed = ranges(draft)
    return Copy(
        name, upon, max(each.timeline for each in needed),
        min(place(each.starts) for each in needed), max(place(each.ends) for each in needed),
        began, ended, sum(path.stat().st_size for path in draft.rglob("*") if path.is_file()),
    )  # fmt: skip
