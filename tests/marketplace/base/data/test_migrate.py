"""`migrate` lets those by who write, says what it does, and undoes nothing unasked."""

import asyncio
import os
import re
import secrets
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data import marks
from marketplace.base.data.database import credentials
from marketplace.base.data.migrate import LOCK_TIMEOUT, NEWEST
from tests import program

BEFORE = "0046_unfound_by_another"
FIRST_WITH_A_MARK = "0049_marks"


def migrate(url: str, *arguments: str, answer: str = "") -> tuple[int, str]:
    here = os.environ | {"TREFFPUNKT_DATABASE_URL": url}
    done = program.run("migrate", *arguments, environment=here, typed=answer)
    return done.code, done.said


@pytest.fixture
async def own(server: str) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(**credentials(server))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template_treffpunkt")
    yield server.replace("/treffpunkt?", f"/{name}?")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


async def newest(url: str) -> str:
    connection = await asyncpg.connect(**credentials(url))
    try:
        return str(await connection.fetchval("SELECT max(name) FROM tortoise_migrations"))
    finally:
        await connection.close()


async def test_it_asks_before_it_undoes_and_says_what_it_does(own: str) -> None:
    code, told = migrate(own, "--to", BEFORE)
    assert (code, await newest(own)) == (1, NEWEST), "nobody answered"
    code, told = migrate(own, "--to", BEFORE, answer="n\n")
    assert (code, await newest(own)) == (1, NEWEST)
    assert "0047_substitute" in told
    assert "Nothing was undone" in told
    code, told = migrate(own, "--to", BEFORE, answer="y\n")
    assert (code, await newest(own)) == (0, BEFORE)
    assert re.search(r"0047_substitute: undone in \d", told)
    code, told = migrate(own)
    assert (code, await newest(own)) == (0, NEWEST)
    assert re.match(r"0047_substitute: done in \d", told.splitlines()[0])
    assert migrate(own) == (0, "")


async def test_it_lets_those_by_who_write_and_tries_again(own: str, tmp_path: Path) -> None:
    """0047 needs `session`, which a slow transaction holds: whoever writes there waits for no more than a moment."""
    assert migrate(own, "--to", BEFORE, "--yes")[0] == 0
    slow = await asyncpg.connect(**credentials(own))
    writing = await asyncpg.connect(**credentials(own))
    held = slow.transaction()
    await held.start()
    await slow.execute("LOCK TABLE session IN ROW EXCLUSIVE MODE")
    here = os.environ | {"TREFFPUNKT_DATABASE_URL": own}
    with (tmp_path / "said").open("wb") as said:
        migrating = await asyncio.to_thread(program.start, "migrate", environment=here, said=said)
    told, longest = tmp_path / "said", 0.0
    async with asyncio.timeout(240):
        while "\n" not in told.read_text():
            began = time.monotonic()
            await writing.execute("UPDATE session SET starts_at = starts_at")
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(0.02)
    assert "others hold what it needs; it lets them by" in told.read_text().splitlines()[0]
    await held.rollback()
    await slow.close()
    await writing.close()
    code = await asyncio.to_thread(migrating.wait)
    assert (code, await newest(own)) == (0, NEWEST), told.read_text()
    assert 0.2 < longest < LOCK_TIMEOUT / 1000 + 10, "and not as long as the other holds it"


async def test_what_older_programs_get_on_with_is_written_down_for_them(own: str) -> None:
    assert migrate(own, "--to", BEFORE, "--yes")[0] == 0
    assert migrate(own)[0] == 0
    connection = await asyncpg.connect(**credentials(own))
    written = dict(await connection.fetch("SELECT name, compatible FROM migration_mark"))
    await connection.close()
    assert written == {name: marks.compatible(name) for name in marks.names()}
    assert (written["0001_initial"], written[FIRST_WITH_A_MARK]) == (False, True)


def test_every_migration_says_whether_older_programs_get_on_with_it() -> None:
    silent = [name for name in marks.names() if name >= FIRST_WITH_A_MARK and marks.said(name) is None]
    assert silent == [], (
        "write `compatible = True` or `False` into each (docs/upgrading.md says what it means)"
    )
