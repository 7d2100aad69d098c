"""Demo mode never touches a database that the demo did not fill, and production never serves one that it did."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from marketplace.base.data import database, instance
from marketplace.base.data.database import credentials, value
from marketplace.base.data.instance import WrongInstance, claim, is_demo, ours
from marketplace.demo.load import load_if_empty
from marketplace.settings import settings
from tests import make, program
from tests.cluster import address_of
from tests.conftest import NOW
from tests.production import GOOD


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only what the mode decides: the rest of the settings stays the tests'."""
    monkeypatch.setitem(settings().__dict__, "demo", False)
    yield
    monkeypatch.undo()


async def found(url: str) -> bool | None:
    connection = await asyncpg.connect(**credentials(url))
    try:
        return await is_demo(connection)
    finally:
        await connection.close()


async def test_an_empty_database_is_for_whoever_comes_first(db: None, database_url: str) -> None:
    assert await found(database_url) is None
    await ours(database_url)
    await claim(database_url, NOW)
    assert await found(database_url) is True


async def test_production_refuses_what_the_demo_has_begun(
    db: None, database_url: str, production: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    await claim(database_url, NOW)
    assert await found(database_url) is False
    monkeypatch.undo()
    with pytest.raises(WrongInstance, match="not filled by the demo"):
        await ours(database_url)
    with pytest.raises(WrongInstance, match="not filled by the demo"):
        await claim(database_url, NOW)


async def test_a_database_with_people_and_no_mark_is_not_the_demos(db: None, database_url: str) -> None:
    """So it is with every production database from before there was a mark."""
    await make.person("Ola", "ola@example.no")
    with pytest.raises(WrongInstance, match="not filled by the demo"):
        await ours(database_url)
    with pytest.raises(WrongInstance, match="not filled by the demo"):
        await claim(database_url, NOW)
    assert await value("SELECT count(*) FROM instance WHERE demo") == 0


async def test_a_demo_from_before_there_was_a_mark_is_known_by_its_people(
    db: None, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_if_empty()
    assert await value("SELECT demo FROM instance")
    await database.rows("DELETE FROM instance")
    await ours(database_url)
    monkeypatch.setitem(settings().__dict__, "demo", False)
    with pytest.raises(WrongInstance, match="filled by the demo"):
        await ours(database_url)


@pytest.fixture(scope="module")
def of_somebody(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Somebody's database, at an earlier migration, with a person in it; and a folder."""
    url = address_of(server, "somebodys")

    def statement(where: str, sql: str) -> None:
        async def done() -> None:
            connection = await asyncpg.connect(**credentials(where))
            await connection.execute(sql)
            await connection.close()

        asyncio.run(done())

    statement(server, "CREATE DATABASE somebodys TEMPLATE template_treffpunkt")
    back = ("migrate", "--to", "0017_narrowed_and_replies", "--yes")
    assert run(back, TREFFPUNKT_DEMO="1", TREFFPUNKT_DATABASE_URL=url)[0] == 0
    statement(
        url,
        "INSERT INTO person (id, name, lang, shielded, created_at) "
        "VALUES (gen_random_uuid(), 'Ola', 'nb', false, clock_timestamp())",
    )
    yield url, tmp_path_factory.mktemp("somebody") / "data"
    statement(server, "DROP DATABASE somebodys WITH (FORCE)")


PORT = "8196"
"""Nothing listens there: each command ends before."""
COMMANDS = (
    ("run", "--port", PORT), ("run", "--port", PORT, "--fresh"), ("serve", "--port", PORT), ("worker",), ("migrate",),
    ("demo",), ("demo", "--offers", "5"), ("check-data",), ("reset-second-factor", "ola@example.no"),
    ("invite-coordinator", "ola@example.no", "--municipality", "1108", "--name", "Sandnes"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
async def test_no_command_of_the_demo_does_anything_to_somebodys_database(
    command: tuple[str, ...], of_somebody: tuple[str, Path]
) -> None:
    url, folder = of_somebody
    code, told = await asyncio.to_thread(
        run, command, TREFFPUNKT_DEMO="1", TREFFPUNKT_DATABASE_URL=url, TREFFPUNKT_DATA_DIR=str(folder)
    )
    assert code == 1
    assert "demo" in told
    connection = await asyncpg.connect(**credentials(url))
    newest = await connection.fetchval("SELECT max(name) FROM tortoise_migrations WHERE app = 'marketplace'")
    assert newest == "0017_narrowed_and_replies", "it was not migrated"
    await connection.close()
    assert not folder.exists() or list(folder.iterdir()) == []


def run(command: tuple[str, ...], **environment: str) -> tuple[int, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    done = program.run(*command, environment=kept | environment)
    return done.code, done.said


def test_a_folder_that_is_not_the_demos_is_neither_opened_nor_begun_anew(tmp_path: Path) -> None:
    data, there = tmp_path / "data", GOOD | {
        "TREFFPUNKT_DATA_DIR": str(tmp_path / "data"), "TREFFPUNKT_KEYS_DIR": str(tmp_path / "keys"),
    }  # fmt: skip
    data.mkdir()
    assert run(("migrate",), **there)[0] == 0
    invite = ("invite-coordinator", "ola@kommune.example", "--municipality", "1108", "--name", "Sandnes")
    assert run(invite, **there)[0] == 0
    kept = data / "theirs"
    kept.write_text("kept")
    for more in ((), ("--fresh",)):
        command = ("run", "--port", PORT, "--data", str(data), *more)
        code, told = run(command, TREFFPUNKT_DEMO="1")
        assert (code, "This database was not filled by the demo" in told) == (1, True)
    assert kept.read_text() == "kept"
    code, told = run(("check-data",), **there)
    assert (code, "0 violations" in told.splitlines()) == (0, True)


def test_the_objection_says_what_to_set() -> None:
    assert instance.objection(None) is None
    assert instance.objection(True) is None
    assert "TREFFPUNKT_DATABASE_URL" in (instance.objection(False) or "")
