"""Where the operator has made a role for it, figures are read as one that cannot read who came."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from marketplace.base.data.database import credentials, in_transaction, rows, value
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


async def test_the_doctor_says_what_is_wrong_with_the_role(figures: str, database_url: str) -> None:
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        assert "run `migrate`" in str(await role.problem(connection))
        await role.grant()
        assert await role.problem(connection) is None
        await rows(f"GRANT SELECT ON booking TO {figures}")
        assert "REVOKE" in str(await role.problem(connection))
    finally:
        await connection.close()


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
