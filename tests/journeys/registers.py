"""A session that is about to begin, for journeys that keep its register."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page

from tests.journeys.conftest import PHONE, Somebody, database, until

LED = """SELECT s.id, s.starts_at, s.ends_at
    FROM session s JOIN offer o ON o.id = s.offer_id JOIN booking b ON b.offer_id = o.id
    WHERE s.status = 'scheduled' AND s.starts_at > now() AND b.state = 'confirmed' AND EXISTS (SELECT 1 FROM
        membership m JOIN person p ON p.id = m.person_id WHERE m.organization_id = o.owner_id AND p.name LIKE 'Mariam%')
    GROUP BY s.id ORDER BY count(*) DESC, s.id LIMIT 1"""
BEGINS = """UPDATE session SET starts_at = now() + interval '10 minutes', ends_at = now() + interval '2 hours'
    WHERE id = $1"""
BACK = "UPDATE session SET starts_at = $2, ends_at = $3 WHERE id = $1"


class Town:
    """The database behind the instance."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
        self.moved: list[asyncpg.Record] = []

    async def begins(self) -> str:
        """A session that is about to begin, with a register that nobody has begun: what the test before kept of it is
        gone."""
        led = await self.connection.fetchrow(LED)
        assert led is not None
        self.moved.append(led)
        await self.connection.execute(BEGINS, led["id"])
        await self.forget(led["id"])
        return str(led["id"])

    async def forget(self, session: UUID) -> None:
        for table in ("attendance", "head_count", "register", "register_tap"):
            await self.connection.execute(f"DELETE FROM {table} WHERE session_id = $1", session)

    async def put_back(self) -> None:
        """Journeys that come later find the dates where they were."""
        for led in reversed(self.moved):
            await self.forget(led["id"])
            await self.connection.execute(BACK, *led)

    async def taps(self, session: str) -> list[tuple[str, str | None, str]]:
        found = await self.connection.fetch(
            "SELECT field, value, outcome FROM register_tap WHERE session_id = $1 ORDER BY arrived_at, version",
            session,
        )
        return [(each["field"], each["value"], each["outcome"]) for each in found]

    async def number(self, session: str, most: int) -> list[tuple[str, str | None, str]]:
        """The taps of a session once there are so many."""

        async def there() -> Any:
            found = await self.taps(session)
            return found if len(found) >= most else None

        return list(await until(there, f"{most} taps"))


async def another_tab(page: Page) -> Page:
    """The same register in one more tab of the same browser."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.locator("form[data-live]").wait_for(state="attached")
    return other


@pytest.fixture
async def town(instance: str) -> AsyncIterator[Town]:
    async with database(instance) as connection:
        town = Town(connection)
        yield town
        await town.put_back()


@asynccontextmanager
async def at_the_register(arrive: Any, town: Town) -> AsyncIterator[tuple[str, Somebody, Page]]:
    """A session that is about to begin, its host with a phone, and the page of its register."""
    session = await town.begins()
    async with arrive(**PHONE) as host:
        await host.sign_in("mariam@example.no")
        yield session, host, await host.open_register(session)
