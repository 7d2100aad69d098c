"""The Atom feed of new offers, read as RFC 4287 says."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from marketplace.base.data.database import rows
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Offer, OfferText, Visibility
from offers.catalogue.states import OfferState
from offers.feeds import atom
from organizations.directory.models import OrganizationState
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

A = "{http://www.w3.org/2005/Atom}"
DAY = timedelta(days=1)
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


async def feed(visitor: Visitor) -> Any:
    page = await visitor.open("/offers.atom")
    assert page.status == 200
    return ElementTree.fromstring(page.response.content)  # noqa: S314 - our own


def texts(element: Any, name: str) -> list[str | None]:
    return [found.text for found in element.findall(f"{A}{name}")]


async def titles(visitor: Visitor) -> list[str | None]:
    return [entry.find(f"{A}title").text for entry in (await feed(visitor)).findall(f"{A}entry")]


async def test_it_is_an_atom_feed(visitor: Visitor) -> None:
    owner = await make.organization("Røde Kors")
    offer = await make.offer("Kafé", slug="kafe", owner=owner, kind=Kind.MEETING_PLACE,
                             published_at=NOW - DAY, changed_at=NOW - timedelta(hours=1))  # fmt: skip
    found = await feed(visitor)
    assert found.tag == f"{A}feed"
    assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "nb"
    assert texts(found, "id") == ["http://127.0.0.1:8000/offers.atom"]
    assert texts(found, "title") == ["Nye tilbud: Treffpunkt Sandnes"]
    assert texts(found, "updated") == ["2026-10-13T09:00:00Z"]
    assert [(link.get("rel"), link.get("type"), link.get("href")) for link in found.findall(f"{A}link")] == [
        ("self", "application/atom+xml", "http://127.0.0.1:8000/offers.atom"),
        ("alternate", "text/html", "http://127.0.0.1:8000/offers"),
    ]
    (entry,) = found.findall(f"{A}entry")
    assert {child.tag.removeprefix(A): child.text for child in entry} == {
        "id": f"urn:uuid:{offer.id}", "title": "Kafé", "published": "2026-10-12T10:00:00Z",
        "updated": "2026-10-13T09:00:00Z", "author": None, "category": None, "link": None, "summary": "Kafé: bli med.",
    }  # fmt: skip
    assert entry.find(f"{A}author/{A}name").text == "Røde Kors"
    assert entry.find(f"{A}link").attrib == {
        "rel": "alternate", "type": "text/html", "href": "http://127.0.0.1:8000/offers/kafe",
    }  # fmt: skip
    assert entry.find(f"{A}category").attrib == {"term": "meeting_place", "label": "Møteplass"}


async def test_an_empty_one_is_valid_too(visitor: Visitor) -> None:
    found = await feed(visitor)
    assert found.findall(f"{A}entry") == []
    assert RFC3339.fullmatch(found.find(f"{A}updated").text)


async def test_the_newest_stand_first_and_fifty_at_most(visitor: Visitor) -> None:
    owner = await make.organization()
    for number in range(52):
        await make.offer(f"Nummer {number}", owner=owner, published_at=NOW - timedelta(hours=number))
    assert await titles(visitor) == [f"Nummer {number}" for number in range(50)]


async def test_only_what_visitors_may_see_and_what_is_not_over(visitor: Visitor) -> None:
    await make.offer("Synlig")
    await make.offer("Uten datoer", starts=[], joining=Joining.REQUEST, published_at=NOW - DAY)
    await make.offer("Utkast", state=OfferState.DRAFT, published_at=None)
    await make.offer("Avlyst", state=OfferState.CANCELLED)
    await make.offer("For ansatte", visibility=Visibility.STAFF)
    owner = await make.organization()
    await make.offer("For oss", owner=owner, visibility=Visibility.MEMBERS)
    await make.offer("Stengt", owner=await make.organization(state=OrganizationState.SUSPENDED))
    await make.offer("Over", starts=[NOW - 2 * DAY])
    await visitor.sign_in(await make.member(owner))
    assert await titles(visitor) == ["Synlig", "Uten datoer"]


async def test_a_sensitive_one_stands_as_in_the_list_without_seats(visitor: Visitor) -> None:
    await make.offer("Sorggruppe", sensitive=True, joining=Joining.REQUEST, capacity=7)
    assert await titles(visitor) == ["Sorggruppe"]
    assert "7" not in (await feed(visitor)).find(f"{A}entry/{A}summary").text


async def test_what_somebody_writes_cannot_break_it(visitor: Visitor) -> None:
    title = "<script>alert(1)</script> & «Kafé»\x00\x08 ]]> \ufffe\uffff \U0001f389"
    await make.offer(title.replace("\x00", ""))
    page = await visitor.open("/offers.atom")
    assert b"<script" not in page.response.content
    assert await titles(visitor) == ["<script>alert(1)</script> & «Kafé» ]]>  \U0001f389"]


async def test_it_is_in_bokmal_where_there_is_a_text(visitor: Visitor) -> None:
    both = await make.offer("Café", source_lang="en", published_at=NOW)
    await OfferText.create(offer=both, lang="nb", title="Kafé", summary="Bli med.")
    await make.offer("Tea", source_lang="en", published_at=NOW - DAY)
    xml_lang = "{http://www.w3.org/XML/1998/namespace}lang"
    entries = (await feed(visitor)).findall(f"{A}entry")
    assert [(entry.find(f"{A}title").text, entry.get(xml_lang)) for entry in entries] == [
        ("Kafé", None),
        ("Tea", "en"),
    ]
    english = await visitor.open("/en/offers.atom")
    assert english.response.content == (await visitor.open("/offers.atom")).response.content


async def test_over_http_it_is_as_the_calendars(visitor: Visitor) -> None:
    offer = await make.offer("Kafé")
    first = (await visitor.open("/offers.atom")).response
    assert first.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert first.headers["cache-control"] == "no-cache"
    assert "content-disposition" not in first.headers
    assert "set-cookie" not in first.headers
    visitor.wait(timedelta(hours=3))
    again = (await visitor.open("/offers.atom")).response
    assert again.content == first.content
    known = await visitor.open("/offers.atom", if_none_match=first.headers["etag"])
    assert (known.status, known.response.content) == (304, b"")
    await Offer.filter(id=offer.id).update(published_at=NOW + timedelta(hours=1))
    await rows("UPDATE offer_text SET title = 'Te'")
    changed = await visitor.open("/offers.atom", if_none_match=first.headers["etag"])
    assert changed.status == 200
    assert "<title>Te</title>" in changed.response.text
    head = (await visitor.client.head("/offers.atom")).headers
    assert head["etag"] == changed.response.headers["etag"]


async def test_the_pages_tell_of_it(visitor: Visitor) -> None:
    for path in ("/", "/offers", "/en/offers"):
        link = (await visitor.open(path)).soup.find("link", type="application/atom+xml")
        assert link["href"] == "/offers.atom"
        assert link["rel"] == ["alternate"]


def test_a_moment_is_in_utc() -> None:
    assert atom.moment(datetime(2026, 7, 1, 12, 0, 0, 999, tzinfo=UTC)) == "2026-07-01T12:00:00Z"
