"""Who is counted: X-Forwarded-For is believed from our own proxies only."""

from collections.abc import Iterator

import pytest

from marketplace.base.http import Request
from marketplace.base.limits import client_address
from marketplace.settings import settings

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
