"""What nobody should send: every address and every form, each field with each bad value. Never a 5xx, never written.

The fields are those of the forms that the pages really hold; what is typed where a valid value is needed stands in
`TYPED`. A request is made inside a transaction that is then rolled back, so each finds the same town.

The forms' classes see each value of each field. So do the addresses, many at once: those that the class refuses in one
request, those that it takes, which go on to the action, in another. Where that is not answered as what is right is,
one of them may have been in the way of the others: then each kind of field (its name and type) is sent alone once in
the house, and each that no class knows. `make soak` (SOAK=1) sends each value of each field alone, everywhere.
"""

import inspect
import os
import re
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from itertools import product
from typing import Any, TypeVar
from urllib.parse import quote_plus, unquote_plus, urlencode

import pytest
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import value
from marketplace.base.web.forms import Filled, Form
from tests import markup
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
READ_FOR_ALL = ("form_key", "seen")
"""Fields that no form's class knows, and that one place reads for all of them, before any other: their bad values are
sent at `AT_ONE`, alone. Twice and left out they are everywhere."""
AT_ONE = "/manage/offers/{slug}/sessions"
SOAK = os.environ.get("SOAK") == "1"

T = TypeVar("T")
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


def taken(forms: list[type[Form]], fields: dict[str, list[str]], name: str, *bad: str) -> bool:
    """Does no form refuse these values of a field? Then they go on to the action. So does what no form knows."""
    sent = {
        each: texts for each, texts in (fields | {name: [unquote_plus(one) for one in bad]}).items() if texts
    }
    return not any(name in form.model_fields and name in Filled(form, sent, {}).errors for form in forms)


def kind(forms: list[type[Form]], name: str) -> tuple[str, ...]:
    """Fields of the same name and type are of a kind."""
    return (name, *(str(form.model_fields[name].annotation) for form in forms if name in form.model_fields))


@cache
def firsts(method: str) -> dict[tuple[str, ...], str]:
    """The address at which each kind of field is asked for alone."""
    found = {(name,): AT_ONE for name in READ_FOR_ALL}
    for route in routes(method):
        forms = query_forms_of(route) if method == "GET" else models_of(route)
        known = (
            asked_for(route) if method == "GET" else {name for form in forms for name in form.model_fields}
        )
        for name in sorted(known):
            found.setdefault(kind(forms, name), route.path)
    return found


def bad_ones(
    forms: list[type[Form]], fields: dict[str, list[str]]
) -> Iterator[tuple[bool, list[tuple[str, str]]]]:
    """The requests to make: their fields, each with what is wrong with it; and do the forms take all of that?"""
    names = [name for name in fields if name != "form_token"]
    if SOAK or not names:
        yield from ((False, [(name, told)]) for name in names for told in BAD)
        return
    names = [name for name in names if name not in READ_FOR_ALL] or names
    ends = (names[0], names[len(names) // 2], names[-1])
    yield from ((False, [(name, told)]) for name, told in zip(ends, NEVER_RIGHT, strict=True))
    values = [told for told in BAD if told not in NEVER_RIGHT]
    for row in range(len(values)):
        of_row = [(name, values[(row + at) % len(values)]) for at, name in enumerate(names)]
        for takes in (True, False):
            if some := [one for one in of_row if taken(forms, fields, one[0], BAD[one[1]]) == takes]:
                yield takes, some


async def each(
    ask: Callable[[list[T]], Awaitable[Page]], what: list[T], right: int, alone: Callable[[T], bool]
) -> None:
    """Asked for all at once. An answer like the one to what is right says that none was in the way of the others; else
    some are asked for alone."""
    if what and (right >= 400 or (await ask(what)).status != right):
        for one in what:
            if SOAK or alone(one):
                await ask([one])


def of_parameter(route: Route, parameter: str) -> list[str]:
    """The bad values that a path gets: some, in turn over all paths that hold such a parameter; together they get
    all."""
    before = route.path.partition(f"/{{{parameter}}}")[0].rpartition("/")[2]
    alike = [one.path for one in routes("GET") if f"/{before}/{{{parameter}}}" in one.path]
    at, few = alike.index(route.path), max(4, -(-len(BAD) // len(alike)))
    return [*BAD] if SOAK else [([*BAD] * 2)[(at * few + n) % len(BAD)] for n in range(min(few, len(BAD)))]


@GETS
async def test_a_bad_path_parameter_is_not_found(route: Route, town: Town, insider: Visitor) -> None:
    for parameter in town.values(route):
        for told in of_parameter(route, parameter):
            page = await insider.open(town.path(route, **{parameter: BAD[told]}))
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
    right = (
        await insider.open(path)
    ).status  # calendars keep the bytes of a session when they are first asked
    before = await content()

    async def ask(bad: list[tuple[str, str]]) -> Page:
        page = await insider.open(f"{path}?{'&'.join(f'{name}={BAD[told]}' for name, told in bad)}")
        sensible(page, bad)
        assert (page.status == 400) == any(told in NEVER_RIGHT for _, told in bad), (bad, page.status)
        return page

    async def again(names: list[str]) -> Page:
        page = await insider.open(f"{path}?{'&'.join(f'{name}=1&{name}=2&{name}' for name in names)}")
        sensible(page, f"{names} three times")
        return page

    async def in_brackets(names: list[str]) -> Page:
        page = await insider.open(f"{path}?{'&'.join(f'{name}[]=1&{name}.x=2&=' for name in names)}")
        sensible(page, f"{names} in brackets")
        return page

    forms, names = query_forms_of(route), sorted(asked_for(route))

    def alone(name: str) -> bool:
        return firsts("GET").get(kind(forms, name)) == route.path

    for takes, bad in bad_ones(forms, {name: [] for name in names}):
        await (each(ask, bad, right, lambda one: alone(one[0])) if takes else ask(bad))
    for told in [*BAD] if SOAK else [*BAD][len(path) % 7 :: 7]:  # over all routes each of them, often
        await ask([("unknown", told)])
    await each(again, [*names, "unknown"], right, alone)
    await each(in_brackets, [*names, "unknown"], right, alone)
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
    "/manage/sessions/{id}/register/nobody": "",
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
    assert page.forms, f"{where} holds no form: {page.status} {page.heading}"
    ending = f"/{route.path.rsplit('/', 1)[-1]}"
    actions = [markup.of_form(form).get("action", "").partition("?")[0] for form in page.forms]
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


def encoded(fields: dict[str, list[str]], bad: dict[str, str] | None = None) -> bytes:
    """A form's body; `bad` values are encoded already."""
    bad = bad or {}
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
    before, forms = await content(), models_of(route)

    async def sent(body: bytes, told: object) -> Page:
        async with undone():
            page = await send(insider, path, body)
            sensible(page, told)
            if page.status >= 400 and await value(WROTE):
                assert await content() == before, (told, page.status)
        return page

    async def ask(bad: list[tuple[str, str]]) -> Page:
        page = await sent(encoded(fields, {name: BAD[told] for name, told in bad}), bad)
        if any(told in NEVER_RIGHT for _, told in bad):
            assert 400 <= page.status < 500, (bad, page.status)
        return page

    async def twice(names: list[str]) -> Page:
        return await sent(
            encoded(fields) + "".join(f"&{name}=1&{name}=2" for name in names).encode(), f"{names} twice"
        )

    async def without(names: list[str]) -> Page:
        return await sent(
            encoded({each: fields[each] for each in fields if each not in names}), f"no {names}"
        )

    def alone(name: str) -> bool:
        return firsts("POST").get(kind(forms, name), route.path) == route.path

    async with undone():
        right = (await send(insider, path, encoded(fields))).status
    for takes, bad in bad_ones(forms, fields):
        await (each(ask, bad, right, lambda one: alone(one[0])) if takes else ask(bad))
    if route.path == AT_ONE:
        for name, told in product(READ_FOR_ALL, BAD):
            assert name in fields
            await ask([(name, told)])
    for of, texts in ((twice, ("1", "2")), (without, ())):
        names = [name for name in fields if name != "form_token"]
        takes = [name for name in names if taken(forms, fields, name, *texts)]
        await each(of, takes, right, alone)
        if refused := [name for name in names if name not in takes]:
            await of(refused)
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
