"""Pages that are drawn once for all visitors: the same for each, never old, never somebody's own."""

import gzip

import pytest

from marketplace.base import templates
from offers.catalogue.models import OfferText, SeatPool
from tests import make
from tests.visitor import Visitor


@pytest.fixture
def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are drawn."""
    drawn: list[str] = []
    render = templates.render

    def counted(request: object, name: str, **rest: object) -> object:
        drawn.append(name)
        return render(request, name, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(templates, "render", counted)
    templates._drawn.cache_clear()
    return drawn


@pytest.mark.parametrize("path", ["/", "/offers", "/offers?kind=activity", "/offers/tur"])
async def test_a_page_is_drawn_once_and_again_when_what_it_says_has_changed(
    visitor: Visitor, drawings: list[str], path: str
) -> None:
    offer = await make.offer("Tur", slug="tur", capacity=10)
    first = await visitor.open(path)
    assert (await visitor.open(path)).response.content == first.response.content
    assert len(drawings) == 1
    await SeatPool.filter(offer=offer).update(taken=9)
    await OfferText.filter(offer=offer).update(title="Lang tur")
    after = await visitor.open(path)
    assert "Lang tur" in after.text
    assert "1 plass igjen" in after.text
    assert len(drawings) == 2


async def test_the_same_page_is_sent_plain_and_packed(visitor: Visitor) -> None:
    await make.offer("Tur", slug="tur")
    sent = []
    for accepted in ("gzip", "identity", "gzip"):
        request = visitor.client.build_request("GET", "/offers/tur", headers={"accept-encoding": accepted})
        answer = await visitor.client.send(request, stream=True)
        raw = b"".join([part async for part in answer.aiter_raw()])
        assert int(answer.headers["content-length"]) == len(raw)
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.headers.get("content-encoding", "identity") == accepted
        assert answer.headers.get_list("content-security-policy") == [
            answer.headers["content-security-policy"]
        ]
        sent.append(gzip.decompress(raw) if accepted == "gzip" else raw)
    assert sent[0] == sent[1] == sent[2]
    assert b"Tur" in sent[0]


async def test_languages_parts_and_people_have_pages_of_their_own(
    visitor: Visitor, drawings: list[str]
) -> None:
    await make.offer("Tur", slug="tur")
    whole = await visitor.open("/offers")
    assert (await visitor.open("/en/offers")).soup.html["lang"] == "en"
    part = await visitor.open("/offers", hx_request="true")
    assert "<html" in whole.response.text
    assert "<html" not in part.response.text
    await visitor.sign_in(await make.person("Ola"))
    own = await visitor.open("/offers")
    assert "Min side" in own.text
    assert own.response.headers["cache-control"] == "no-store"
    await visitor.open("/offers")
    assert len(drawings) == 5, "pages of whoever is signed in are never kept"
