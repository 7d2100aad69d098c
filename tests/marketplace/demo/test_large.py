"""The large demo, here a small large one."""

from collections.abc import AsyncIterator

import pytest
import time_machine

from marketplace.base.data.database import row, rows, value
from marketplace.demo.load import load_if_empty
from marketplace.operations.check.whole import violations
from tests.conftest import NOW
from tests.emptying import empty

pytestmark = pytest.mark.usefixtures("large")


@pytest.fixture(scope="module")
async def large(pool: None) -> AsyncIterator[None]:
    await empty()
    with time_machine.travel(NOW, tick=True):
        assert await load_if_empty(offers=200, people=500)
        yield


async def test_it_has_as_many_offers_sessions_and_people_as_asked() -> None:
    numbered = "FROM offer WHERE slug ~ '-[0-9]+$' AND slug !~ '^friskliv-75$'"
    assert await value(f"SELECT count(*) {numbered}") == 200
    assert await value(f"SELECT count(*) FROM session WHERE offer_id IN (SELECT id {numbered})") == 2000
    assert await value("SELECT count(*) FROM contact_point WHERE value LIKE 'innbygger.%'") > 350
    more = await value(f"SELECT count(*) FROM booking WHERE offer_id IN (SELECT id {numbered})")
    assert 1400 <= more <= 1500


async def test_it_has_every_kind_and_way_to_join() -> None:
    assert await row("SELECT count(DISTINCT kind) AS kinds, count(DISTINCT joining) AS joinings FROM offer") == {
        "kinds": 12, "joinings": 6,
    }  # fmt: skip


async def test_most_offers_are_public() -> None:
    found = {each["visibility"]: each["number"] for each in await rows(
        "SELECT visibility, count(*) AS number FROM offer GROUP BY 1")}  # fmt: skip
    assert found["public"] > 0.9 * sum(found.values())


async def test_no_invariant_is_broken() -> None:
    assert await violations() == []
