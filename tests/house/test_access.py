"""Who may enter where: every route of the URL map against every role. A new route is covered by being there."""

import os
import re
from http.cookiejar import Cookie

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import rows
from marketplace.base.web.http import Request
from marketplace.people.sign_in.models import SignIn
from marketplace.routes import ROUTES
from tests.house.town import GUARDED, Town, routes
from tests.visitor import Page, Visitor

AREAS = {
    r"/manage/organizations/\{slug\}/(leave|notices)": {"signed_in"},
    r"/invitations(/.*)?": {"public", "signed_in"},
    r"/manage/sessions/\{id\}/register/taps": {"had_role", "member:host"},
    r"/manage/sessions/phone\.json": {"had_role"},  # what their own phone holds of then
    r"/manage/sessions/(offline|worker\.js)": {"public"},  # an empty page and its code, which know of nobody
    r"/manage(/.*)?": {"member:host", "member:editor", "member:manager", "member:manager:again"},
    r"/substitute(/.*)?": {"public"},  # by its link, then by the cookie of its browser
    r"/my-page/second-factor(/.*)?": {"signed_in_again"},
    r"/my-page(/.*)?": {"signed_in", "signed_in_again"},
    r"/sign-(out|in/again)": {"signed_in"},
    r"/dialogues/\{slug\}/meetings/\{offer\}": {"signed_in"},  # also those who lead the meeting
    r"/measures|/measures/\{id\}(/comments)?": {"signed_in"},  # also the responsible unit
    r"/needs/(new|sent)": {"public"},
    r"/needs(/.*)?": {"coordinator"},
    r"/(plans|goals|measures|population|dialogues|approvals|statistics|districts|municipalities|today|reports)(/.*)?": {
        "coordinator"
    },
    r"/(situations|words)(/.*)?": {"coordinator"},
    r"/(desk|guide)(/.*)?": {"member:guide"},
    r"/organizations/apply(/.*)?": {"signed_in"},
    r"/": {"public"},
    r"/(pictures|unsubscribe|notices)(/.*)?": {"public"},
    r"/offers\.atom|/t/\{code\}|/sitemap\.xml|/sitemap/\{page\}\.xml|/robots\.txt": {"public"},
    r"/\.well-known/.*": {"public"},
    r"/(offers|organizations|bookings|calendar|sign-in|privacy|accessibility|help-now|about|health|demo)(/.*)?": {
        "public"
    },
    r"/goodbye|/check-in": {"public"},
}
"""What a route may be marked with, by where it stands. An address that stands nowhere here fails: think, then add."""
WITHOUT_TOKEN = {"/unsubscribe/{token}", "/notices/{token}"}
"""Routes whose POST needs no form token, e.g. what mail programs call."""
SOAK = os.environ.get("SOAK") == "1"
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


@pytest.fixture(scope="module")
def two() -> list[tuple[str, list[Cookie]]]:
    """Two sign-ins of one person, made once: the token of the forms of each, and its cookies."""
    return []


@POSTS
async def test_a_post_that_our_own_form_did_not_send_is_refused(
    route: Route, town: Town, caller: Visitor, two: list[tuple[str, list[Cookie]]]
) -> None:
    """One place looks, for every route: each is sent a wrong token, and the right one from elsewhere, in turn over all
    routes. `make soak` sends each of them everything."""
    path, number = town.path(route), routes("POST").index(route)
    if not two:
        for _ in range(2):
            await caller.sign_in(town.people["everybody"])
            two.append((await token_of(caller), [*caller.client.cookies.jar]))
    (theirs, _), (mine, browser) = two
    for cookie in browser:
        caller.client.cookies.jar.set_cookie(cookie)
    tokens = (None, "", theirs, mine[:-1] + ("0" if mine[-1] != "0" else "1"))
    elsewhere = (
        {"origin": "https://evil.example"}, {"origin": "null"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
    )  # fmt: skip
    wrong: list[tuple[str | None, dict[str, str]]] = [(token, {}) for token in tokens]
    wrong += [(mine, headers) for headers in elsewhere]
    for token, headers in wrong if SOAK else wrong[number % 4 :: 4]:
        page = Page(await caller.client.post(path, data={"form_token": token} if token is not None else {},
                                             headers=headers))  # fmt: skip
        assert page.status == 403, (token, headers)
        another = "siden du åpnet skjemaet. Ingenting er lagret ennå."
        told = another if token and not headers else "Skjemaet er for gammelt, eller kom fra et annet sted."
        assert page.text.count(told) == 1, (token, headers)


async def test_who_is_refused_is_noted(town: Town, caller: Visitor) -> None:
    host = town.people["host"]
    await caller.sign_in(host)
    assert (await caller.open("/plans")).status == 403
    noted = await rows("SELECT actor_id, details->>'asked' AS asked FROM audit_entry WHERE action = 'access.refused' "
                       "ORDER BY id DESC LIMIT 1")  # fmt: skip
    assert noted == [{"actor_id": host.id, "asked": "coordinator"}]


BEHIND_THE_DOOR = [(route, method) for route in GUARDED for method in ("GET", "POST")
                   if method in (route.methods or ()) and route.endpoint.mark.signed_in]  # fmt: skip


@pytest.mark.parametrize(("route", "method"), BEHIND_THE_DOOR, ids=lambda part: getattr(part, "path", part))
async def test_who_has_yet_to_give_the_second_factor_is_nobody_yet(
    route: Route, method: str, town: Town, caller: Visitor
) -> None:
    """With a form token too, that any public page gives."""
    someone = town.people["resident"]
    await caller.sign_in(someone)
    await SignIn.filter(person=someone).update(second_factor_at=None)
    path = town.path(route)
    if method == "GET":
        page = await caller.open(path)
    else:
        page = await caller.post(path, {"form_token": await token_of(caller)})
    assert (page.status, page.response.headers["location"].partition("?")[0]) == (
        303,
        "/sign-in/second-factor",
    )
