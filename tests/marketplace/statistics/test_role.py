"""Where the operator has made a role for it, figures are read as one that cannot read who came."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from marketplace.base.data.database import credentials, in_transaction, value
from marketplace.settings import settings
from marketplace.statistics import role, stored
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import Cells
from tests import make
from tests.house import town


@pytest.fixture
async def figures(db: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A real role of this test's own, made as docs/statistics.md says, and the setting."""
    name = f"figures_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(**credentials(database_url))
    await connection.execute(f"CREATE ROLE {name} NOLOGIN")
    await connection.execute(f"GRANT {name} TO {credentials(database_url)['user']}")
    monkeypatch.setenv("TREFFPUNKT_FIGURES_ROLE", name)
    settings.cache_clear()
    yield name
    monkeypatch.undo()
    settings.cache_clear()
    await connection.execute(f"DROP OWNED BY {name}")
    await connection.execute(f"DROP ROLE {name}")
    await connection.close()


async def test_figures_are_read_as_the_role_and_it_cannot_read_who_came(figures: str) -> None:
    await town.build()
    await role.grant()
    cells = Cells((await make.municipality()).id)
    assert (await stored.total(cells, 2026, [Measure.PEOPLE]))[Measure.PEOPLE] == stored.Sum(15, 1)
    assert [each.number for each in await stored.closings(cells.municipality)] == [9]
    assert await role.read("SELECT current_user::text AS name") == [{"name": figures}]
    for table in role.RAW:
        with pytest.raises(Exception, match=f"permission denied for table {table}"):
            await role.read(f"SELECT count(*) FROM {table}")
    for statement in ("UPDATE cell SET evening = true", "DELETE FROM closing"):
        with pytest.raises(Exception, match="permission denied"):
            await role.read(statement)
    assert await value("SELECT current_user::text") != figures


async def test_a_transaction_around_it_goes_on_as_itself(figures: str) -> None:
    await town.build()
    await role.grant()
    async with in_transaction():
        await stored.closings((await make.municipality()).id)
        assert await value("SELECT count(*) FROM booking") > 0
        with pytest.raises(Exception, match="permission denied"):
            await role.read("SELECT FROM booking")
        assert await value("SELECT count(*) FROM booking") > 0


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the program's own user."""
    opened = await asyncpg.connect(**credentials(database_url))
    yield opened
    await opened.close()


async def test_the_doctor_says_what_is_wrong_with_the_role(
    figures: str, connection: asyncpg.Connection
) -> None:
    assert "run `migrate`" in str(await role.problem(connection))
    await role.grant()
    assert await role.problem(connection) is None


@pytest.mark.parametrize(
    ("too_much", "said"),
    [
        ("GRANT SELECT ON booking TO {role}", "REVOKE ALL ON booking FROM {role}, PUBLIC"),
        ("GRANT SELECT ON companion, seat_pool TO {role}", "REVOKE ALL ON companion, seat_pool FROM {role}"),
        ("GRANT SELECT (state) ON attendance TO {role}", "REVOKE ALL ON attendance FROM {role}"),
        ("GRANT SELECT ON audit_entry TO PUBLIC", "REVOKE ALL ON audit_entry FROM {role}, PUBLIC"),
        ("CREATE VIEW came AS SELECT FROM attendance; GRANT SELECT ON came TO {role}", "REVOKE ALL ON came FROM"),
        ("GRANT INSERT ON cell_figure TO {role}", "REVOKE ALL ON cell_figure FROM {role}"),
        ("GRANT DELETE ON person TO {role}", "REVOKE ALL ON person FROM {role}"),
        ("GRANT pg_read_all_data TO {role}", "REVOKE pg_read_all_data FROM {role}"),
        ("ALTER ROLE {role} SUPERUSER", "ALTER ROLE {role} NOSUPERUSER"),
    ],
)  # fmt: skip
async def test_the_doctor_sees_a_role_that_may_more_than_read_figures(
    figures: str, connection: asyncpg.Connection, too_much: str, said: str
) -> None:
    await role.grant()
    within = connection.transaction()
    await within.start()
    await connection.execute(too_much.format(role=figures))
    problem = str(await role.problem(connection))
    await within.rollback()
    assert said.format(role=figures) in problem


async def test_what_the_doctor_says_helps(figures: str, connection: asyncpg.Connection) -> None:
    """Whoever does as it says is done, with what was given to everybody and with what may be read taken too."""
    await role.grant()
    await connection.execute(
        f"GRANT SELECT ON booking TO {figures}, PUBLIC; GRANT UPDATE ON closing TO {figures}"
    )
    statement, _colon, _why = str(await role.problem(connection)).partition(", and run")
    await connection.execute(statement)
    await role.grant()
    assert await role.problem(connection) is None


async def test_a_role_that_is_not_there_is_told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREFFPUNKT_FIGURES_ROLE", "nobody_made_it")
    settings.cache_clear()
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        await role.grant()
        assert "CREATE ROLE nobody_made_it" in str(await role.problem(connection))
    finally:
        await connection.close()
        monkeypatch.undo()
        settings.cache_clear()
