"""Who may do what: every route × every role × whose object it is, compared with the table of docs/access.md.

`ACCESS=write python -m pytest -n 0 tests/house/test_matrix.py` writes the table anew from what the program does: read
what has changed in it before it is committed.
"""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.routing import Route

from tests import make
from tests.conftest import NOW
from tests.emptying import empty
from tests.house.town import GUARDED, Town, build, routes
from tests.house.undone import forget_revisions, undone
from tests.visitor import Page, Visitor

TABLE = Path(__file__).parents[2] / "docs" / "access.md"
ROLES = ("visitor", "resident", "host", "editor", "manager", "guide", "coordinator", "staff")
HEAD = f"| | {' | '.join(ROLES)} |"
WRITE = os.environ.get("ACCESS") == "write"

OUTCOMES = {
    (True, True, True): "all",
    (True, True, False): "municipality",
    (True, False, False): "own",
    (False, False, False): "none",
}
"""Of an object of one's own organisation, of another one in the municipality, and of another municipality: which are
there for whoever gets through the door."""
written: dict[str, str] = {}


@dataclass
class Places:
    """Where one belongs, another organisation of the same municipality, another municipality, and nowhere."""

    own: Town
    other: Town
    elsewhere: Town
    missing: Town
    browsers: dict[str, tuple[list[Cookie], str]] = field(default_factory=dict)
    """Of each role, signed in once: its cookies, and the token of its forms."""


@pytest.fixture(scope="module")
async def places(pool: None) -> AsyncIterator[Places]:
    """Put up once: what somebody does there is undone."""
    await empty()
    own, other = await build(), await build("-2")
    elsewhere = await build(
        "-3", await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    )
    yield Places(own, other, elsewhere, own.missing())
    await forget_revisions()


@pytest.fixture
async def caller(places: Places) -> AsyncIterator[Visitor]:
    async with Visitor.at(NOW) as somebody:
        yield somebody


@pytest.fixture(scope="module", autouse=True)
def written_table() -> AsyncIterator[None]:  # type: ignore[misc]
    yield
    if WRITE:
        before = TABLE.read_text().partition(HEAD)[0]
        lines = [
            HEAD,
            "|---" * (len(ROLES) + 1) + "|",
            *(f"| {name} | {row} |" for name, row in written.items()),
        ]
        TABLE.write_text(before + "\n".join(lines) + "\n")


def table() -> dict[str, str]:
    """The rows of docs/access.md by route."""
    lines = TABLE.read_text().partition(HEAD)[2].strip().splitlines()[1:]
    return {name: row for name, _, row in (line.strip("| ").partition(" | ") for line in lines)}


def name_of(route: Route, method: str) -> str:
    return f"`{method} {route.path}`{' again' if route.endpoint.mark.again else ''}"


EACH = [(route, method) for route in GUARDED for method in ("GET", "POST") if method in (route.methods or ())]


async def knock(caller: Visitor, method: str, town: Town, route: Route, token: str) -> Page:
    named = town.named.get(route.path, {})
    path = town.path(route, **{name: text for name, text in named.items() if f"{{{name}}}" in route.path})
    if method == "GET":
        return await caller.open(f"{path}?{urlencode(named)}" if named else path)
    return await caller.post(path, named | {"form_token": token})


def at_the_door(page: Page) -> str | None:
    """How somebody is turned away before anything is looked for."""
    if page.response.headers.get("location", "").startswith(("/sign-in?next=", "/en/sign-in?next=")):
        return "sign in"
    if page.status == 403:
        return "sign in" if "Du er ikke logget inn lenger" in page.text else "no"
    return None


def cookies(caller: Visitor) -> list[tuple[str, str | None]]:
    """Who the browser says it is: to them belongs the token of a form."""
    return [(cookie.name, cookie.value) for cookie in caller.client.cookies.jar]


async def be(caller: Visitor, places: Places, role: str) -> str:
    """The caller sits before the browser of this role. The token of its forms."""
    caller.client.cookies.clear()
    if role not in places.browsers:
        if role != "visitor":
            await caller.sign_in(places.own.people[role])
        token = await token_of(caller)
        places.browsers[role] = [*caller.client.cookies.jar], token
    held, token = places.browsers[role]
    for cookie in held:
        caller.client.cookies.jar.set_cookie(cookie)
    return token


async def token_of(caller: Visitor) -> str:
    return (await caller.open("/sign-in")).fields("/sign-in")["form_token"][0]


async def outcome(caller: Visitor, places: Places, route: Route, method: str, token: str) -> str:
    """What the table says of one role: sign in, no, or whose objects are there for it. Nothing that is nowhere is ever
    there."""
    found = []
    browser = cookies(caller)
    for town in (places.missing, places.elsewhere, places.other, places.own):
        if method == "POST" and browser != cookies(caller):
            token = await token_of(caller)
            browser = cookies(caller)
        page = await knock(caller, method, town, route, token)
        assert page.status < 500, f"{method} {town.path(route)}: {page.text}"
        if door := at_the_door(page):
            return door
        found.append(page.status != 404)
        if "{" not in route.path:
            return "yes"
    nowhere, *there = found
    vocabulary = "{kind}" in route.path or route.path.startswith("/demo") or "links" in route.path
    assert vocabulary or not nowhere, f"{route.path} with nothing there"
    return OUTCOMES[tuple(reversed(there))]  # type: ignore[index]


@pytest.mark.parametrize(("route", "method"), EACH, ids=[f"{method} {route.path}" for route, method in EACH])
async def test_the_table_tells_what_each_may(
    route: Route, method: str, places: Places, caller: Visitor
) -> None:
    row = []
    for role in ROLES:
        token = await be(caller, places, role)
        async with undone():
            row.append(await outcome(caller, places, route, method, token))
    name = name_of(route, method)
    if WRITE:
        written[name] = " | ".join(row)
    assert " | ".join(row) == (written if WRITE else table()).get(name)


def test_the_table_names_every_route_and_no_other() -> None:
    assert WRITE or list(table()) == [name_of(route, method) for route, method in EACH]


def test_the_routes_are_many() -> None:
    assert len(EACH) > 100
    assert len(routes("POST")) > 40
