"""A dump of a PostgreSQL elsewhere: all that we can make without being its host. It loses what came after it; whoever
runs that server can restore it to any time, and should be asked to (docs/operations.md)."""

import secrets
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from marketplace.base import clock
from marketplace.base.data.address import credentials
from marketplace.base.data.backed_up import KEPT
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.backup import tools
from marketplace.operations.backup.files import private, settle, write_json
from marketplace.operations.backup.folder import STAMP, Folder
from marketplace.operations.backup.tools import Refused, ToolFailed
from marketplace.operations.backup.tunnel import tunnelled

COUNTED = ("booking", "person", "offer", "attendance", "outbox_message")
"""Tables whose rows are counted where a dump is tried."""
TABLES = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
"""A table in parts holds nothing itself."""


class Dump(NamedTuple):
    """`tables`: how many it holds."""

    name: str
    ended_at: datetime
    bytes: int
    tables: int


async def dump(path: Path, url: str) -> Dump:
    """Dump the database, and read the dump through: each table must be in it. Raises Refused."""
    async with tools.connected(url) as connection:
        name = await connection.fetchval("SELECT current_database()")
        tables: int = await connection.fetchval(TABLES)
        major = int(await connection.fetchval("SHOW server_version_num")) // 10000
    folder = Folder.opened(path, f"database {name}", major)
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


async def read_through(file: Path) -> int:
    """How many tables' data a dump holds; every byte of it is read. Raises Refused where it is not whole."""
    try:
        listed = await tools.run("pg_restore", "--list", file)
        await tools.run("pg_restore", "--file=/dev/null", file)
    except ToolFailed as problem:
        raise Refused(f"{file} is damaged: {problem}") from problem
    return sum(" TABLE DATA " in line for line in listed.splitlines())


def tidy(into: Path, now: datetime) -> None:
    """Delete what was cut short, and dumps that are too old; the newest stays."""
    for left in into.glob("*.part"):
        left.unlink()
    dumps = sorted(into.glob("*.dump"))
    for each in dumps[:-1]:
        made = datetime.strptime(f"{each.stem}+0000", f"{STAMP}%z")
        if now - made >= KEPT:
            each.unlink()
            each.with_suffix(".json").unlink(missing_ok=True)


async def tried(file: Path) -> dict[str, int]:
    """Restore a dump into a PostgreSQL of our own that is thrown away again, and count. Raises Refused."""
    scratch = Path(tempfile.mkdtemp(prefix="treffpunkt-try-"))
    server = EmbeddedPostgres(scratch, {"fsync": "off"})
    try:
        url = server.start()
        try:
            await put_back(file, url)
        except ToolFailed as problem:
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


async def put_back(file: Path, url: str) -> None:
    """Restore a dump into an empty database: all of it or nothing."""
    await tools.run(
        "pg_restore", *tools.conninfo(url), "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction",
        f"--dbname={credentials(url)['database']}", file, url=url,
    )  # fmt: skip
