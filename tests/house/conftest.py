"""The town, put up once for the tests of a module. What they change there, they change for those that follow."""

from collections.abc import AsyncIterator

import pytest

from marketplace.base import database
from tests.conftest import EMPTY, NOW
from tests.house.town import Town, build
from tests.visitor import Visitor


@pytest.fixture(scope="module")
async def town(pool: None) -> Town:
    await database.rows(EMPTY)
    return await build()


@pytest.fixture
async def caller(town: Town) -> AsyncIterator[Visitor]:
    """Somebody over HTTP in the town. `await caller.sign_in(town.people["editor"])`"""
    async with Visitor.at(NOW) as somebody:
        yield somebody
