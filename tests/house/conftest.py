"""The town, put up once for the tests of a module. What they change there, they change for those that follow."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from offers.attendance.substitute.rules import COOKIE
from tests.conftest import NOW
from tests.house.standing import stand
from tests.house.town import BROWSER, Town, routes
from tests.house.undone import forget_revisions
from tests.visitor import Visitor

WITH_FACTORS = [route.path for route in routes("GET") + routes("POST")
                if re.search("second-factor|passkey", route.path)]  # fmt: skip


WHOSE = {"/approvals": "coordinator", "/guide/calls": "guide"}
"""Who answers organisations that are not their own, and who has booked for somebody that is to be rung."""


@pytest.fixture(scope="module")
async def town(pool: None) -> AsyncIterator[Town]:
    yield await stand()
    await forget_revisions()


@pytest.fixture
async def caller(town: Town) -> AsyncIterator[Visitor]:
    """Somebody over HTTP in the town. `await caller.sign_in(town.people["editor"])`"""
    async with Visitor.at(NOW, "http://localhost:8000") as somebody:  # by name: there are passkeys then
        yield somebody


@pytest.fixture
async def insider(town: Town, caller: Visitor, request: pytest.FixtureRequest) -> Visitor:
    """Somebody with every role, whom the door lets in everywhere; where that is not enough, whoever it is for."""
    path = request.node.callspec.params["route"].path
    who = "resident" if path in WITH_FACTORS else next(
        (who for start, who in WHOSE.items() if path.startswith(start)), "everybody"
    )  # fmt: skip
    await caller.sign_in(town.people[who])
    opened = UUID(town.parameters["registers", "id"])
    caller.client.cookies.set(f"{COOKIE}{opened.hex}", BROWSER)
    return caller
