"""The least of all: pages that need no data."""

from datetime import timedelta

from tests.visitor import Visitor


async def test_health_tells_that_the_database_answers(visitor: Visitor) -> None:
    page = await visitor.open("/health/ready")
    assert page.status == 200
    assert page.response.json()["database"] == "ok"


async def test_security_txt_says_whom_to_tell_and_is_never_out_of_date(visitor: Visitor) -> None:
    answer = await visitor.open("/.well-known/security.txt")
    assert answer.response.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.response.text.splitlines()[:2] == [
        "Contact: mailto:infohjelpen@example.no", "Expires: 2026-11-13T00:00:00Z",
    ]  # fmt: skip
    visitor.wait(timedelta(days=400))
    assert "Expires: 2027-12-18T00:00:00Z" in (await visitor.open("/.well-known/security.txt")).response.text
