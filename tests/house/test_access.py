"""Who may enter where: every route of the URL map against every role. A new route is covered by being there."""

import re

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.http import Request
from marketplace.routes import ROUTES
from tests.house.test_bad_input import undone
from tests.house.town import GUARDED, Town, routes
from tests.visitor import Page, Visitor

AREAS = {
    r"/manage/organizations/\{slug\}/leave": {"signed_in"},
    r"/manage(/.*)?": {"member:host", "member:editor", "member:manager", "member:manager:again"},
    r"/invitations(/.*)?": {"public", "signed_in"},
    r"/my-page(/.*)?": {"signed_in"},
    r"/sign-out": {"signed_in"},
    r"/dialogues/\{slug\}/meetings/\{offer\}": {"signed_in"},  # also those who lead the meeting
    r"/(plans|goals|dialogues)(/.*)?": {"coordinator"},
    r"/": {"public"},
    r"/pictures(/.*)?": {"public"},
    r"/(offers|organizations|bookings|calendar|sign-in|privacy|accessibility|help-now|about|health|demo)(/.*)?": {
        "public"
    },
}
"""What a route may be marked with, by where it stands. An address that stands nowhere here fails: think, then add."""
WITHOUT_TOKEN: set[str] = set()
"""Routes whose POST needs no form token, e.g. what mail programs call."""
ENTERS = {
    "visitor": {"public"},
    "resident": {"public", "signed_in"},
    "host": {"public", "signed_in", "member:host"},
    "editor": {"public", "signed_in", "member:host", "member:editor"},
    "manager": {
        "public",
        "signed_in",
        "member:host",
        "member:editor",
        "member:manager",
        "member:manager:again",
    },
    "guide": {"public", "signed_in", "member:guide"},
    "coordinator": {"public", "signed_in", "coordinator"},
    "staff": {"public", "signed_in", "member:staff"},
}
"""The marks that each may pass. Whose objects they then reach is decided where these are fetched."""

GETS = pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)
POSTS = pytest.mark.parametrize("route", routes("POST"), ids=lambda route: route.path)


def mark_of(route: Route) -> str:
    endpoint = route.endpoint
    assert isinstance(endpoint, Guarded)
    return endpoint.mark.name


async def unmarked(request: Request) -> Response:
    return PlainTextResponse("open to all")


def test_a_view_without_a_mark_gets_no_route() -> None:
    with pytest.raises(TypeError, match=r"test_access\.unmarked does not say who may enter"):
        Guarded(unmarked)


def test_every_route_has_a_door_but_that_of_static_files() -> None:
    assert [route.path for route in ROUTES if route not in GUARDED] == ["/static/{name:path}"]


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.path)
def test_a_route_is_marked_as_its_area_asks(route: Route) -> None:
    allowed = next((marks for area, marks in AREAS.items() if re.fullmatch(area, route.path)), None)
    assert allowed is not None, f"{route.path} belongs to no area"
    assert mark_of(route) in allowed


def test_only_what_is_listed_takes_a_post_without_a_form_token() -> None:
    assert {route.path for route in routes("POST") if not route.endpoint.mark.form_token} == WITHOUT_TOKEN


async def token_of(caller: Visitor) -> str:
    """A form token as a page holds it for this caller."""
    return (await caller.open("/sign-in")).fields()["form_token"][0]


def turned_away(page: Page) -> bool:
    return page.status == 403 or page.response.headers.get("location", "").startswith("/sign-in?next=")


@GETS
async def test_the_door_lets_in_who_may_see_it(route: Route, town: Town, caller: Visitor) -> None:
    path = town.path(route)
    for role, marks in ENTERS.items():
        if role != "visitor":
            await caller.sign_in(town.people[role])
        page = await caller.open(path)
        if mark_of(route) in marks:
            assert not turned_away(page), f"{role} should see {path}"
            assert page.status < 500, f"{role} at {path}: {page.text}"
        elif role == "visitor":
            assert (page.status, page.response.headers["location"]) == (303, f"/sign-in?next={path}")
        else:
            assert (page.status, page.heading) == (403, "Denne siden er for andre"), f"{role} at {path}"


@POSTS
async def test_the_door_lets_in_who_may_do_it(route: Route, town: Town, caller: Visitor) -> None:
    path = town.path(route)
    for role, marks in ENTERS.items():
        async with undone():  # whoever leaves an organisation would not come in at the next door
            if role != "visitor":
                await caller.sign_in(town.people[role])
            page = await caller.post(path, {"form_token": await token_of(caller)})
            if mark_of(route) in marks:
                assert not turned_away(page), f"{role} should be let through to {path}: {page.text}"
                assert page.status < 500, f"{role} at {path}: {page.text}"
            else:
                assert (page.status, page.heading) == (403, "Denne siden er for andre"), f"{role} at {path}"


@POSTS
async def test_a_post_that_our_own_form_did_not_send_is_refused(
    route: Route, town: Town, caller: Visitor
) -> None:
    path = town.path(route)
    await caller.sign_in(town.people["everybody"])
    theirs = await token_of(caller)
    await caller.sign_in(town.people["everybody"])
    mine = await token_of(caller)
    for token, headers in (
        (None, {}),
        ("", {}),
        (theirs, {}),
        (mine[:-1] + ("0" if mine[-1] != "0" else "1"), {}),
        (mine, {"origin": "https://evil.example"}),
        (mine, {"origin": "null"}),
        (mine, {"sec-fetch-site": "cross-site"}),
        (mine, {"sec-fetch-site": "same-site"}),
    ):
        page = Page(await caller.client.post(path, data={"form_token": token} if token is not None else {},
                                             headers=headers))  # fmt: skip
        assert page.status == 403, (token, headers)
        assert page.text.count("Skjemaet er for gammelt, eller kom fra et annet sted.") == 1
