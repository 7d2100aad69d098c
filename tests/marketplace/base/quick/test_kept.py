"""Public pages that are made once a second for visitors without a cookie, and never for anybody else."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest

from marketplace.base.quick import kept
from marketplace.settings import settings
from offers.catalogue.models import OfferText, SeatPool
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Pages are kept for a second, by a clock that stands still; `clock.at` moves it."""
    still = SimpleNamespace(at=1000.0)
    monkeypatch.setattr(kept, "time", SimpleNamespace(monotonic=lambda: still.at))
    monkeypatch.setenv("TREFFPUNKT_PAGE_SECONDS", "1")
    settings.cache_clear()
    kept.pages.clear()
    yield still
    monkeypatch.undo()
    settings.cache_clear()
    kept.pages.clear()


PATHS = pytest.mark.parametrize("path", ["/", "/offers", "/offers?kind=activity", "/offers/tur"])
ENOUGH = 3
"""Offers in a list that asks nobody what they miss: a page with such a form is nobody else's."""


async def offers() -> None:
    """Tomorrow's, so that the front page shows them too."""
    for number in range(ENOUGH):
        await make.offer(
            "Tur",
            slug="tur" if not number else f"tur-{number}",
            capacity=10,
            starts=[NOW + timedelta(days=1)],
        )


async def changed() -> None:
    """An offer that is full of news."""
    await SeatPool.all().update(taken=9)
    await OfferText.all().update(title="Lang tur")


@PATHS
async def test_a_page_stands_for_a_second(visitor: Visitor, clock: SimpleNamespace, path: str) -> None:
    await offers()
    first = await visitor.open(path)
    await changed()
    clock.at += 0.9
    assert (await visitor.open(path)).response.content == first.response.content
    clock.at += 0.2
    after = await visitor.open(path)
    assert "Lang tur" in after.text
    assert "1 plass igjen" in after.text or path == "/"


@PATHS
async def test_whoever_has_opened_a_form_or_is_signed_in_reads_afresh(
    visitor: Visitor, clock: SimpleNamespace, path: str
) -> None:
    await offers()
    await visitor.open(path)
    await changed()
    await visitor.open("/sign-in")
    assert "Lang tur" in (await visitor.open(path)).text
    visitor.client.cookies.clear()
    await visitor.sign_in(await make.person("Ola"))
    own = await visitor.open(path)
    assert "Lang tur" in own.text
    assert "Min side" in own.text
    visitor.client.cookies.clear()
    assert "Min side" not in (await visitor.open(path)).text.replace("Se eller endre", "")


async def test_the_same_page_is_sent_plain_and_packed(visitor: Visitor, clock: SimpleNamespace) -> None:
    await make.offer("Tur", slug="tur")
    sent = []
    for accepted in ("gzip", "identity", "gzip"):
        request = visitor.client.build_request("GET", "/offers/tur", headers={"accept-encoding": accepted})
        answer = await visitor.client.send(request, stream=True)
        raw = b"".join([part async for part in answer.aiter_raw()])
        assert int(answer.headers["content-length"]) == len(raw)
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers.get("content-encoding", "identity") == accepted
        assert len(answer.headers.get_list("content-security-policy")) == 1
        assert len(answer.headers.get_list("x-request-id")) == 1
        sent.append(gzip.decompress(raw) if accepted == "gzip" else raw)
    assert sent[0] == sent[1] == sent[2]
    assert b"Tur" in sent[0]


async def test_languages_and_parts_are_pages_of_their_own(visitor: Visitor, clock: SimpleNamespace) -> None:
    await make.offer("Tur", slug="tur")
    whole, part = await visitor.open("/offers"), await visitor.open("/offers", hx_request="true")
    restored = await visitor.open("/offers", hx_request="true", hx_history_restore_request="true")
    english = await visitor.open("/en/offers")
    assert ["<html" in page.response.text for page in (whole, part, restored, english)] == [
        True, False, True, True,
    ]  # fmt: skip
    assert (whole.soup.html["lang"], english.soup.html["lang"]) == ("nb", "en")


async def test_only_good_pages_are_kept_and_only_so_many(
    visitor: Visitor, clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    await offers()
    for number in range(5):
        assert (await visitor.open(f"/offers?asked={number}")).status == 200
        assert (await visitor.open("/offers/finnes-ikke")).status == 404
        assert (await visitor.open("/offers?kind=finnes-ikke")).status == 422
    assert [query for _, query, *_ in kept.pages] == [b"asked=2", b"asked=3", b"asked=4"]


async def test_a_page_with_a_form_is_kept_without_its_token(visitor: Visitor, clock: SimpleNamespace) -> None:
    seen = []
    for _visitor in range(3):
        visitor.client.cookies.clear()
        page = await visitor.open("/sign-in")
        seen.append((page.fields()["form_token"][0], visitor.client.cookies["form"]))
        assert page.response.headers["cache-control"] == "no-store"
        assert (await visitor.submit(page, address="ola@example.no")).status == 303
    assert len(kept.pages) == 1
    assert len({token for token, _ in seen}) == len({cookie for _, cookie in seen}) == 3
    assert kept.HOLE.decode() not in page.response.text


async def test_what_somebody_writes_on_a_page_is_never_filled_with_a_token(
    visitor: Visitor, clock: SimpleNamespace
) -> None:
    dashes = "-" * 48
    for _time in range(2):
        visitor.client.cookies.clear()
        page = await visitor.open(f"/sign-in?next=/{dashes}")
        assert page.fields("/sign-in")["next"] == [f"/{dashes}"]


async def test_the_token_of_one_visitor_is_no_good_to_another(
    visitor: Visitor, clock: SimpleNamespace
) -> None:
    theirs = await visitor.open("/sign-in")
    visitor.client.cookies.clear()
    await visitor.open("/sign-in")
    assert (await visitor.submit(theirs, address="ola@example.no")).status == 403


async def test_next_makes_a_page_of_its_own(visitor: Visitor, clock: SimpleNamespace) -> None:
    assert (await visitor.open("/sign-in?next=/manage")).fields()["next"] == ["/manage"]
    visitor.client.cookies.clear()
    assert (await visitor.open("/sign-in")).fields()["next"] == [""]
