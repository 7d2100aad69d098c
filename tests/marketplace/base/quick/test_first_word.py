"""Finding a route by the first words of the path."""

import httpx2 as httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from marketplace.base.quick.first_word import FirstWord, plain

PATHS = ("/", "/offers", "/offers/new", "/offers/{slug}", "/offers/{slug}/dates", "/offers/new/{step}",
         "/offers/{slug}.ics", "/en", "/en/offers")  # fmt: skip
ASKED = ("/", "//", "/offers", "/offers/", "/offers/new", "/offers/new/2", "/offers/tur", "/offers/tur/dates",
         "/offers/tur.ics", "/offers/new/dates", "/offers/{", "/offers/{slug}",
         "/{", "/en", "/en/", "/en/offers", "/en/tur", "/nowhere",
         "/nowhere/new")  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_route_is_found_as_if_all_were_tried(method: str) -> None:
    async def said(request: Request) -> Response:
        return PlainTextResponse(request.scope["route"].path)

    routes = [Route(path, said, methods=["GET" if path != "/offers/{slug}" else "POST"]) for path in PATHS]

    async def answers(app: FirstWord | object) -> list[tuple[int, str]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as caller:  # type: ignore[arg-type]
            got = [await caller.request(method, f"http://here{path}") for path in ASKED]
        return [(one.status_code, one.text) for one in got]

    assert await answers(FirstWord(routes)) == await answers(plain(routes))


def test_few_routes_are_tried() -> None:
    routes = [Route(f"/manage/{word}/{{id}}", PlainTextResponse("")) for word in "abcdefgh"]
    assert {len(one.routes) for one in FirstWord(routes).routers.values()} == {0, 1}
