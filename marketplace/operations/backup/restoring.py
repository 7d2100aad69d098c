"""Putting an instance back to a moment. The cluster that was there is kept aside, and nobody can sign in before what
must not come back is gone again: until the last step the new one runs behind a socket that nobody knows."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from marketplace.base import clock
from marketplace.base.postgres.embedded import BEFORE, RESTORING, EmbeddedPostgres
from marketplace.base.postgres.programs import EmbeddedPostgresError, ServerUser, outside
from marketplace.operations.backup import tools
from marketplace.operations.backup.files import write
from marketplace.operations.backup.folder import STAMP, finished
from marketplace.operations.backup.planning import Plan, Way, look_for_room
from marketplace.operations.backup.proving import Damaged, prove
from marketplace.operations.backup.rules import Line
from marketplace.operations.backup.taking import cluster, line_of
from marketplace.operations.backup.tools import Refused
from marketplace.operations.moments import told

PATIENCE = 3600.0
"""Seconds that the log of a week may take to be read."""
READS = {"default_transaction_read_only": "on"}
TOO_EARLY = b"recovery ended before configured recovery target was reached"

PutRight = Callable[[str, datetime, str | None], Coroutine[object, object, object]]
"""Called with the new database, the moment it stands at, and the database before where that can be read."""


class Restored(NamedTuple):
    """`last`: when the last thing happened that is in it. `before`: where the cluster before lies, if there was one."""

    until: datetime
    last: datetime | None
    before: Path | None


def restore(
    plan: Plan,
    data: Path,
    put_right: PutRight,
    say: Callable[[str], object] = print,
    options: Mapping[str, str] | None = None,
) -> Restored:
    """Make the cluster anew from the backups, put it right, and only then give it the place of the one before.

    Raises Refused or EmbeddedPostgresError, with everything as it was.
    """
    postgres = EmbeddedPostgres(data)
    with postgres.at_rest():
        stage = postgres.data / RESTORING
        _clear(postgres, stage)
        try:
            for way in plan.ways:
                try:
                    new = _made(plan, way, stage, say, options)
                    break
                except Damaged as problem:
                    say(f"{problem}. Going on from an earlier copy.")
                    _clear(postgres, stage)
            else:
                raise Refused("Every copy that leads there is damaged: the instance is as it was.")
            try:
                url = new.dsn
                last, line, history = asyncio.run(_stands(url))
                until = plan.until or max(way.reaches, last or way.reaches)
                with _readable(postgres, options, say) as before:
                    asyncio.run(put_right(url, until, before))
            finally:
                new.stop()
        except BaseException:
            _clear(postgres, stage)
            raise
        aside = _swap(postgres, stage)
        try:
            plan.folder.keep_line(line, history)
        except OSError as problem:  # as where they can only be read
            say(f"The backups could not be told of this ({problem.strerror}): the next copy into them does.")
        return Restored(until, last, aside)


def _clear(postgres: EmbeddedPostgres, stage: Path) -> None:
    """Undo a restore that was cut short: the cluster before goes back to its place, should it have left it."""
    aside = stage / "aside"
    if aside.exists() and not postgres.cluster.exists():
        was = postgres.data / aside.read_text()
        if os.path.lexists(was):
            was.rename(postgres.cluster)
    if stage.exists():
        EmbeddedPostgres(stage).delete()
        shutil.rmtree(stage)


def _made(
    plan: Plan, way: Way, stage: Path, say: Callable[[str], object], options: Mapping[str, str] | None
) -> EmbeddedPostgres:
    """A server on a new cluster that stands at the moment."""
    user = ServerUser()
    stage.mkdir(mode=0o700)
    if user.account:
        stage.parent.chmod(0o711)  # as embedded.py has it: to pass through, and see nothing else
        stage.chmod(0o711)
    where = stage if user.may_enter(stage) else outside()
    look_for_room(way, where)
    copies = [plan.folder.copies_in / each.name for each in way.copies]
    for each in copies:
        say(f"Proving {each.name} …")
        asyncio.run(prove(each, with_log=each == copies[-1]))
    say(f"Putting together {len(copies)} of them, and {len(way.log)} files of the log …")
    new = stage / "pg" if where == stage else Path(tempfile.mkdtemp(prefix="pg-", dir=where))
    if where != stage:
        (stage / "pg").symlink_to(new)
    unsynced = EmbeddedPostgres(stage, options).unsynced
    asyncio.run(tools.run("pg_combinebackup", "--output", new, *unsynced, *copies))
    for name, path in way.log.items():
        shutil.copyfile(finished(path), new / "pg_wal" / name)  # others may still stream
    for path in plan.folder.lines_in.glob("*.history"):
        shutil.copyfile(path, new / "pg_wal" / path.name)
    (new / "recovery.signal").touch()
    for folder, _, files in os.walk(new):
        for each in (Path(folder), *(Path(folder) / name for name in files)):
            each.chmod(0o700 if each.is_dir() else 0o600)
            user.own(each)
    return _recovered(plan, way, stage, options or {}, say)


def _recovered(
    plan: Plan, way: Way, stage: Path, options: Mapping[str, str], say: Callable[[str], object]
) -> EmbeddedPostgres:
    recovery = {
        **options,
        "restore_command": "/bin/false",  # all of it lies in pg_wal already
        "recovery_target_timeline": str(plan.line),
        "recovery_target_action": "promote",
        "hot_standby": "off",
    }
    exact = {"recovery_target_time": f"{plan.until:%Y-%m-%d %H:%M:%S.%f+00}"} if plan.until else {}
    say(f"Reading the log up to {told(plan.until or way.reaches)} …")
    server = EmbeddedPostgres(stage, recovery | exact, PATIENCE)
    try:
        server.start()
    except EmbeddedPostgresError:
        if TOO_EARLY not in server.log.read_bytes():
            kept = stage.parent / "restore.log"  # the folder goes
            write(kept, server.log.read_bytes())
            raise EmbeddedPostgresError(f"The log could not be read to that moment, see {kept}") from None
        # Nothing happened between the last thing in the log and that moment, and the log is known to reach it.
        server = EmbeddedPostgres(stage, recovery, PATIENCE)
        server.start()
    return server


async def _stands(url: str) -> tuple[datetime | None, Line, str]:
    """What happened last in it, and the line that it begins."""
    async with tools.connected(url) as connection:
        last = await connection.fetchval("SELECT pg_last_xact_replay_timestamp()")
        here = await cluster(connection)
        return last, *await line_of(connection, here.timeline)


@contextmanager
def _readable(
    postgres: EmbeddedPostgres, options: Mapping[str, str] | None, say: Callable[[str], object]
) -> Iterator[str | None]:
    """The address of the database before, while it can be read: None where there is none, or it does not start."""
    if not postgres.cluster.exists():
        yield None
        return
    stage = postgres.data / RESTORING / "before"
    stage.mkdir(mode=0o711)
    (stage / "pg").symlink_to(postgres.cluster.resolve())
    server = EmbeddedPostgres(stage, {**(options or {}), **READS})
    try:
        address: str | None = server.start()
    except EmbeddedPostgresError as problem:
        say(f"The database before cannot be read, so nobody can say what differs: {problem}")
        address = None
    try:
        yield address
    finally:
        server.stop()
        (stage / "pg").unlink()  # the link alone
        shutil.rmtree(stage)


def _swap(postgres: EmbeddedPostgres, stage: Path) -> Path | None:
    name = f"{BEFORE}{clock.unmoved():{STAMP}}"
    names = (name, *(f"{name}-{again}" for again in range(2, 100)))  # two restores in one second
    aside = next(postgres.data / each for each in names if not os.path.lexists(postgres.data / each))
    had = os.path.lexists(postgres.cluster)
    if had:
        write(stage / "aside", aside.name.encode())
        postgres.cluster.rename(aside)
    (stage / "pg").rename(postgres.cluster)
    shutil.rmtree(stage)
    return aside if had else None
