"""The feeds over HTTP, as design/calendar.md says."""

import asyncio
import gzip
import re
from datetime import time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from marketplace.base import clock
from marketplace.base.data.database import rows
from offers.catalogue.models import Offer, OfferText, Session
from offers.feeds import queries
from offers.feeds.body import Body
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

FEED = "/calendar/all.ics"


async def get(visitor: Visitor, path: str = FEED, method: str = "GET", **headers: str) -> Any:
    """The bare response; without a header of ours, nothing is accepted or known."""
    sent = {"accept-encoding": "identity"} | {name.replace("_", "-"): text for name, text in headers.items()}
    return await visitor.client.request(method, path, headers=sent)


@pytest.fixture
async def offer(visitor: Visitor) -> Offer:
    return await make.offer("Kafé")


async def test_a_feed_is_plain_to_fetch(visitor: Visitor, offer: Offer) -> None:
    for path in (FEED, "/calendar/kinds/activity.ics", f"/calendar/offers/{offer.slug}.ics"):
        answer = await get(visitor, path, accept="text/html")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.headers["content-disposition"] == "inline"
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-length"] == str(len(answer.content))
        assert re.fullmatch(r'"[0-9a-f]{32}"', answer.headers["etag"])
        assert "set-cookie" not in answer.headers
        assert "content-encoding" not in answer.headers


async def test_nothing_changed_gives_the_same_bytes_and_tag(visitor: Visitor, offer: Offer) -> None:
    first = await get(visitor)
    await rows("UPDATE session SET vevent = NULL")
    visitor.wait(timedelta(hours=3))
    again = await get(visitor)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])


async def test_304_has_the_tag_and_no_body(visitor: Visitor, offer: Offer) -> None:
    etag = (await get(visitor)).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        answer = await get(visitor, if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["vary"] == "Accept-Encoding"
        assert "content-type" not in answer.headers
        assert "content-length" not in answer.headers
    assert (await get(visitor, if_none_match='"x"')).status_code == 200


async def test_a_change_gives_200_for_the_old_tag(visitor: Visitor, offer: Offer) -> None:
    etag = (await get(visitor)).headers["etag"]
    await OfferText.all().update(title="Te")
    answer = await get(visitor, if_none_match=etag)
    assert answer.status_code == 200
    assert "SUMMARY:Te" in answer.text
    assert answer.headers["etag"] != etag


async def test_several_lines_of_if_none_match_are_one_list(visitor: Visitor, offer: Offer) -> None:
    etag = (await get(visitor)).headers["etag"]
    answer = await visitor.client.get(FEED, headers=[("if-none-match", '"x"'), ("if-none-match", etag)])
    assert answer.status_code == 304


async def test_the_tag_wins_over_the_date(visitor: Visitor, offer: Offer) -> None:
    first = await get(visitor)
    since = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert (await get(visitor, if_modified_since=since)).status_code == 304
    assert (await get(visitor, if_modified_since=since, if_none_match='"x"')).status_code == 200
    old = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert (await get(visitor, if_modified_since=old)).status_code == 200
    assert (await get(visitor, if_modified_since=old, if_none_match=first.headers["etag"])).status_code == 304


async def test_gzip_when_asked_with_a_tag_of_its_own(visitor: Visitor, offer: Offer) -> None:
    plain = await get(visitor)
    async with visitor.client.stream("GET", FEED, headers={"accept-encoding": "br, gzip"}) as packed:
        raw = b"".join([piece async for piece in packed.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(raw))
    assert gzip.decompress(raw) == plain.content
    assert packed.headers["etag"] == plain.headers["etag"].replace('"', "").join(['"', '-gzip"'])
    for known in (plain.headers["etag"], packed.headers["etag"]):
        assert (await get(visitor, if_none_match=known, accept_encoding="gzip")).status_code == 304


async def test_head_tells_the_same_without_the_body(visitor: Visitor, offer: Offer) -> None:
    # While the second of a change still runs, the one before it is told; it must not end between the two.
    await rows("UPDATE catalogue_revision SET changed_at = changed_at - interval '1 minute'")
    got, told = await get(visitor), await get(visitor, method="HEAD")
    assert (told.status_code, told.content) == (200, b"")
    for name in ("etag", "content-length", "content-type", "last-modified"):
        assert told.headers[name] == got.headers[name]
    assert (await get(visitor, method="HEAD", if_none_match="*")).status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
async def test_a_feed_is_only_read(visitor: Visitor, method: str) -> None:
    assert (await get(visitor, method=method)).status_code == 405


def last_modified(answer: Any) -> Any:
    return parsedate_to_datetime(answer.headers["last-modified"])


async def test_last_modified_rises_with_every_change_and_never_falls(visitor: Visitor, offer: Offer) -> None:
    await make.offer("Te")
    told = [last_modified(await get(visitor))]
    for change in (
        lambda: OfferText.filter(offer_id=offer.id).update(title="Kaffe"),
        lambda: Session.filter(offer_id=offer.id).update(note="Ny inngang."),
        lambda: rows("DELETE FROM seat_pool"),
        lambda: rows("DELETE FROM session WHERE offer_id = $1", offer.id),
        lambda: rows("DELETE FROM offer_text"),
    ):
        await asyncio.sleep(1.1)
        await change()
        told.append(last_modified(await get(visitor)))
    assert told == sorted(told)
    assert told[0] < told[1] < told[2] <= told[3] < told[4] < told[5]


async def test_two_changes_in_one_second_do_not_share_a_date(visitor: Visitor, offer: Offer) -> None:
    for title in ("Te", "Kaffe", "Kakao", "Saft", "Vann"):
        known = last_modified(await get(visitor))
        await OfferText.all().update(title=title)
        await asyncio.sleep(1.01)
        answer = await get(visitor, if_modified_since=known.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        assert answer.status_code == 200
        assert f"SUMMARY:{title}" in answer.text


def test_a_second_is_told_when_it_is_over() -> None:
    running = Body(b"", 1, NOW + timedelta(seconds=0.3), NOW + timedelta(seconds=0.4))
    assert running.modified_at == NOW - timedelta(seconds=1)
    over = Body(b"", 1, NOW + timedelta(seconds=0.3), NOW + timedelta(seconds=1))
    assert over.modified_at == NOW


async def test_midnight_is_a_change_too(db: None) -> None:
    """An event may have left the window."""
    now = clock.now()  # the real one: it is the database's clock that counts
    await rows("UPDATE catalogue_revision SET changed_at = $1", now - timedelta(days=3))
    body = await queries.public_feed("all", "", now)
    assert body.modified_at == clock.at_oslo(clock.today(now), time(0))
