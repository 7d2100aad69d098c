"""No page asks the database more than thirteen times, whoever looks at it; but for one."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Route
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from tests.house.town import Town, routes
from tests.visitor import Visitor

MOST = 13
DRAFT = 26
"""Of the draft of a yearly report, which is put together from all that a municipality has stored: as many for one goal
or organisation as for a hundred. What is approved is read in one piece."""
SESSION = "/offers/{slug}/bookings/new"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are sent from here on."""
    found: list[str] = []

    def counting(name: str) -> None:
        original = getattr(AsyncpgDBClient, name)

        async def counted(self: Any, query: str, *values: Any, **more: Any) -> Any:
            found.append(query)
            return await original(self, query, *values, **more)

        monkeypatch.setattr(AsyncpgDBClient, name, counted)

    for name in ("execute_query", "execute_query_dict", "execute_insert"):
        counting(name)
    return found


@pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)
async def test_a_page_asks_the_database_thirteen_times_at_most(
    route: Route, town: Town, caller: Visitor, asked: list[str]
) -> None:
    await caller.sign_in(town.people["everybody"])
    query = f"?session={town.ids['session']}" if route.path == SESSION else ""
    path: str | None = f"{town.path(route)}{query}"
    while path:
        asked.clear()
        page = await caller.open(path)
        path = page.response.headers.get("location")
    assert page.status < 500
    most = DRAFT if route.path.startswith("/reports/") else MOST
    assert len(asked) <= most, "\n".join(asked)


async def test_that_counting_counts(town: Town, caller: Visitor, asked: list[str]) -> None:
    await caller.sign_in(town.people["everybody"])
    asked.clear()
    await caller.open("/my-page")
    assert len(asked) >= 4
