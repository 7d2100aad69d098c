"""Coordinators' pages of figures that are made once: the same as made anew, never older than what is saved, and never
another place's."""

import re
from collections.abc import Awaitable, Callable, Iterator

import pytest

from marketplace.base.quick import kept_while
from marketplace.base.web.sealing import sealing
from marketplace.goals.models import Goal, Plan, PlanComment
from marketplace.settings import settings
from marketplace.statistics.models import Cell, CellFigure, Closing
from marketplace.statistics.staircase import RULE
from organizations.directory.models import District, Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, elsewhere, goal, plan
from tests.visitor import Page, Visitor

PAGES = ("/statistics", "/statistics?part=organization", "/statistics/coverage", "/plans/plan", "/goals/goal")
EACH = pytest.mark.parametrize("path", PAGES)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TREFFPUNKT_PAGE_SECONDS", "1")
    settings.cache_clear()
    kept_while.pages.clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    kept_while.pages.clear()


async def stored(centre: Organization, number: int, times: int) -> None:
    cell, _made = await Cell.get_or_create(
        municipality_id=centre.municipality_id, organization=centre, main_audience="everyone", kind="activity",
        evening=False,
    )  # fmt: skip
    closing = await Closing.create(
        municipality_id=centre.municipality_id, year=2026, number=number, closed_at=NOW, rule=RULE, key_fingerprint=b"k"
    )  # fmt: skip
    figures = {"attendances": times, "people": times, "sessions": 5, "due": 5}
    await CellFigure.create(closing=closing, cell=cell, figures=figures)


@pytest.fixture
async def centre(db: None) -> Organization:
    made = await make.organization("Frivilligsentralen")
    await stored(made, 1, 4711)
    return made


@pytest.fixture
async def there(centre: Organization, kept: None) -> Goal:
    return await goal(await plan(), slug="goal")


def told(page: Page) -> str:
    """All of a page but its tokens."""
    assert page.status == 200, page.heading
    return re.sub(r'(name="form_(?:token|key)" value=")[0-9a-f]+', r"\1", page.response.text)


@EACH
async def test_a_kept_page_is_the_same_as_one_made_anew(
    visitor: Visitor, there: Goal, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.sign_in(await coordinator())
    first = await visitor.open(path)
    assert len(kept_while.pages) == 1
    page = next(iter(kept_while.pages.values()))
    again = await visitor.open(path)
    assert list(kept_while.pages.values()) == [page]  # it was not made again
    monkeypatch.setenv("TREFFPUNKT_PAGE_SECONDS", "0")
    settings.cache_clear()
    anew = await visitor.open(path)
    assert told(first) == told(again) == told(anew)
    assert dict(again.response.headers).keys() == dict(anew.response.headers).keys()
    assert again.response.headers["cache-control"] == "no-store"


@EACH
async def test_nobody_gets_the_tokens_of_another(visitor: Visitor, there: Goal, path: str) -> None:
    nora, ingeborg = await coordinator(), await coordinator(name="Ingeborg")
    await visitor.sign_in(nora)
    first, again = await visitor.open(path), await visitor.open(path)
    await visitor.sign_in(ingeborg)
    other = await visitor.open(path)
    assert len(kept_while.pages) == 1
    found = [set(re.findall(r'name="form_(?:token|key)" value="([0-9a-f]+)"', one.response.text)) for one in
             (first, again, other)]  # fmt: skip
    assert not found[0] & found[1]
    assert not (found[0] | found[1]) & found[2]
    assert len(found[0]) == len(found[2])


@EACH
async def test_nobody_gets_the_key_of_anothers_phone(
    visitor: Visitor, there: Goal, centre: Organization, path: str
) -> None:
    """Coordinators may lead something too: the pages of who does hold what seals the registers on their phone."""
    nora, ingeborg = await coordinator(), await coordinator(name="Ingeborg")
    for each in (nora, ingeborg):
        await Membership.create(person=each, organization=centre, role=Role.HOST, created_at=NOW)
        await visitor.sign_in(each)
        page = (await visitor.open(path)).html
        assert sealing(each.id).keys in page


async def test_the_form_on_a_kept_page_works_and_what_it_saved_is_seen_at_once(
    visitor: Visitor, there: Goal
) -> None:
    await visitor.sign_in(await coordinator())
    await visitor.open("/goals/goal")
    await visitor.sign_in(await coordinator(name="Ingeborg"))
    page = await visitor.open("/goals/goal")
    sent = await visitor.submit(page, "/goals/goal/comments", comment="Bussen går ikke lenger.")
    assert sent.status == 303
    assert await PlanComment.all().count() == 1
    assert "Bussen går ikke lenger." in (await visitor.open("/goals/goal")).text


@pytest.mark.parametrize("path", ["/statistics", "/statistics/coverage"])
async def test_each_coordinator_sees_their_own_place(visitor: Visitor, there: Goal, path: str) -> None:
    await visitor.sign_in(await coordinator())
    here = await visitor.open(path)
    away = await elsewhere()
    await visitor.sign_in(await coordinator(away, "Ingeborg"))
    other = await visitor.open(path)
    assert away.name in other.text
    assert "4 711" not in other.text.replace("\xa0", " ")
    assert told(here) != told(other)


@EACH
async def test_a_page_of_another_place_is_not_there_and_whoever_left_sees_nothing(
    visitor: Visitor, there: Goal, path: str
) -> None:
    nora = await coordinator()
    await visitor.sign_in(nora)
    assert (await visitor.open(path)).status == 200
    await visitor.sign_in(await coordinator(await elsewhere(), "Ingeborg"))
    asked = path + ("&" if "?" in path else "?") + f"municipality={(await make.municipality()).slug}"
    assert (await visitor.open(asked)).status == 404
    await visitor.sign_in(nora)
    await Membership.filter(person=nora).update(ended_at=NOW)
    assert (await visitor.open(path)).status == 403


Change = Callable[[Organization], Awaitable[object]]


async def _renamed(centre: Organization) -> None:
    await Organization.filter(id=centre.id).update(name="Nye Frivilligsentralen")


async def _closed(centre: Organization) -> None:
    await stored(centre, 2, 9876)


CHANGES: dict[str, tuple[str, Change, str]] = {
    "a month is closed": ("/statistics", _closed, "9 876"),
    "the goal's month": ("/goals/goal", _closed, "9 876"),
    "the plan's month": ("/plans/plan", _closed, "9 876"),
    "an organisation": ("/statistics?part=organization", _renamed, "Nye Frivilligsentralen"),
    "a plan": ("/plans/plan", lambda _: Plan.all().update(title={"nb": "Ny plan"}), "Ny plan"),
    "a goal's target": ("/plans/plan", lambda _: Goal.all().update(title={"nb": "Nytt mål"}), "Nytt mål"),
    "a goal": ("/goals/goal", lambda _: Goal.all().update(target=7777), "7 777"),
    "a district": ("/statistics/coverage", lambda one: District.create(
        municipality_id=one.municipality_id, slug="sentrum", name="Sentrum"), "Sentrum"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_saved_is_on_the_page_that_is_opened_next(
    visitor: Visitor, there: Goal, centre: Organization, change: str
) -> None:
    path, happens, words = CHANGES[change]
    await visitor.sign_in(await coordinator())
    before = await visitor.open(path)
    assert words not in before.text.replace("\xa0", " ")
    await happens(centre)
    assert words in (await visitor.open(path)).text.replace("\xa0", " ")
    assert len(kept_while.pages) == 2


async def test_a_goal_about_meetings_is_read_each_time(visitor: Visitor, there: Goal) -> None:
    await goal(await there.focus_area, "organizations_at_meeting", slug="meetings")
    await visitor.sign_in(await coordinator())
    for path in ("/plans/plan", "/goals/goal", "/goals/meetings"):
        assert (await visitor.open(path)).status == 200
    assert not kept_while.pages


async def test_an_address_with_a_mistake_is_not_kept(visitor: Visitor, there: Goal) -> None:
    await visitor.sign_in(await coordinator())
    assert (await visitor.open("/statistics?year=1814")).status == 422
    assert not kept_while.pages


async def test_a_kept_page_is_the_same_plain_and_packed(visitor: Visitor, there: Goal) -> None:
    await visitor.sign_in(await coordinator())
    sent = {
        accepted: await visitor.open("/statistics", accept_encoding=accepted)
        for accepted in ("br", "gzip", "identity")
    }
    assert {one.response.headers.get("content-encoding") for one in sent.values()} == {None, "gzip"}
    assert len({told(one) for one in sent.values()}) == 1
    assert len(kept_while.pages) == 1
