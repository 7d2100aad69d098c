"""The least of all: pages that need no data."""

from tests.visitor import Visitor


async def test_health_tells_that_the_database_answers(visitor: Visitor) -> None:
    page = await visitor.open("/health/ready")
    assert page.status == 200
    assert page.response.json()["database"] == "ok"
