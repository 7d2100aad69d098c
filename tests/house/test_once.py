"""What makes something is made once (law 20). Every route that takes a POST makes its thing once, or says here why its
form needs no key; a new route that does neither fails. Each creating form is sent twice, twice at the same moment, and
once more with one field changed, and the rows of all tables are counted.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import rows, value
from tests.conftest import NOW
from tests.house.standing import stand
from tests.house.town import Town, routes
from tests.visitor import Page, Visitor

BOOKS = "it books: what differs may be a question (offers/bookings/mending, and its tests/…/test_once.py)"
STATE = "it moves something that is there to another state, and does so once"
SETS = "it writes over what is there: the same again changes nothing"
ENDS = "it ends or takes away what is there; there is nothing to end the second time"
ONE = "there is one by a unique key of its own, also when two ask at once"

NEEDS_NO_KEY = {
    "/offers/{slug}/bookings": BOOKS,
    "/offers/{slug}/bookings/several": BOOKS,
    "/desk/{call}/offers/{slug}": BOOKS,
    "/manage/offers/{slug}/add": BOOKS,
    "/manage/sessions/{id}/substitute/revoke": ENDS,
    "/substitute/registers/{id}": "one register a session; it says which version it saw",
    "/substitute/{token}": "the first browser that opens it has it; there is no second",
    "/manage/sessions/{id}/walk-in": "the form's key books once, and its marks have ids of the booking and of the key",
    "/bookings/{token}/time": "it books: another time chosen by the same form is a question (test_change_time.py)",
    "/offers/{slug}/bookings/notice": ONE,
    "/calendar/searches/new": ONE,
    "/my-page/calendar": "its secret is made of the form's key: the same form shows the same address again",
    "/manage/calendars": "its secret is made of the form's key: the same form shows the same address again",
    "/manage/offers/{slug}/write": "its message has the key of the look at it (tests/offers/messages/test_write.py)",
    "/manage/sessions/{id}/write": "its message has the key of the look at it (tests/offers/messages/test_write.py)",
    "/bookings": "it only looks for a booking",
    "/bookings/links": "it sends one message a minute, with a key of its own",
    "/notices/{token}": ENDS,
    "/notices/{token}/undo": ENDS,
    "/bookings/{token}/cancel": STATE,
    "/bookings/{token}/companions": "it says how many there were (`seen`): sent again it changes nothing",
    "/bookings/{token}/cancel-all": STATE,
    "/bookings/{token}/answer": STATE,
    "/bookings/{token}/sent-word": ONE,
    "/bookings/{token}/missed/{session}/coming": ONE,
    "/bookings/{token}/missed/{session}/call": ONE,
    "/bookings/{token}/useful": "a booking says so once",
    "/unsubscribe/{token}": ONE,
    "/unsubscribe/{token}/undo": ENDS,
    "/manage/offers/{slug}/capacity": SETS,
    "/manage/offers/{slug}/delete": ENDS,
    "/manage/offers/{slug}/keep": SETS,
    "/manage/offers/{slug}/opening": SETS,
    "/manage/offers/{slug}/requests/{booking}": STATE,
    "/manage/offers/{slug}/queue": SETS,
    "/manage/offers/{slug}/take-off": STATE,
    "/guide/calls": STATE,
    "/desk/{call}": "it only searches",
    "/desk/{call}/booking": "it only looks for a booking",
    "/desk/{call}/end": ENDS,
    "/desk/{call}/need/undo": ENDS,
    "/manage/offers/{slug}/calls": STATE,
    "/sign-in": "asked twice, two mails go out: the newest link and the older both work, once, for minutes",
    "/sign-in/code": "a code signs in once",
    "/sign-in/again": "asked twice, two mails go out, as for signing in",
    "/sign-in/second-factor": "a code is used once",
    "/sign-in/second-factor/passkey": "a challenge is answered once",
    "/sign-in/{token}": "a link signs in once",
    "/sign-out": ENDS,
    "/my-page/profile": SETS,
    "/my-page/calendar/revoke": ENDS,
    "/my-page/sign-ins/end": ENDS,
    "/my-page/sign-ins/{id}/end": ENDS,
    "/my-page/alias": SETS,
    "/my-page/goals/{goal}/change": SETS,
    "/my-page/goals/{goal}/remove": ENDS,
    "/my-page/contacts/verify": "an address is proven once",
    "/my-page/contacts/link/{token}": "an address is proven once",
    "/my-page/contacts/{id}/remove": ENDS,
    "/my-page/people/{id}/end": ENDS,
    "/my-page/helpers/{id}/accept": STATE,
    "/my-page/helpers/{id}/end": ENDS,
    "/my-page/delete": ENDS,
    "/my-page/second-factor/app": "an app is proven by its code; a second one takes the place of the first",
    "/my-page/second-factor/app/remove": ENDS,
    "/my-page/second-factor/passkeys": "a challenge is answered once",
    "/my-page/second-factor/passkeys/{id}/remove": ENDS,
    "/my-page/second-factor/codes": "the new codes take the place of those before, and the page shown last has them",
    "/invitations/{token}/accept": STATE,
    "/invitations/{token}/decline": STATE,
    "/manage/calendars/revoke": ENDS,
    "/manage/organizations/{slug}/profile": SETS,
    "/manage/organizations/{slug}/notices": SETS,
    "/manage/organizations/{slug}/texts/{lang}": SETS,
    "/manage/offers/{slug}/picture": SETS,
    "/manage/offers/{slug}/picture/remove": ENDS,
    "/manage/organizations/{slug}/logo": SETS,
    "/manage/organizations/{slug}/logo/remove": ENDS,
    "/manage/organizations/{slug}/members/{membership}/change": STATE,
    "/manage/organizations/{slug}/members/{membership}/end": ENDS,
    "/manage/organizations/{slug}/invitations/{invitation}/take-back": ENDS,
    "/manage/organizations/{slug}/leave": ENDS,
    "/manage/offers/{slug}/what": SETS,
    "/manage/offers/{slug}/audience": SETS,
    "/manage/offers/{slug}/place": SETS,
    "/manage/offers/{slug}/joining": SETS,
    "/manage/offers/{slug}/publish": STATE,
    "/manage/offers/{slug}/texts/{lang}": SETS,
    "/manage/offers/{slug}/questions/{question}/change": SETS,
    "/manage/offers/{slug}/questions/{question}/remove": ENDS,
    "/manage/offers/{slug}/questions/{question}/up": SETS,
    "/manage/offers/{slug}/hosts/{person}/remove": ENDS,
    "/manage/offers/{slug}/invitations/{invitation}/take-back": ENDS,
    "/manage/offers/{slug}/organizers/{organization}/remove": ENDS,
    "/manage/offers/{slug}/cancel": STATE,
    "/manage/sessions/{id}/move": "it says which version it saw (`sequence`): sent again it tells nobody twice",
    "/manage/sessions/{id}/cancel": STATE,
    "/manage/sessions/{id}/check-in": STATE,
    "/bookings/{token}/here": ONE,
    "/manage/sessions/{id}/check-in/accept": "it says how many were accepted before: the same again changes nothing",
    "/check-in": ONE,
    "/manage/sessions/{id}/register": "one register a session; it says which version it saw",
    "/manage/sessions/{id}/register/taps": "each tap has its id from the phone: sent twice it is one",
    "/manage/sessions/{id}/register/done": STATE,
    "/manage/sessions/{id}/register/done/undo": STATE,
    "/manage/sessions/{id}/register/nobody": STATE,
    "/organizations/apply/{slug}": STATE,
    "/approvals/{slug}": "it says what was answered before (`seen`): the same answer again changes nothing",
    "/approvals/{slug}/name": SETS,
    "/approvals/{slug}/unit": SETS,
    "/approvals/{slug}/register": "it asks the registers, and writes over what they said before",
    "/plans/{slug}/edit": SETS,
    "/plans/{slug}/retire": STATE,
    "/plans/{slug}/bring-back": STATE,
    "/plans/{slug}/areas/{area}/edit": SETS,
    "/plans/{slug}/areas/{area}/move": "a button: one place up or down, as the list is then",
    "/plans/{slug}/areas/{area}/remove": ENDS,
    "/measures/{id}/edit": SETS,
    "/measures/{id}/move": "a button: one place up or down, as the list is then",
    "/population": SETS,
    "/goals/{slug}/edit": SETS,
    "/today/reminders": "an organisation is reminded once a week, under its row's lock",
    "/statistics/coverage/items": ONE,
    "/dialogues/{slug}/items/{item}": SETS,
    "/dialogues/{slug}/items/{item}/remove": ENDS,
    "/goals/{slug}/cells": "said once: afterwards it changes nothing",
    "/goals/{slug}/withdraw": STATE,
    "/districts/{district}/edit": SETS,
    "/municipalities/{slug}": SETS,
    "/words/{group}/edit": SETS,
    "/words/{group}/remove": ENDS,
    "/words/{group}/versions/{version}": SETS,
    "/situations/{situation}/edit": SETS,
    "/situations/{situation}/review": STATE,
    "/situations/{situation}/off": STATE,
    "/situations/{situation}/on": STATE,
    "/districts/{district}/remove": ENDS,
    "/needs/{need}/remove": ENDS,
    "/needs/{need}/take": ONE,
    "/reports/{slug}/words/{section}": SETS,
    "/reports/{slug}/approve": STATE,
    "/reports/{slug}/discard": ENDS,
    "/dialogues/{slug}/members/{id}/remove": ENDS,
    "/dialogues/{slug}/meetings/{offer}": SETS,
    "/dialogues/{slug}/meetings/{offer}/move": "it says which version it saw (`sequence`)",
    "/dialogues/{slug}/meetings/{offer}/cancel": STATE,
    "/demo/clock": "it moves the clock of the demo",
}
"""Routes that take a POST and have no made_once, each with its reason."""

SOON = f"{NOW + timedelta(days=3):%-d.%-m.%Y}"


@dataclass
class Sent:
    """What is typed into the form of a route, and one other value."""

    typed: dict[str, Any]
    other: dict[str, Any]
    page: str = ""
    """Where the form stands, if not at its own path."""
    search: str = ""
    """What is searched for on that page first."""


CREATES = {
    "/desk/{call}/need": Sent({}, {"text": "Noe om kvelden"}, page="/desk/{call}", search="tur"),
    "/desk/{call}/offers/{slug}/send": Sent({"address": "kari@example.no"}, {"address": "ola@example.no"}),
    "/bookings/{token}/address": Sent({"email": "ny@example.no"}, {"email": "nyere@example.no"}),
    "/bookings/{token}/link": Sent({}, {}),
    "/my-page/goals/new": Sent({"text": "Bli bedre kjent"}, {"text": "Gå tur"}),
    "/my-page/people/new": Sent({"name": "Lise", "relation": "guardian"}, {"name": "Lasse"}),
    "/my-page/contacts/new": Sent({"address": "en.ny@example.no"}, {"address": "en.annen@example.no"}),
    "/manage/offers/new": Sent(
        {"title": "Bokprat", "summary": "Vi leser", "kind": "group", "body": "Kom"},
        {"title": "Bokprat igjen"},
    ),
    "/manage/offers/{slug}/sessions": Sent(
        {"repeat": "once", "first": SOON, "starts": "18", "ends": "20", "go": "on"},
        {"starts": "19", "ends": "21"},
    ),
    "/manage/offers/{slug}/questions/new": Sent(
        {"text": "Har du med kopp?", "purpose": "Vi har få", "kind": "text"}, {"text": "Har du med skje?"}
    ),
    "/manage/offers/{slug}/copy": Sent({}, {}, page="/manage/offers/{slug}"),
    "/manage/offers/{slug}/hosts": Sent(
        {"email": "ny.vert@example.no"}, {"email": "en.vert.til@example.no"}, page="/manage/offers/{slug}"
    ),
    "/manage/offers/{slug}/organizers": Sent({}, {}, page="/manage/offers/{slug}"),
    "/manage/sessions/{id}/substitute": Sent(
        {"address": "en.vikar@example.no"}, {"address": "en.vikar.til@example.no"}
    ),
    "/manage/organizations/{slug}/invitations": Sent(
        {"address": "inger@example.no", "role": "host"},
        {"address": "ida@example.no"},
        page="/manage/organizations/{slug}/members",
    ),
    "/manage/organizations/{slug}/invitations/{invitation}/resend": Sent(
        {}, {}, page="/manage/organizations/{slug}/members"
    ),
    "/organizations/apply": Sent(
        {
            "name": "Sjakklubben",
            "kind": "voluntary",
            "has_number": "no",
            "contact_name": "Siv",
            "email": "sjakk@example.no",
            "phone": "51 00 00 42",
            "summary": "Vi spiller sjakk sammen",
        },
        {"name": "Bridgeklubben"},
    ),
    "/plans/new": Sent(
        {"title": "Folkehelseplan", "first_year": "2026", "last_year": "2028"}, {"title": "Plan"}
    ),
    "/plans/{slug}/copy": Sent({}, {"title": "Neste plan"}),
    "/plans/{slug}/areas/new": Sent({"title": "Å være med"}, {"title": "Å bli hørt"}),
    "/plans/{slug}/areas/{area}/measures/new": Sent({"title": "Turgruppe"}, {"title": "Sykurs"}),
    "/plans/{slug}/goals/new": Sent(
        {"title": "Flere er med", "indicator": "people", "target": "50", "first_year": "2026"},
        {"target": "60"},
    ),
    "/goals/{slug}/comments": Sent({"comment": "Bra"}, {"comment": "Bedre"}, page="/goals/{slug}"),
    "/measures/{id}/comments": Sent({"comment": "Bra"}, {"comment": "Bedre"}, page="/measures/{id}"),
    "/needs/new": Sent({"text": "Kor", "where": "sandnes"}, {"text": "Dans", "where": "sandnes"}),
    "/words/new": Sent({"equal": "kor, sang"}, {"equal": "dans, swing"}),
    "/situations/new": Sent(
        {
            "text": "Jeg savner hagen",
            "text_nn": "Eg saknar hagen",
            "text_en": "I miss my garden",
            "words_for": "hage",
        },
        {"text": "Jeg savner en hund"},
    ),
    "/districts/new": Sent({"name": "Lura", "places": "4313"}, {"name": "Hana", "places": "4318"}),
    "/reports": Sent({"year": "2026"}, {"year": "2024"}),
    "/reports/{slug}/correct": Sent({"reason": "Et tall var feil"}, {"reason": "To tall var feil"}),
    "/dialogues/{slug}/members": Sent({}, {}, page="/dialogues/{slug}"),
    "/dialogues/{slug}/meetings/new": Sent(
        {
            "day": SOON,
            "starts": "18",
            "ends": "20",
            "agenda": "Vi møtes",
            "title": "Høstmøte",
            "summary": "Hva nå?",
            "way_in": "Hovedinngangen",
            "meets_you": "Nora",
        },
        {"starts": "17"},
    ),
}
"""Every route with made_once."""

POSTS = {route.path: route for route in routes("POST")}


@pytest.fixture
async def town(pool: None) -> Town:
    return await put_up()


@pytest.fixture
async def insider(town: Town, caller: Visitor, request: pytest.FixtureRequest) -> Visitor:
    await caller.sign_in(town.people[who_may(request.node.callspec.params["route"].path)])
    return caller


def who_may(path: str) -> str:
    """Whom the door lets in: everybody, who has every role; but nobody answers about what concerns their own."""
    return (
        "coordinator"
        if path.startswith(("/dialogues", "/plans", "/goals", "/measures", "/population"))
        else "everybody"
    )


async def put_up() -> Town:
    """A town of its own for each test: what is made here is counted. Who is invited there has no role yet."""
    made = await stand()
    await rows("UPDATE invitation SET address = 'invitert@example.no'")
    return made


def once(route: Route) -> bool:
    assert isinstance(route.endpoint, Guarded)
    return bool(getattr(route.endpoint.view, "made_once", False))


def test_every_route_that_takes_a_form_makes_once_or_says_why_not() -> None:
    marked = {path for path, route in POSTS.items() if once(route)}
    assert marked == set(CREATES)
    assert set(POSTS) - marked == set(NEEDS_NO_KEY)


async def counted() -> dict[str, int]:
    """Rows of every table but those that count tries and sent forms. Each is a column, as in `town.content`."""
    names = await rows("SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
                       "AND relnamespace = 'public'::regnamespace")  # fmt: skip
    tables = [one["name"] for one in names if one["name"] not in ("rate_limit", "sent_form")]
    [found] = await rows("SELECT " + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in tables))
    found["audit_entry"] = await value("SELECT count(*) FROM audit_entry WHERE action NOT LIKE '%.read'")
    return found


async def form_of(insider: Visitor, town: Town, route: Route) -> tuple[str, dict[str, Any]]:
    """Where the form of a route goes, and what it would send."""
    sent = CREATES[route.path]
    named = {
        name: text for name, text in town.named.get(route.path, {}).items() if f"{{{name}}}" in route.path
    }
    page: Page = await insider.open(
        town.path(Route(sent.page or route.path, route.endpoint, methods=["GET"]), **named)
    )
    assert page.status == 200, (page.url, page.text)
    if sent.search:
        page = await insider.follow(await insider.submit(page, page.url, q=sent.search))
    action = town.path(route, **named)
    fields: dict[str, Any] = page.fields(action)
    assert "form_key" in fields, f"the form of {route.path} has no key"
    for choice in page.form(action).find_all("select"):
        options = [str(one["value"]) for one in choice.find_all("option") if one.get("value")]
        if options and not fields.get(str(choice["name"]), [""])[0]:
            fields[str(choice["name"])] = options[-1:]
    return action, fields | {name: [text] for name, text in sent.typed.items()}


EACH = pytest.mark.parametrize("route", [POSTS[path] for path in CREATES], ids=list(CREATES))


@EACH
async def test_sent_twice_it_makes_one_and_with_something_else_another(
    route: Route, town: Town, insider: Visitor
) -> None:
    sent, before = CREATES[route.path], await counted()
    action, fields = await form_of(insider, town, route)
    first = await insider.post(action, fields)
    assert first.status == 303, (first.status, first.text)
    made = await counted()
    assert made != before, "it has made something"
    again = await insider.post(action, fields)
    assert (again.status, again.response.headers["location"]) == (303, first.response.headers["location"])
    assert await counted() == made, "sent again it has made nothing more"
    if sent.other:
        other = await insider.post(action, fields | {name: [text] for name, text in sent.other.items()})
        assert await counted() != made or other.status in (404, 409, 422), "another act, or a question"


@EACH
async def test_three_times_at_the_same_moment_it_makes_as_much_as_once(route: Route, caller: Visitor) -> None:
    made = []
    for times in (1, 3):
        town = await put_up()
        await caller.sign_in(town.people[who_may(route.path)])
        before = await counted()
        action, fields = await form_of(caller, town, route)
        answers = await asyncio.gather(*(caller.post(action, fields) for _ in range(times)))
        assert [one.status for one in answers] == [303] * times, [one.text for one in answers]
        assert len({one.response.headers["location"] for one in answers}) == 1
        made.append({table: number - before[table] for table, number in (await counted()).items()})
    assert made[0] == made[1]


async def test_the_address_of_a_calendar_is_made_once_and_shown_again_by_the_same_form(
    town: Town, caller: Visitor
) -> None:
    await caller.sign_in(town.people["everybody"])
    for path in ("/my-page", "/manage/calendars"):
        page = await caller.open(path)
        target = "/my-page/calendar" if path == "/my-page" else path
        before = await value("SELECT count(*) FROM calendar_address")
        shown = [(await caller.submit(page, target)).response.text for _ in range(2)]
        address = [text[text.index("/calendar/private/") :][:50] for text in shown]
        assert address[0] == address[1]
        assert await value("SELECT count(*) FROM calendar_address") == before + 1
        renewed = await caller.submit(await caller.open(path), target)
        assert address[0] not in renewed.response.text
        late = await caller.submit(page, target)
        assert "/calendar/private/" not in late.response.text, (
            "what was replaced is not shown as if it worked"
        )
