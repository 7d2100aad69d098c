"""A cluster of a test's own, with one table; quick, and with nothing of ours in it."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.backup import tools
from marketplace.operations.backup.taking import take

FAST = {"fsync": "off"}


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder that the server's user may enter: pytest's own bar it."""
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        for each in (folder, *folder.glob("*/")):
            if (each / "pg").exists():
                EmbeddedPostgres(each).delete()
        shutil.rmtree(folder)


def do(url: str, *statements: str) -> None:
    async def done() -> None:
        async with tools.connected(url) as connection:
            for each in statements:
                await connection.execute(each)

    asyncio.run(done())


def ask(url: str, question: str) -> Any:
    async def asked() -> Any:
        async with tools.connected(url) as connection:
            return await connection.fetchval(question)

    return asyncio.run(asked())


def copied(folder: Path, *then: str) -> None:
    """A cluster in `data` with the rows 1 and 2, and in `kept` a copy after each: whole, and what changed. `then`:
    statements after the last copy. It is at rest."""
    with EmbeddedPostgres(folder / "data", FAST) as url:
        do(url, "CREATE TABLE booked (n int)")
        for each in (1, 2):
            do(url, f"INSERT INTO booked VALUES ({each})")
            asyncio.run(take(folder / "kept", url))
        do(url, *then)
