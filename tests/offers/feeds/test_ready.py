"""The short way of a kept feed, past routes and doors: the same answer, to everybody, while nothing has changed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from marketplace.access import Guarded
from marketplace.base.data.database import value
from marketplace.base.data.revision import catalogue
from offers.catalogue.models import OfferText
from offers.feeds import answers
from tests import make
from tests.house.test_headers import check
from tests.offers.feeds.test_cache import until
from tests.visitor import Visitor

FEED = "/calendar/all.ics"


@pytest.fixture
async def listening(visitor: Visitor, database_url: str) -> AsyncIterator[None]:
    answers._addresses.clear()
    async with catalogue.listening(database_url):
        await until(lambda: catalogue.heard)
        yield


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that a door was asked for."""
    asked: list[str] = []
    enter = Guarded.__call__

    async def counted(self: Guarded, scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await enter(self, scope, receive, send)

    monkeypatch.setattr(Guarded, "__call__", counted)
    return asked


async def get(visitor: Visitor, path: str = FEED, method: str = "GET", **headers: str) -> Any:
    sent = {"accept-encoding": "identity"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return await visitor.client.request(method, path, headers=sent)


def without_id(answer: Any) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers.multi_items() if pair[0] != "x-request-id")


@pytest.mark.parametrize("path", [FEED, "/calendar/kinds/activity.ics", "/offers.atom"])
async def test_it_gives_what_the_view_gives(
    visitor: Visitor, listening: None, doors: list[str], path: str
) -> None:
    await make.offer("Kafé")
    now = await value("SELECT revision FROM catalogue_revision")
    await until(lambda: catalogue.heard == (catalogue.epoch, now))
    first = await get(visitor, path)
    await asyncio.sleep(1.1)  # a second that still runs is not told
    ways: list[dict[str, Any]] = [
        {}, {"accept_encoding": "gzip"}, {"method": "HEAD"}, {"if_none_match": first.headers["etag"]},
        {"if_none_match": '"x"'}, {"if_modified_since": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ]  # fmt: skip
    known = [await get(visitor, path, **way) for way in ways]
    assert doors == [path]
    answers._addresses.clear()
    for way, short in zip(ways, known, strict=True):
        answers._addresses.clear()
        by_view = await get(visitor, path, **way)
        assert (short.status_code, short.content) == (by_view.status_code, by_view.content)
        assert without_id(short) == without_id(by_view)
        check(short)
    assert len(doors) == 1 + len(ways)


async def test_it_is_logged_with_its_route(
    visitor: Visitor, listening: None, doors: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    offer = await make.offer("Kafé", slug="kafe")
    for _ in range(2):
        await get(visitor, f"/calendar/offers/{offer.slug}.ics")
    lines = [line for line in capsys.readouterr().err.splitlines() if '"event": "request"' in line]
    assert len(lines) == 2
    assert all('"route": "/calendar/offers/{slug}.ics", "status": 200' in line for line in lines)
    assert "kafe" not in "".join(lines)


async def test_a_change_and_a_new_day_go_the_long_way(
    visitor: Visitor, listening: None, doors: list[str]
) -> None:
    await make.offer("Kafé")
    await get(visitor)
    await OfferText.all().update(title="Te")
    now = await value("SELECT revision FROM catalogue_revision")
    await until(lambda: catalogue.heard == (catalogue.epoch, now))
    assert "SUMMARY:Te" in (await get(visitor)).text
    assert len(doors) == 2
    await get(visitor)
    assert len(doors) == 2
    visitor.wait(timedelta(days=1))
    await get(visitor)
    assert len(doors) == 3


async def test_only_reading_and_only_our_hosts(visitor: Visitor, listening: None, doors: list[str]) -> None:
    await get(visitor)
    assert (await get(visitor, method="POST")).status_code == 405
    assert (await get(visitor, host="evil.example")).status_code == 400
    assert (await visitor.client.get(FEED, headers={"content-length": "x"})).status_code >= 400
    assert (await visitor.client.get(f"{FEED}?x=%00")).status_code == 400
    assert doors == [FEED]


async def test_nothing_private_goes_the_short_way(
    visitor: Visitor, listening: None, doors: list[str]
) -> None:
    from offers.feeds.actions import make_address
    from tests.conftest import NOW

    path = f"/calendar/private/{await make_address((await make.person('Ola')).id, now=NOW)}.ics"
    for _ in range(2):
        assert (await get(visitor, path)).status_code == 200
    assert doors == [path, path]


async def test_whoever_asks_gets_the_same(visitor: Visitor, listening: None, doors: list[str]) -> None:
    await make.offer("Kafé")
    await get(visitor)
    known = await get(visitor)
    await visitor.sign_in(await make.member(await make.organization()))
    # Making the organisation changed the catalogue: one long way, then the short one again.
    await get(visitor)
    short = await get(visitor)
    assert short.content == known.content
    assert "set-cookie" not in short.headers


async def test_paths_do_not_pile_up(
    visitor: Visitor, listening: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 3)
    for offer in [await make.offer() for _ in range(5)]:
        await get(visitor, f"/calendar/offers/{offer.slug}.ics")
        await get(visitor, "/calendar/offers/finnes-ikke.ics")
    assert len(answers._addresses) <= 3
