"""What nobody should send: every address and every form, each field with each bad value. Never a 5xx, never written.

The fields are those of the forms that the pages really hold; what is typed where a valid value is needed stands in
`TYPED`. A request is made inside a transaction that is then rolled back, so each finds the same town.

A bad value that the form's class takes goes on to the action: it is sent alone. Those that the class refuses are sent
together, each once. `make soak` (SOAK=1) sends each value of each field alone.
"""

import inspect
import os
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, unquote_plus, urlencode

import pytest
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import value
from marketplace.base.web.forms import Filled, Form
from tests.conftest import NOW
from tests.house.town import Town, content, routes
from tests.house.undone import undone
from tests.visitor import Page, Visitor

NUL, NOT_UTF8 = "%00", "%ff"
BAD = {
    "NUL": NUL,
    "bad UTF-8": NOT_UTF8,
    "half a pair": "%ed%a0%80",
    "10^40": "1" + "0" * 40,
    "no such day": "2026-02-30",
    "negative": "-1",
    "huge": "x" * 5000,
    "unknown": "ikke-en-verdi",
    "NaN": "NaN",
    "line breaks": "a%0d%0aSet-Cookie:%20x=1",
    "emoji": "%F0%9F%91%BB",
    "sql": quote_plus("'; DROP TABLE person; --"),
    "html": quote_plus("<script>alert(1)</script>{{ 7*7 }}%(x)s{0}"),
    "path": quote_plus("../../etc/passwd"),
}
"""Values as they stand in an address or a form, encoded."""
NEVER_RIGHT = ("NUL", "bad UTF-8", "half a pair")
"""What is wrong in every field: the body is refused, whichever it stands in."""
SOAK = os.environ.get("SOAK") == "1"

GETS = pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)
POSTS = pytest.mark.parametrize("route", routes("POST"), ids=lambda route: route.path)


WROTE = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"
"""Has this transaction written (or locked) anything at all? A digest of every table takes longer to ask."""


HEADING = re.compile(r"<h1[^>]*>\s*(<(?!/h1)[^>]*>\s*)*[^<\s]")


def sensible(page: Page, told: object) -> None:
    """An answer that says something to whoever reads it."""
    assert page.status < 500, (told, page.text)
    html = page.response.text
    if page.status >= 400 and "html" in page.response.headers.get("content-type", ""):
        assert HEADING.search(html), told
        assert len(" ".join(re.sub(r"<[^>]+>", " ", html.partition("<body")[2]).split())) > 100, told
    assert "Traceback" not in html
    assert "<script>alert(1)" not in html, told
    assert "set-cookie: x=1" not in str(page.response.headers).lower(), told


def view_of(route: Route) -> Any:
    assert isinstance(route.endpoint, Guarded)
    return inspect.unwrap(route.endpoint.view)


def query_forms_of(route: Route) -> list[type[Form]]:
    """The forms that the route's module reads from an address."""
    module = sys.modules[view_of(route).__module__]
    found = [
        getattr(module, name, None) for name in re.findall(r"(\w+)\.from_query", inspect.getsource(module))
    ]
    return [form for form in found if isinstance(form, type) and issubclass(form, Form)]


def asked_for(route: Route) -> set[str]:
    """Query parameters that the route's module reads, by name or through a form."""
    module = sys.modules[view_of(route).__module__]
    source = inspect.getsource(module)
    found = set(re.findall(r'query\.get\(\s*"(\w+)"', source))
    found |= {name for form in query_forms_of(route) for name in form.model_fields}
    if "CHOICES.get" in source:
        found |= set(module.CHOICES)
    return found


def taken(forms: list[type[Form]], fields: dict[str, list[str]], name: str, bad: str) -> bool:
    """Does no form refuse this value? Then it goes on to the action. So does what no form knows."""
    sent = {each: texts for each, texts in (fields | {name: [unquote_plus(bad)]}).items() if texts}
    return not any(name in form.model_fields and name in Filled(form, sent, {}).errors for form in forms)


def bad_ones(
    forms: list[type[Form]], fields: dict[str, list[str]]
) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """What is told of each request to make, and its bad values by field."""
    names = [name for name in fields if name != "form_token"]
    alone = {
        (told, name) for name in names for told, bad in BAD.items()
        if SOAK or (told not in NEVER_RIGHT and taken(forms, fields, name, bad))
    }  # fmt: skip
    alone |= {(NEVER_RIGHT[at % 3], name) for at, name in enumerate(names)}
    alone |= {(told, name) for name in names[:1] for told in NEVER_RIGHT}
    for told, name in sorted(alone):
        yield (told, name), {name: BAD[told]}
    values = [told for told in BAD if told not in NEVER_RIGHT]
    for row in range(len(values)):
        of_row = [(values[(row + at) % len(values)], name) for at, name in enumerate(names)]
        if together := {name: BAD[told] for told, name in of_row if (told, name) not in alone}:
            yield ("together", *together), together


@GETS
async def test_a_bad_path_parameter_is_not_found(route: Route, town: Town, insider: Visitor) -> None:
    for parameter in town.values(route):
        for told, bad in BAD.items():
            page = await insider.open(town.path(route, **{parameter: bad}))
            sensible(page, (parameter, told))
            assert page.status in ({400} if told in NEVER_RIGHT else {400, 404}), (
                parameter,
                told,
                page.status,
            )


@GETS
async def test_a_bad_query_parameter_is_refused_or_ignored(
    route: Route, town: Town, insider: Visitor
) -> None:
    path = town.path(route)
    await insider.open(path)  # calendars keep the bytes of a session when they are first asked
    before = await content()
    names = sorted(asked_for(route))
    asked = [*bad_ones(query_forms_of(route), {name: [] for name in names})]
    some = [*BAD] if SOAK else [*BAD][len(path) % 5 :: 5]  # over all routes each of them, often
    asked += [((told, "unknown"), {"unknown": BAD[told]}) for told in some]
    for told, bad in asked:
        page = await insider.open(f"{path}?{'&'.join(f'{name}={text}' for name, text in bad.items())}")
        sensible(page, told)
        assert (page.status == 400) == (told[0] in NEVER_RIGHT), (told, page.status)
    for name in [*names, "unknown"]:
        sensible(await insider.open(f"{path}?{name}=1&{name}=2&{name}"), f"{name} three times")
        sensible(await insider.open(f"{path}?{name}[]=1&{name}.x=2&="), f"{name} in brackets")
    assert (await insider.open(f"{path}?{'&'.join(f'a{n}=1' for n in range(401))}")).status in (
        200,
        303,
        400,
        404,
        410,
        422,
    )
    assert await content() == before


TYPED: dict[str, dict[str, str]] = {
    "/offers/{slug}/bookings": {"name": "Ola", "contact": "email", "email": "ny@example.no", "seats": "1"},
    "/offers/{slug}/bookings/notice": {"address": "ny@example.no"},
    "/bookings": {"reference": "BCD-FGH", "word": "Ola"},
    "/bookings/links": {"address": "ola@example.no"},
    "/bookings/{token}/answer": {"answer": "yes"},
    "/sign-in": {"address": "ola@example.no", "next": "/my-page"},
    "/sign-in/code": {"code": "123456"},
    "/my-page/profile": {"name": "Ola", "lang": "nn"},
    "/my-page/contacts/new": {"address": "ny@example.no"},
    "/my-page/contacts/verify": {"code": "123456"},
    "/my-page/people/new": {"name": "Ada", "relation": "guardian"},
    "/my-page/delete": {"sure": "true"},
    "/manage/offers/{slug}/capacity": {"capacity": "9"},
    "/manage/offers/{slug}/keep": {"reserved": "1"},
    "/manage/offers/{slug}/opening": {"opening": "close"},
    "/manage/offers/{slug}/requests/{booking}": {"answer": "no"},
    "/manage/offers/{slug}/add": {"name": "Ada", "contact": "email", "email": "ada@example.no"},
    "/manage/offers/{slug}/queue": {"place": "1", "reason": "mistake"},
    "/manage/offers/new": {"title": "Strikking", "kind": "group"},
    "/manage/offers/{slug}/hosts": {"email": "host@example.no"},
    "/invitations/{token}/accept": {"name": "Ola"},
    "/manage/organizations/{slug}/invitations": {"address": "ny@example.no", "role": "editor", "lang": "en"},
    "/manage/organizations/{slug}/members/{membership}/change": {"role": "editor"},
    "/manage/offers/{slug}/organizers": {"may_edit": "1"},
    "/manage/sessions/{id}/register": {"head_count": "3"},
    "/manage/sessions/{id}/substitute": {"address": "vikar@example.no"},
    "/manage/sessions/{id}/walk-in": {"name": "Ada", "seats": "1"},
    "/organizations/apply": {"name": "Turlaget", "kind": "voluntary", "has_number": "yes", "number": "314510003",
                             "summary": "Vi går tur.", "contact_name": "Aud", "email": "tur@example.no"},
    "/organizations/apply/{slug}": {"has_number": "no", "summary": "Vi er her.", "contact_name": "Aud",
                                    "email": "her@example.no"},
    "/approvals/{slug}": {"answer": "declined", "reason": "Dere er ikke her."},
    "/approvals/{slug}/name": {"name": "Lura klinikk", "number": "314510003"},
    "/plans/new": {"title": "Plan", "first_year": "2026", "last_year": "2028"},
    "/plans/{slug}/areas/new": {"title": "Å være med"},
    "/plans/{slug}/areas/{area}/move": {"to": "up"},
    "/plans/{slug}/areas/{area}/measures/new": {"title": "Turgruppe", "deadline": "31.12.2026"},
    "/plans/{slug}/goals/new": {"title": "Mål", "target": "5", "indicator": "attendances", "first_year": "2026"},
    "/goals/{slug}/withdraw": {"why": "Det var feil."},
    "/goals/{slug}/comments": {"comment": "Det går bra."},
    "/measures/{id}/comments": {"comment": "I gang.", "state": "going"},
    "/measures/{id}/move": {"to": "down"},
    "/population": {"year": "2026", "number": "84000", "source": "SSB"},
    "/dialogues/{slug}/meetings/new": {
        "title": "Møte", "summary": "Vi møtes", "agenda": "Alt", "day": "1.12.2026", "starts": "18", "ends": "20",
        "way_in": "Døra", "meets_you": "Kari",
    },
    "/demo/clock": {"day": "1.12.2026"},
}  # fmt: skip
"""What is filled in over what the page's form holds already."""
ELSEWHERE = {
    "/manage/sessions/{id}/register/done": "",
    "/manage/sessions/{id}/register/done/undo": "",
    "/offers/{slug}/bookings": "/offers/tur/bookings/new?session={later_session}",
    "/offers/{slug}/bookings/notice": "/offers/kor/bookings/new",
    "/bookings/{token}/sent-word": "",
    "/bookings/{token}/answer": "",
    "/bookings/{token}/here": "",
    "/manage/sessions/{id}/check-in/accept": "",
    "/bookings/{token}/useful": "",
    "/bookings/{token}/missed/{session}/coming": "",
    "/bookings/{token}/missed/{session}/call": "",
    "/sign-in/code": "/sign-in/code?ticket={ticket}",
    "/desk/{call}/end": "",
    "/desk/{call}/need": "",
    "/desk/{call}/need/undo": "",
    "/situations/{situation}/on": "",
    "/words/{group}/versions/{version}": "",
    "/manage/sessions/{id}/register/taps": "",
    "/sign-out": "/my-page",
    "/my-page/calendar/revoke": "",
    "/my-page/sign-ins/{id}/end": "",
    "/my-page/contacts/verify": "",
    "/my-page/contacts/link/{token}": "",
    "/my-page/contacts/{id}/remove": "",
    "/my-page/people/{id}/end": "",
    "/my-page/helpers/{id}/accept": "",
    "/my-page/helpers/{id}/end": "",
    "/manage/offers/{slug}/queue": "/manage/offers/samtale/queue?booking={waits}",
    "/manage/offers/{slug}/take-off": "/manage/offers/tur/take-off?booking={booking}",
    "/manage/offers/{slug}/picture/remove": "",
    "/plans/{slug}/bring-back": "",
    "/plans/{slug}/areas/{area}/move": "",
    "/plans/{slug}/areas/{area}/remove": "",
    "/measures/{id}/move": "",
    "/invitations/{token}/accept": "/invitations/{invitation}",
    "/invitations/{token}/decline": "/invitations/{invitation}",
}
"""The page that holds the form of a POST, where it has another address; empty: one with a token and no more."""
UPLOADS = {"/manage/organizations/{slug}/logo", "/manage/offers/{slug}/picture"}
"""The only addresses that take a form with a file."""
OF_ANOTHER = {
    "/offers/{slug}/bookings/notice": {"slug": "kor"},
    "/manage/offers/{slug}/publish": {"slug": "strikkekafe"},
    "/manage/offers/{slug}/delete": {"slug": "strikkekafe"},
    "/manage/offers/{slug}/requests/{booking}": {"slug": "samtale"},
    "/manage/offers/{slug}/queue": {"slug": "samtale"},
    "/approvals/{slug}/name": {"slug": "turlaget"},
    "/reports/{slug}/correct": {"slug": "sandnes-2023"},
    "/reports/{slug}/discard": {"slug": "sandnes-2021"},
    "/dialogues/{slug}/meetings/{offer}/move": {"offer": "neste-mote"},
    "/dialogues/{slug}/meetings/{offer}/cancel": {"offer": "neste-mote"},
}
"""Forms that the usual one of the town has no longer: it is published, or over; or nobody's about their own."""


def models_of(route: Route) -> list[type[Form]]:
    """The forms that the view reads."""
    view = view_of(route)
    module = sys.modules[view.__module__]
    found = [getattr(module, name, None) for name in re.findall(r"(\w+)\.read\(", inspect.getsource(view))]
    return [form for form in found if isinstance(form, type) and issubclass(form, Form)]


async def form_of(route: Route, town: Town, insider: Visitor) -> tuple[str, dict[str, list[str]]]:
    """Where the form goes, and all its fields with values that could be right."""
    path = town.path(route, **OF_ANOTHER.get(route.path, {}))
    where = ELSEWHERE.get(route.path, path)
    # What only takes a form leads to the page of that form.
    named = town.ids | {"invitation": town.parameters["invitations", "token"]}
    page = await insider.follow(await insider.open((where or "/my-page").format(**named)))
    posts = [form for form in page.soup.find_all("form") if str(form.get("method", "")).lower() == "post"]
    assert posts, f"{where} holds no form: {page.status} {page.heading}"
    ending = f"/{route.path.rsplit('/', 1)[-1]}"
    actions = [str(form.get("action", "")).partition("?")[0] for form in posts]
    if not where:
        fields = {"form_token": page.fields()["form_token"]}
    elif any(action.endswith(ending) for action in actions):
        fields = page.fields(ending)
    else:
        fields = max((page.fields(action or None) for action in actions), key=len)
    fields |= {name: [text] for name, text in TYPED.get(route.path, {}).items()}
    for form in models_of(route):
        for name in form.model_fields:
            fields.setdefault(name, [])
    return path, fields


def encoded(fields: dict[str, list[str]], **bad: str) -> bytes:
    """A form's body; `bad` values are encoded already."""
    parts = [urlencode([(name, text)]) for name, texts in fields.items() if name not in bad for text in texts]
    return "&".join([*parts, *(f"{name}={text}" for name, text in bad.items())]).encode()


async def send(
    insider: Visitor, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded"
) -> Page:
    headers = {"content-type": kind, "origin": insider.site}
    return Page(await insider.client.post(path, content=body, headers=headers))


@POSTS
async def test_a_bad_field_is_refused_or_ignored_and_nothing_of_it_is_written(
    route: Route, town: Town, insider: Visitor
) -> None:
    path, fields = await form_of(route, town, insider)
    before = await content()
    for told, bad in bad_ones(models_of(route), fields):
        async with undone():
            page = await send(insider, path, encoded(fields, **bad))
            sensible(page, told)
            if told[0] in NEVER_RIGHT:
                assert 400 <= page.status < 500, (told, page.status)
            if page.status >= 400 and await value(WROTE):
                assert await content() == before, (told, page.status)
    for name in fields:
        if name == "form_token":
            continue
        async with undone():
            sensible(
                await send(insider, path, encoded(fields) + f"&{name}=1&{name}=2".encode()), f"{name} twice"
            )
        async with undone():
            sensible(await send(insider, path, encoded({each: fields[each] for each in fields if each != name})),
                     f"no {name}")  # fmt: skip
    assert await content() == before


@POSTS
async def test_a_form_as_such_is_refused_when_it_is_wrong(route: Route, town: Town, insider: Visitor) -> None:
    path, fields = await form_of(route, town, insider)
    before, good = await content(), encoded(fields)
    for told, body, kind, status in (
        ("over 64 kB", good + b"&x=" + b"y" * 65_536, "application/x-www-form-urlencoded", 413),
        ("too many fields", good + b"&a=1" * 401, "application/x-www-form-urlencoded", 400),
        ("JSON", b'{"name": "Ola"}', "application/json", 400),
        (
            "multipart",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
            "multipart/form-data; boundary=x",
            403 if route.path in UPLOADS else 400,  # it is read, and lacks the token
        ),
        ("text", good, "text/plain", 400),
        ("bytes", b"\xff\xfe\x00", "application/x-www-form-urlencoded", 400),
        ("nothing", b"", "application/x-www-form-urlencoded", 403),
    ):
        page = await send(insider, path, body, kind)
        sensible(page, told)
        assert page.status == status, told
    assert await content() == before


def test_the_samples_are_of_routes_that_exist() -> None:
    assert {*TYPED, *ELSEWHERE} <= {route.path for route in routes("POST")}
    assert NOW.year == 2026
