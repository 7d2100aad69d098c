"""Two who edit the same words or settings: the second save wipes nothing out without a word. Every route whose form
edits what is stored says what it showed (`seen`), or stands here with the reason why not.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.routing import Route

from tests.house.standing import stand
from tests.house.test_bad_input import OF_ANOTHER
from tests.house.test_once import NEEDS_NO_KEY, POSTS, SETS, who_may
from tests.house.town import Town
from tests.visitor import Page, Visitor

BUTTON = "a button, not a form: it is an act"
OWN = "one's own, and nobody and nothing else changes it"

NOT_WORDS = {
    "/manage/offers/{slug}/opening": BUTTON,
    "/manage/offers/{slug}/questions/{question}/up": BUTTON,
    "/manage/offers/{slug}/queue": "an act: one person to one place in the queue, as it is then",
    "/manage/organizations/{slug}/logo": "a picture in the place of another; the page shows which",
    "/dialogues/{slug}/items/{item}": "one choice, in the place of another; the page shows which",
    "/approvals/{slug}/unit": "one choice, in the place of another",
    "/population": "a number in the place of another; the page shows which, with its source",
    "/words/{group}/versions/{version}": BUTTON,
    "/my-page/profile": OWN,
    "/my-page/alias": OWN,
}
"""Routes that write over what is there and edit no words that somebody else may have changed."""


@dataclass
class Edit:
    """A field of a form, two other values of it, and something else that the same form edits."""

    name: str
    first: Any
    second: Any
    other: dict[str, Any] = field(default_factory=dict)


EDITS = {
    "/manage/offers/{slug}/what": Edit("summary", "Vi går sakte", "Vi går fort", {"body": "Ta med sekk"}),
    "/manage/offers/{slug}/audience": Edit(
        "bring_someone", "Ta med en venn", "Kom alene", {"age_from": "18"}
    ),
    "/manage/offers/{slug}/place": Edit(
        "way_in", "Døra til venstre", "Døra til høyre", {"meets_you": "Kari"}
    ),
    "/manage/offers/{slug}/joining": Edit(
        "may_leave", "Gå når du vil", "Bli så lenge du vil", {"max_party": "3"}
    ),
    "/manage/offers/{slug}/picture": Edit("shows", "Fem på en benk", "Seks på en benk"),
    "/manage/offers/{slug}/texts/{lang}": Edit("title", "A walk", "A stroll", {"summary": "Slowly"}),
    "/manage/offers/{slug}/questions/{question}/change": Edit(
        "text", "Hva liker du?", "Hva drikker du?", {"keep_days": "20"}
    ),
    "/my-page/goals/{goal}/change": Edit("text", "Gå tur", "Synge i kor"),
    "/manage/organizations/{slug}/profile": Edit(
        "phone", "51 00 00 42", "51 00 00 43", {"contact_name": "Siv"}
    ),
    "/manage/organizations/{slug}/texts/{lang}": Edit("summary", "Vi er mange", "Vi er få", {"body": "Kom"}),
    "/approvals/{slug}/name": Edit("name", "Lura klinikk", "Hana klinikk", {"number": "314510003"}),
    "/plans/{slug}/edit": Edit("title", "Ny plan", "Nyere plan", {"summary": "Slik gjør vi det"}),
    "/plans/{slug}/areas/{area}/edit": Edit("title", "Deltaking", "Å være med", {"summary": "Alle er med"}),
    "/measures/{id}/edit": Edit("title", "Gå langt", "Gå kort", {"deadline": "31.12.2026"}),
    "/goals/{slug}/edit": Edit("title", "Enda flere med", "Mange med"),
    "/words/{group}/edit": Edit("equal", "hage, parsell", "hage, bed"),
    "/situations/{situation}/edit": Edit("words_for", "parsell", "blomster", {"also": "vil grave i jorda"}),
    "/municipalities/{slug}": Edit("welcome_nb", "Velkommen", "Kom inn", {"site_name": "Møtestedet"}),
    "/districts/{district}/edit": Edit("places", "4307", "4308", {"name": "Byen"}),
    "/reports/{slug}/words/{section}": Edit("text", "Bussen går ikke", "Bussen går igjen"),
    "/dialogues/{slug}/meetings/{offer}": Edit("organizations", None, []),
    "/manage/organizations/{slug}/notices": Edit("kinds", ["request", "digest"], ["request", "tomorrow"]),
    "/manage/offers/{slug}/capacity": Edit("capacity", "6", "7"),
    "/manage/offers/{slug}/keep": Edit("reserved", "1", "2"),
}
"""Every route whose form edits words or settings."""
TYPED = {
    "/manage/offers/{slug}/texts/{lang}": {"title": "Walk", "summary": "Walk with us", "body": "Come"},
    "/manage/organizations/{slug}/texts/{lang}": {"summary": "Oss", "body": "Vi"},
    "/manage/offers/{slug}/what": {
        "title": "Gå på tur",
        "summary": "Tur",
        "body": "Vi går",
        "kind": "activity",
    },
    "/manage/offers/{slug}/place": {"way_in": "Døra", "meets_you": "Ola"},
}
"""What is saved first, where the town has nothing."""
STANDS = {"/manage/offers/{slug}/capacity": "/manage/offers/{slug}/bookings",
          "/manage/offers/{slug}/keep": "/manage/offers/{slug}/bookings"}  # fmt: skip
EACH = pytest.mark.parametrize("route", [POSTS[path] for path in EDITS], ids=list(EDITS))


def test_every_form_that_writes_over_what_is_there_says_what_it_saw_or_why_not() -> None:
    sets = {path for path, reason in NEEDS_NO_KEY.items() if reason == SETS}
    assert sets == set(EDITS) | set(NOT_WORDS)


@pytest.fixture
async def town(pool: None) -> Town:
    return await stand()


@pytest.fixture
async def insider(town: Town, caller: Visitor, request: pytest.FixtureRequest) -> Visitor:
    await caller.sign_in(town.people[who_may(request.node.callspec.params["route"].path)])
    return caller


def path_in(town: Town, route: Route) -> str:
    return town.path(route, **OF_ANOTHER.get(route.path, {}))


async def opened(insider: Visitor, town: Town, route: Route) -> Page:
    path = STANDS.get(route.path, route.path)
    page = await insider.open(path_in(town, Route(path, route.endpoint, methods=["GET"])))
    assert page.status == 200, page.text
    return page


async def sent(insider: Visitor, page: Page, town: Town, route: Route, **typed: Any) -> Page:
    return await insider.submit(page, path_in(town, route), **typed)


async def ready(insider: Visitor, town: Town, route: Route) -> None:
    """Something stands there already."""
    if route.path in TYPED:
        page = await opened(insider, town, route)
        saved = await sent(insider, page, town, route, **TYPED[route.path])
        assert saved.status == 303, saved.text


def values(edit: Edit, page: Page) -> tuple[Any, Any]:
    """The two values; of organisations that were there, the ones on the page."""
    if edit.first is not None:
        return edit.first, edit.second
    boxes = [str(box["value"]) for box in page.soup.select(f"input[name={edit.name}]")]
    return boxes[:1], boxes[1:] or []


def several(value: Any) -> list[Any]:
    """A field as it is sent."""
    return value if isinstance(value, list) else [value]


@EACH
async def test_the_second_who_saves_sees_both_and_decides(route: Route, town: Town, insider: Visitor) -> None:
    edit = EDITS[route.path]
    await ready(insider, town, route)
    mine, theirs = await opened(insider, town, route), await opened(insider, town, route)
    assert mine.fields(path_in(town, route))["seen"][0], "the form says what it saw"
    first, second = values(edit, mine)
    saved = await sent(insider, theirs, town, route, **{edit.name: first})
    assert saved.status == 303, saved.text
    if first == second or not second:
        return
    asked = await sent(insider, mine, town, route, **{edit.name: second})
    assert asked.status in (409, 422), "nothing is wiped out"
    assert "Det er lagret noe annet her siden du åpnet siden." in asked.text
    assert asked.fields(path_in(town, route))[edit.name] == several(second), "what was typed is kept"
    assert "Dette er lagret nå:" in asked.text
    stored = (await opened(insider, town, route)).fields(path_in(town, route))
    assert stored[edit.name] == several(first)
    done = await sent(insider, asked, town, route)
    assert done.status == 303, done.text
    assert (await opened(insider, town, route)).fields(path_in(town, route))[edit.name] == several(second)


@EACH
async def test_what_only_one_of_them_changed_is_kept(route: Route, town: Town, insider: Visitor) -> None:
    edit = EDITS[route.path]
    if not edit.other:
        return
    await ready(insider, town, route)
    mine, theirs = await opened(insider, town, route), await opened(insider, town, route)
    assert (await sent(insider, theirs, town, route, **{edit.name: edit.first})).status == 303
    saved = await sent(insider, mine, town, route, **edit.other)
    assert saved.status == 303, saved.text
    stored = (await opened(insider, town, route)).fields(path_in(town, route))
    assert stored[edit.name] == several(edit.first), "what the other has saved is still there"
    assert {name: stored[name][0] for name in edit.other} == edit.other


@EACH
async def test_the_same_from_both_is_saved_without_a_word(route: Route, town: Town, insider: Visitor) -> None:
    edit = EDITS[route.path]
    await ready(insider, town, route)
    mine, theirs = await opened(insider, town, route), await opened(insider, town, route)
    first = values(edit, mine)[0]
    for page in (theirs, mine):
        assert (await sent(insider, page, town, route, **{edit.name: first})).status == 303
