"""Who is counted: X-Forwarded-For is believed from our own proxies only. What counts: all tries."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from marketplace.base.data.database import rows
from marketplace.base.errors import TooMany
from marketplace.base.web.http import Request
from marketplace.base.web.limits import client_address, limits, of_address
from marketplace.people.models import ActsFor
from marketplace.settings import settings
from offers.catalogue.models import Joining
from tests import make
from tests.visitor import Visitor

HOUR = timedelta(hours=1)
ROOT = Path(__file__).parents[4]

PROXY, OUTER, BALANCER = "10.0.0.5", "10.0.0.6", "10.1.0.77"


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TREFFPUNKT_TRUSTED_PROXIES", f"{PROXY}, {OUTER}, 10.1.0.0/24, fd00::/64")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def asks(peer: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return client_address(Request({"type": "http", "method": "GET", "client": (peer, 1), "headers": headers}))


def test_nobody_can_say_where_they_come_from(proxied: None) -> None:
    assert asks("203.0.113.7", "198.51.100.1") == "203.0.113.7"


def test_our_proxy_says_where_they_come_from_and_only_its_own_word_counts(proxied: None) -> None:
    assert asks(PROXY, "198.51.100.1") == "198.51.100.1"
    assert asks(PROXY, "6.6.6.6, 198.51.100.1") == "198.51.100.1"
    assert asks(PROXY) == PROXY


def test_a_second_header_of_the_visitors_own_does_not_count(proxied: None) -> None:
    assert asks(PROXY, "6.6.6.6", "198.51.100.1") == "198.51.100.1"


def test_behind_two_proxies_of_ours_it_is_what_the_outer_one_saw(proxied: None) -> None:
    assert asks(PROXY, f"6.6.6.6, 198.51.100.1, {OUTER}") == "198.51.100.1"
    assert asks(PROXY, OUTER) == OUTER


def test_a_network_of_proxies_counts_as_they_do(proxied: None) -> None:
    assert asks(BALANCER, "198.51.100.1") == "198.51.100.1"
    assert asks("::ffff:10.1.0.9", "198.51.100.1") == "198.51.100.1"
    assert asks("fd00::7", "2001:db8::1") == "2001:db8::1"
    assert asks("10.1.1.9", "198.51.100.1") == "10.1.1.9"


def test_the_port_of_a_connection_makes_nobody_new(proxied: None) -> None:
    assert asks(PROXY, "198.51.100.1:4711") == "198.51.100.1"
    assert asks(PROXY, "[2001:db8::1]:4711") == "2001:db8::1"
    assert asks(PROXY, "2001:db8::1") == "2001:db8::1"


async def used_up(action: str, address: str, most: int, window: timedelta, now: datetime) -> None:
    """Others have used all the tries that there are with an address."""
    whole = of_address(action, address, most, window, now=now)
    await limits([replace(whole, count=whole.most)], now=now)


async def refused_after(address: str, now: datetime) -> tuple[int, timedelta]:
    """How often one tries with an address until one is refused, and how long one is told to wait."""
    for tried in range(1, 100):
        try:
            await limits([of_address("try", address, 10, timedelta(days=1), now=now)], now=now)
        except TooMany as refused:
            return tried, refused.retry_after
    raise AssertionError("never refused")


async def test_who_is_refused_is_not_told_since_when_somebody_has_used_an_address(visitor: Visitor) -> None:
    before = visitor.now - timedelta(hours=3, minutes=17)
    await limits([of_address("try", "ola@example.no", 10, timedelta(days=1), now=before)], now=before)
    waits = {(await refused_after(f"{name}@example.no", visitor.now))[1] for name in ("ola", "nobody")}
    assert waits == {timedelta(hours=14)}, "the end of the day (UTC), for everybody"


async def test_how_often_an_address_was_used_is_not_told_by_when_one_is_refused(visitor: Visitor) -> None:
    unused = {(await refused_after(f"nobody{number}@example.no", visitor.now))[0] for number in range(40)}
    assert unused == {11, 12, 13, 14, 15, 16}, "most and up to half as many again"
    days = [visitor.now + timedelta(days=day) for day in range(40)]
    another_day = {of_address("try", "ola@example.no", 10, timedelta(days=1), now=day).most for day in days}
    assert another_day == {10, 11, 12, 13, 14, 15}, "and another the next day"


async def test_of_a_booking_too_one_is_told_the_same_whether_somebody_has_booked(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[visitor.now + timedelta(days=20)])
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await visitor.submit(page, name="Ola", contact="email", email="ola@example.no")
    visitor.wait(timedelta(days=2))
    waits = []
    for address in ("ola@example.no", "nobody@example.no"):
        one = of_address("book for", address, 40, timedelta(days=30), now=visitor.now)
        await limits([replace(one, count=one.most - 1)], now=visitor.now)
        for name in ("Per", "Pål"):
            page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
            sent = await visitor.submit(page, name=name, contact="email", email=address)
        waits.append(int(sent.response.headers["retry-after"]))
    assert abs(waits[0] - waits[1]) < 60, "the clock of the test goes on"


async def test_a_try_that_is_refused_by_an_error_counts_too(visitor: Visitor) -> None:
    # Others have asked for this address so often that it is refused: whoever goes on asking uses up their own tries.
    await used_up("new address", "somebody@example.no", 10, HOUR, visitor.now)
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    page = await visitor.open("/my-page/contacts/new")
    for _try in range(10):
        assert (await visitor.submit(page, "/new", address="somebody@example.no")).status == 429
    assert (await visitor.submit(page, "/new", address="ny@example.no")).status == 429
    assert await rows("SELECT * FROM outbox_message") == []


async def test_of_what_somebody_acts_for_too(visitor: Visitor) -> None:
    await used_up("offer help", "berit@example.no", 5, timedelta(days=1), visitor.now)
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    page = await visitor.open("/my-page/people/new")
    answers = [
        (await visitor.submit(page, "/new", name=f"Berit {number}", relation="next_of_kin", address=address)).status
        for number, address in enumerate(["berit@example.no"] * 20 + ["liv@example.no"])
    ]  # fmt: skip
    assert answers == [429] * 21
    assert await ActsFor.all().count() == 0


async def test_a_try_that_is_only_to_be_shown_counts_too(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    sent = await visitor.submit(page, name="Emma", contact="email", email="emma@example.no")
    page = await visitor.open(f"{(await visitor.follow(sent)).url}/link")
    for _try in range(5):
        assert (await visitor.submit(page, "/link", show_in="en")).status == 303
    assert (await visitor.submit(page, "/link")).status == 429


async def test_what_is_done_counts_once(visitor: Visitor) -> None:
    await visitor.sign_in(await make.person("Ola", "ola@example.no"))
    page = await visitor.open("/my-page/contacts/new")
    assert (await visitor.submit(page, "/new", address="ny@example.no")).status == 303
    assert {each["count"] for each in await rows("SELECT count FROM rate_limit")} == {1}


def test_what_counts_by_an_address_says_so() -> None:
    by_an_address = re.compile(
        r"""(?:Tries|limit)\(\s*["'][^"']+["'],\s*[^,]*(?:address|contact|reach)\b[^,]*,""", re.IGNORECASE
    )
    found = [
        one.group(0)
        for room in ("marketplace", "offers", "organizations")
        for file in sorted((ROOT / room).rglob("*.py"))
        if file.name != "limits.py"
        for one in by_an_address.finditer(file.read_text())
    ]
    assert found == []


async def test_what_is_written_behind_a_name_makes_nobody_new(visitor: Visitor) -> None:
    await used_up("try", "ola+en@example.no", 10, timedelta(days=1), visitor.now)
    for same in ("ola@example.no", "ola+to@example.no", "ola++@example.no"):
        assert (await refused_after(same, visitor.now))[0] == 1, same
    for another in ("ola@example.com", "olai@example.no", "+4790000000", "+4790000001"):
        assert (await refused_after(another, visitor.now))[0] > 10, another
