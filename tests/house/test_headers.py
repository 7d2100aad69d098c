"""Headers on every kind of answer (design/security.md), and what the templates may not hold for them to work."""

import re
from collections.abc import Awaitable, Callable

import httpx2 as httpx
import pytest
from starlette.routing import Route

from marketplace.base.data.database import rows
from marketplace.base.web.static import static_url
from marketplace.base.web.templates import TEMPLATES
from tests.house.town import Town, content, routes
from tests.production import production
from tests.visitor import Page, Visitor, build

SAME_ON_ALL = {
    "content-security-policy": "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}
BOOKING = "/bookings/links"


def check(answer: httpx.Response) -> None:
    """All security headers, once each."""
    found = {name: answer.headers.get_list(name) for name in SAME_ON_ALL}
    assert found == {name: [text] for name, text in SAME_ON_ALL.items()}
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
    assert re.fullmatch(r"[B-Z2-9]{4}-[B-Z2-9]{4}", answer.headers["x-request-id"])
    assert "server" not in answer.headers


async def page(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/offers/tur")


async def feed(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/calendar/all.ics")


async def private_feed(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get(f"/calendar/private/{town.parameters['private', 'secret']}.ics")


async def file(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get(static_url("css/treffpunkt.css"))


async def health(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/health/live")


async def redirect(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/my-page")


async def unchanged_feed(caller: Visitor, town: Town) -> httpx.Response:
    tag = (await feed(caller, town)).headers["etag"]
    return await caller.client.get("/calendar/all.ics", headers={"if-none-match": tag})


async def unchanged_file(caller: Visitor, town: Town) -> httpx.Response:
    tag = (await file(caller, town)).headers["etag"]
    return await caller.client.get(static_url("css/treffpunkt.css"), headers={"if-none-match": tag})


async def unreadable(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/offers?q=%ff")


async def stranger(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/", headers={"host": "evil.example"})


async def forbidden(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.post(BOOKING, data={"address": "ola@example.no"})


async def missing(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/nowhere/at/all")


async def missing_file(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.get("/static/css/none.css")


async def wrong_method(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.put("/offers")


async def too_large(caller: Visitor, town: Town) -> httpx.Response:
    return await caller.client.post(BOOKING, content=b"x" * 65537)


async def wrong_form(caller: Visitor, town: Town) -> httpx.Response:
    return (await caller.submit(await caller.open("/bookings"), "/links", address="?")).response


async def conflict(caller: Visitor, town: Town) -> httpx.Response:
    form = await caller.open("/offers/tur/bookings/new?session=" + str(town.ids["later_session"]))
    assert (await caller.submit(form, "/bookings", name="Ola", contact="none")).status == 303
    return (await caller.submit(form, "/bookings", name="Ola", contact="none", seats="2")).response


async def too_often(caller: Visitor, town: Town) -> httpx.Response:
    for _ in range(11):  # five, and up to five more
        answer = await caller.submit(await caller.open("/bookings"), "/links", address="mange@example.no")
    return answer.response


async def broken(caller: Visitor, town: Town) -> httpx.Response:
    """A page about data that cannot be."""
    await rows("UPDATE offer SET kind = 'unheard of' WHERE slug = 'tur'")
    try:
        return await caller.client.get("/offers/tur")
    finally:
        await rows("UPDATE offer SET kind = 'activity' WHERE slug = 'tur'")


KINDS: list[tuple[Callable[[Visitor, Town], Awaitable[httpx.Response]], int]] = [
    (page, 200), (feed, 200), (private_feed, 200), (file, 200), (health, 200), (redirect, 303), (unchanged_feed, 304),
    (unchanged_file, 304), (unreadable, 400), (stranger, 400), (forbidden, 403), (missing, 404), (missing_file, 404),
    (wrong_method, 405), (conflict, 409), (too_large, 413), (wrong_form, 422), (too_often, 429), (broken, 500),
]  # fmt: skip
"""Every kind of answer but 503, which test_errors.py has."""
GETS = pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)


@pytest.mark.parametrize(("ask", "status"), KINDS, ids=[f"{status} {ask.__name__}" for ask, status in KINDS])
async def test_an_answer_has_all_security_headers(
    ask: Callable[[Visitor, Town], Awaitable[httpx.Response]], status: int, town: Town, caller: Visitor
) -> None:
    answer = await ask(caller, town)
    assert answer.status_code == status, Page(answer).text
    check(answer)
    assert "strict-transport-security" not in answer.headers, "it is not https here"


async def test_under_https_every_answer_says_so_for_a_year(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with production(monkeypatch):
        transport = httpx.ASGITransport(app=build())
        async with httpx.AsyncClient(transport=transport, base_url="https://treffpunkt.example") as client:
            answers = [await client.get(path) for path in ("/about", "/sign-in", "/nowhere")]
    assert [answer.headers["strict-transport-security"] for answer in answers] == ["max-age=31536000"] * 3
    cookie = answers[1].headers["set-cookie"]
    assert cookie.startswith("__Host-form=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "",
        "127.0.0.1:8000@evil.example",
        "127.0.0.1:x",
        "a b",
    ],
)
async def test_an_unknown_host_gets_400_and_no_link_of_its_own(
    host: str, town: Town, caller: Visitor
) -> None:
    answer = await caller.client.get("/offers/tur", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("others", [["evil.example"], ["127.0.0.1:8000"], ["evil.example", "127.0.0.1:8000"]])
@pytest.mark.parametrize("first", [True, False])
async def test_of_two_hosts_none_is_chosen(
    others: list[str], first: bool, town: Town, caller: Visitor
) -> None:
    hosts = [*others, "127.0.0.1:8000"] if first else ["127.0.0.1:8000", *others]
    answer = await caller.client.get("/offers/tur", headers=[("host", one) for one in hosts])
    assert answer.status_code == 400


async def test_who_sends_what_is_not_taken_is_told_what_is(town: Town, caller: Visitor) -> None:
    answer = await caller.client.request("PUT", "/offers/tur")
    assert (answer.status_code, {*answer.headers["allow"].split(", ")}) == (405, {"GET", "HEAD"})


@pytest.mark.parametrize(
    ("path", "target"),
    [("/offers/", "/offers"), ("/en/offers/?q=tur&kind=walk", "/en/offers?q=tur&kind=walk"), ("/my-page/", "/my-page"),
     ("/offers/?q=tur&place=58.8517,5.7353", "/offers?q=tur"), ("/offers/a%3Fb/", "/offers/a%3Fb"),
     ("/%2Fevil.example/", None), ("/%5Cevil.example/", None)],
)  # fmt: skip
async def test_a_slash_too_many_leads_to_the_page_and_never_elsewhere(
    path: str, target: str | None, town: Town, caller: Visitor
) -> None:
    answer = await caller.client.get(path)
    assert (answer.status_code, answer.headers.get("location")) == ((303, target) if target else (404, None))


@pytest.fixture(scope="module")
def shown() -> dict[str, httpx.Response]:
    """What somebody with all roles is answered, by address, asked for once."""
    return {}


@GETS
async def test_head_answers_as_get_without_the_body(
    route: Route, town: Town, caller: Visitor, shown: dict[str, httpx.Response]
) -> None:
    await caller.sign_in(town.people["everybody"])
    path = town.path(route)
    got = shown[path] = await caller.client.get(path)
    told = await caller.client.head(path)
    assert told.status_code == got.status_code
    assert _alike(told.headers) == _alike(got.headers)


def _alike(headers: httpx.Headers) -> list[str]:
    """What is the same for HEAD as for GET; each begins a call of its own at the desk."""
    same = ("content-type", "cache-control", "etag", "location", "vary")
    return [re.sub(r"/desk/[0-9a-f]{16}", "/desk/…", headers.get(name, "")) for name in same]


@pytest.mark.parametrize(
    "route",
    [route for route in routes("GET") if "POST" in (route.methods or ())],
    ids=lambda route: route.path,
)
async def test_head_writes_nothing_where_a_post_would(route: Route, town: Town, caller: Visitor) -> None:
    await caller.sign_in(town.people["everybody"])
    before = await content()
    await caller.client.head(town.path(route))
    assert await content() == before


@GETS
async def test_what_a_signed_in_person_sees_is_never_stored(
    route: Route, town: Town, caller: Visitor, shown: dict[str, httpx.Response]
) -> None:
    path = town.path(route)
    if path not in shown:
        await caller.sign_in(town.people["everybody"])
        shown[path] = await caller.client.get(path)
    answer = shown[path]
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert answer.headers["cache-control"] == "no-store"
    if "/private/" in route.path or "/bookings/{token}" in route.path:
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache")
        assert answer.headers["referrer-policy"] == "no-referrer" or not route.path.endswith(".ics")


@GETS
async def test_a_page_without_a_form_sets_no_cookie(route: Route, town: Town, caller: Visitor) -> None:
    answer = await caller.client.get(town.path(route))
    holds_form = 'method="post"' in answer.text
    assert ("set-cookie" in answer.headers) == holds_form
    if holds_form:
        assert answer.headers["cache-control"] == "no-store", "the token in it is one visitor's"
    if route.path.endswith((".ics", ".json", ".eml")):
        assert "set-cookie" not in answer.headers


async def test_a_static_file_is_kept_for_a_year_under_its_own_address_and_sets_no_cookie(
    town: Town, caller: Visitor
) -> None:
    answer = await file(caller, town)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "set-cookie" not in answer.headers


INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|application/ld\+json))[^>]*>|<[a-zA-Z][^<>]*\son[a-z]+\s*=|javascript:"
    r"""|(?:src|href)=["']https?://(?!www\.openstreetmap\.org|[a-z.]*\.no\b)[^"']*"""
)
STYLE = re.compile(r"<style\b|<[a-zA-Z][^<>]*\sstyle\s*=")


def inline(source: str, in_mail: bool) -> list[str]:
    """What a template holds that our own headers would stop. Mail programs know no style sheets, and no CSP."""
    source = re.sub(r"{#.*?#}", "", source, flags=re.DOTALL)
    return INLINE.findall(source) + ([] if in_mail else STYLE.findall(source))


def test_a_template_has_no_inline_script_or_style() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): held for path in sorted(TEMPLATES.rglob("*.html"))
        if (held := inline(path.read_text(), path.parent.name == "mails"))
    }  # fmt: skip
    assert found == {}


@pytest.mark.parametrize("source", [
    "<script>a()</script>", '<p onclick="a()">', '<a href="javascript:a()">', '<img src="https://evil.example/a">',
    "<style>p {}</style>", '<p style="color: red">',
])  # fmt: skip
def test_what_is_inline_is_seen(source: str) -> None:
    assert inline(source, in_mail=False)
    assert not inline(f"{{# {source} #}}", in_mail=False)


@pytest.mark.parametrize("path", ["/en//evil.example", "/%2Fevil.example"])
async def test_no_language_leads_elsewhere_from_a_page_that_is_not_there(path: str, caller: Visitor) -> None:
    page = await caller.open(path)
    assert page.status == 404
    links = [str(link["href"]) for link in page.soup.select("#languages a")]
    assert links == ["/", "/nn", "/en"]
