"""robots.txt, and the map of the site."""

import re
from datetime import timedelta
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest

from marketplace.base.i18n import LANGUAGES
from marketplace.settings import settings
from offers.catalogue.models import Offer, SeatPool, Session, Visibility
from offers.catalogue.sharing import queries
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.town import GUARDED
from tests.visitor import Visitor

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
DAY = timedelta(days=1)


async def read(visitor: Visitor, path: str) -> ElementTree.Element:
    answer = await visitor.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    return ElementTree.fromstring(answer.text)  # noqa: S314 - our own


async def offers_in(visitor: Visitor, path: str = "/sitemap.xml") -> dict[str, str | None]:
    """Slug of each offer in Bokmål, and when it was changed."""
    start = f"{settings().public_url}/offers/"
    return {
        str(url.findtext(f"{SITEMAP}loc")).removeprefix(start): url.findtext(f"{SITEMAP}lastmod")
        for url in (await read(visitor, path)).iter(f"{SITEMAP}url")
        if str(url.findtext(f"{SITEMAP}loc")).startswith(start)
    }


async def test_the_map_has_what_everybody_may_know_of_and_is_not_over(visitor: Visitor) -> None:
    owner = await make.organization("Sentralen")
    shown = [
        await make.offer("Tur", owner=owner, starts=[NOW + DAY]),
        await make.offer("Alltid", owner=owner, starts=[]),
    ]
    hidden = [
        await make.offer("Kladd", owner=owner, state="draft", starts=[NOW + DAY]),
        await make.offer("Over", owner=owner, starts=[NOW - DAY]),
        await make.offer("Avlyst", owner=owner, state="cancelled", starts=[NOW + DAY]),
        await make.offer("Sorg", owner=owner, sensitive=True, starts=[NOW + DAY]),
        await make.offer("Fag", owner=owner, visibility=Visibility.STAFF, starts=[NOW + DAY]),
        await make.offer("Vårt", owner=owner, visibility=Visibility.MEMBERS, starts=[NOW + DAY]),
    ]
    found = await offers_in(visitor)
    assert set(found) == {offer.slug for offer in shown}
    await visitor.sign_in(await make.member(owner, Role.MANAGER, "Eva"))
    assert set(await offers_in(visitor)) == set(found), "it is the same whoever asks"
    assert hidden


async def test_every_page_stands_there_in_every_language_with_the_others(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[NOW + DAY])
    here = settings().public_url
    places = {"nb": f"{here}/offers/{offer.slug}", "nn": f"{here}/nn/offers/{offer.slug}",
              "en": f"{here}/en/offers/{offer.slug}"}  # fmt: skip
    urls = [
        url for url in (await read(visitor, "/sitemap.xml")).iter(f"{SITEMAP}url")
        if offer.slug in str(url.findtext(f"{SITEMAP}loc"))
    ]  # fmt: skip
    assert [url.findtext(f"{SITEMAP}loc") for url in urls] == [*places.values()]
    for url in urls:
        assert {link.get("hreflang"): link.get("href") for link in url.iter(f"{XHTML}link")} == places
    standing = [
        url.findtext(f"{SITEMAP}loc") for url in (await read(visitor, "/sitemap.xml")).iter(f"{SITEMAP}url")
    ]
    assert standing[:3] == [f"{here}/", f"{here}/nn", f"{here}/en"]
    for address in standing:
        assert (await visitor.client.get(str(address).removeprefix(here))).status_code == 200


async def test_the_map_says_when_a_page_was_changed_and_never_that_somebody_booked(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[NOW + DAY])
    await Offer.filter(id=offer.id).update(changed_at=NOW - 9 * DAY)
    await Session.filter(offer=offer).update(changed_at=NOW - 5 * DAY)
    assert await offers_in(visitor) == {offer.slug: "2026-10-08"}
    await make.booking(await SeatPool.get(offer=offer))
    assert await offers_in(visitor) == {offer.slug: "2026-10-08"}


async def test_a_long_map_has_pages(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    owner = await make.organization("Sentralen")
    made = [await make.offer(f"Tur {number}", owner=owner, starts=[]) for number in range(5)]
    listed = [one.text for one in (await read(visitor, "/sitemap.xml")).iter(f"{SITEMAP}loc")]
    assert listed == [f"{settings().public_url}/sitemap/{page}.xml" for page in (1, 2, 3)]
    found = [[*await offers_in(visitor, f"/sitemap/{page}.xml")] for page in (1, 2, 3)]
    assert [len(page) for page in found] == [2, 2, 1]
    assert {slug for page in found for slug in page} == {offer.slug for offer in made}


@pytest.mark.parametrize("page", ["0", "2", "-1", "1.5", "x", "99999", "٣", "%00", "1%0a"])
async def test_a_page_that_the_map_does_not_have_is_not_found(visitor: Visitor, page: str) -> None:
    assert (await visitor.client.get(f"/sitemap/{page}.xml")).status_code in (400, 404)


async def robots(visitor: Visitor) -> list[re.Pattern[str]]:
    """What is disallowed, as RFC 9309 reads it: from the start of the address, * for anything."""
    answer = await visitor.client.get("/robots.txt")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == f"Sitemap: {settings().public_url}/sitemap.xml"
    rules = [line.removeprefix("Disallow: ") for line in lines[1:-1] if line]
    assert all(rule.startswith("/") for rule in rules)
    simple = RobotFileParser()  # reads no stars
    simple.parse(lines)
    assert simple.can_fetch("*", "/offers/tur")
    return [re.compile(re.escape(rule).replace(r"\*", ".*")) for rule in rules]


def disallowed(rules: list[re.Pattern[str]], path: str) -> bool:
    return any(rule.match(path) for rule in rules)


async def test_every_page_behind_a_door_is_left_alone_in_every_language_and_no_public_one_but_bookings(
    visitor: Visitor,
) -> None:
    rules = await robots(visitor)
    for prefix in ("", *(f"/{code}" for code in LANGUAGES if code != "nb")):
        for route in GUARDED:
            if route.endpoint.mark.name != "public":
                assert disallowed(rules, prefix + route.path), route.path
        for path in (
            "/",
            "/offers",
            "/offers/tur",
            "/organizations/sentralen",
            "/about",
            "/help-now",
            "/t/K7M2",
        ):
            assert not disallowed(rules, prefix + path), path
        for path in ("/bookings/abc", "/offers?kind=course&q=tur", "/offers/tur/bookings/new?session=1"):
            assert disallowed(rules, prefix + path), path


async def test_the_calendars_are_never_forbidden_for_those_who_subscribe_ask_first(visitor: Visitor) -> None:
    rules = await robots(visitor)
    feeds = [
        route.path
        for route in GUARDED
        if route.path.endswith((".ics", ".atom")) and "bookings" not in route.path
    ]
    assert len(feeds) > 8
    assert [path for path in feeds if disallowed(rules, path)] == []
