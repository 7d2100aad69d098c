"""A dump of a PostgreSQL elsewhere: all that we can make without being its host. It loses what came after it; whoever
runs that server can restore it to any time, and should be asked to (docs/operations.md)."""

import secrets
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from marketplace.base import clock
from marketplace.base.data.address import credentials
from marketplace.base.data.backed_up import KEPT
from marketplace.base.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from marketplace.operations.backup import tools
from marketplace.operations.backup.files import private, settle, write_json
from marketplace.operations.backup.folder import STAMP, Folder
from marketplace.operations.backup.tools import Refused, ToolFailed
from marketplace.operations.backup.tunnel import tunnelled

COUNTED = ("booking", "person", "offer", "attendance", "outbox_message")
"""Tables whose rows are counted where a dump is tried."""
TABLES = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
"""A table in parts holds nothing itself."""


FULL = ("No space left on device", "Check free disk space")
"""As PostgreSQL's programs say it, and its server in its log."""


class Untried(Refused):
    """Whether a dump can be restored is not known: the scratch server was at fault."""


class Dump(NamedTuple):
    """`tables`: how many it holds."""

    name: str
    ended_at: datetime
    bytes: int
    tables: int


async def dump(path: Path, url: str) -> Dump:
    """Dump the database, and read the dump through: each table must be in it. Raises Refused."""
    async with tools.connected(url) as connection:
        name = f"database {await connection.fetchval('SELECT current_database()')}"
        whose = await _whose(connection)
        tables: int = await connection.fetchval(TABLES)
        major = int(await connection.fetchval("SHOW server_version_num")) // 10000
    folder = Folder.opened(path, f"{name}, begun {whose}" if whose else name, major, before=name)
    with folder.alone():
        into = private(folder.path / "dumps")
        tidy(into, clock.unmoved())
        began = clock.unmoved()
        draft = into / f"{began:{STAMP}}.{secrets.token_hex(4)}.part"
        try:
            async with tunnelled(url) as near:
                await tools.run(
                    "pg_dump", *tools.conninfo(near), "--format=custom", "--no-owner", "--no-privileges",
                    f"--file={draft}", credentials(near)["database"], url=near,
                )  # fmt: skip
            draft.chmod(0o600)
            found = await read_through(draft)
            if found < tables:
                raise Refused(f"The dump holds {found} of {tables} tables: it is not kept.")
            ended = clock.unmoved()
            settle(draft)
            whole = into / f"{began:{STAMP}}.dump"
            draft.rename(whole)
        finally:
            draft.unlink(missing_ok=True)
        made = Dump(whole.name, ended, whole.stat().st_size, found)
        write_json(whole.with_suffix(".json"), {"ended_at": ended.isoformat(), "tables": found})
        return made


async def _whose(connection: asyncpg.Connection) -> str | None:
    """When this instance began: two have databases of one name, and only this goes along wherever its database is
    restored. None before anything was migrated."""
    if not await connection.fetchval("SELECT to_regclass('instance') IS NOT NULL"):
        return None
    began: datetime | None = await connection.fetchval("SELECT began_at FROM instance WHERE id = 1")
    return began.isoformat() if began else None


async def read_through(file: Path) -> int:
    """How many tables' data a dump holds; every byte of it is read. Raises Refused where it is not whole."""
    try:
        listed = await tools.run("pg_restore", "--list", file)
        await tools.run("pg_restore", "--file=/dev/null", file)
    except ToolFailed as problem:
        raise Refused(f"{file} is damaged: {problem}") from problem
    return sum(" TABLE DATA " in line for line in listed.splitlines())


def tidy(into: Path, now: datetime) -> None:
    """Delete what was cut short, and dumps that are too old; the newest stays, and what bears a name of somebody's."""
    for left in into.glob("*.part"):
        left.unlink()
    made: dict[Path, datetime] = {}
    for each in sorted(into.glob("*.dump")):
        with suppress(ValueError):  # somebody's own
            made[each] = datetime.strptime(f"{each.stem}+0000", f"{STAMP}%z")
    for each, at in [*made.items()][:-1]:
        if now - at >= KEPT:
            each.unlink()
            each.with_suffix(".json").unlink(missing_ok=True)


async def tried(file: Path) -> dict[str, int]:
    """Restore a dump into a PostgreSQL of our own that is thrown away again, and count. Raises Refused; Untried where
    that server has no room, or does not run."""
    scratch = Path(tempfile.mkdtemp(prefix="treffpunkt-try-"))
    server = EmbeddedPostgres(scratch, {"fsync": "off"})
    try:
        try:
            url = server.start()
            await put_back(file, url)
        except EmbeddedPostgresError as problem:
            raise _untried(file, server, str(problem)) from problem
        except ToolFailed as problem:
            if full(problem.said + server.log.read_text(errors="replace")):
                raise _untried(file, server, problem.said) from problem
            raise Refused(f"{file} cannot be restored: {problem}") from problem
        async with tools.connected(url) as connection:
            here = [
                name
                for name in COUNTED
                if await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name)
            ]
            return {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in here}
    finally:
        server.delete()
        shutil.rmtree(scratch, ignore_errors=True)


def full(said: str) -> bool:
    return any(each in said for each in FULL)


def _untried(file: Path, server: EmbeddedPostgres, said: str) -> Untried:
    """With what the server says, for its log goes with it."""
    log = server.log.read_text(errors="replace").splitlines()
    said = next((line for line in [*log, *said.splitlines()] if full(line)), said)
    return Untried(
        f"{file} is whole and kept, but could not be tried: a scratch server takes as much room as the database, in "
        f"{tempfile.gettempdir()} or where TMPDIR says. {said.strip()}"
    )


async def put_back(file: Path, url: str) -> None:
    """Restore a dump into an empty database: all of it or nothing."""
    await tools.run(
        "pg_restore", *tools.conninfo(url), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={credentials(url)['database']}", file, url=url,
    )  # fmt: skip
