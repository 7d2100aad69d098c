"""Conditional requests and compression, decided from headers alone."""

from datetime import UTC, datetime

import pytest

from offers.feeds.rules import accepts_gzip, unchanged

ETAGS = ("abc", "abc-gzip")
CHANGED = datetime(2026, 10, 13, 10, 0, 5, tzinfo=UTC)
THEN, BEFORE = "Tue, 13 Oct 2026 10:00:05 GMT", "Tue, 13 Oct 2026 10:00:04 GMT"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", False), ("gzip", True), ("GZIP", True), ("br, gzip, deflate", True), ("gzip;q=0.5", True),
        ("gzip;q=0", False), ("gzip; q=0.000", False), ("deflate", False), ("*", False), ("notgzip", False),
        ("gzip;q=1.0, identity; q=0.5", True), ("identity;q=1, gzip ; q = 0", False),
    ],
)  # fmt: skip
def test_gzip_only_when_asked(header: str, expected: bool) -> None:
    assert accepts_gzip(header) is expected


@pytest.mark.parametrize(
    ("none_match", "expected"),
    [
        ('"abc"', True), ('W/"abc"', True), ('"abc-gzip"', True), ('"x", W/"abc" , "y"', True), ('"x","abc"', True),
        ("*", True), (" * ", True), ('"abcd"', False), ('"ab"', False), ("abc", False), ("", False),
        ('"x", "y"', False), ('W/"x"', False), ('"*"', False),
    ],
)  # fmt: skip
def test_tags_are_compared_weakly_and_in_lists(none_match: str, expected: bool) -> None:
    assert unchanged(none_match, None, ETAGS, CHANGED) is expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (THEN, True), (BEFORE, False), ("Wed, 14 Oct 2026 00:00:00 GMT", True),
        ("Tue, 13 Oct 2026 12:00:05 +0200", True), ("Tue, 13 Oct 2026 10:00:05 -0000", True),
        ("yesterday", False), ("", False),
        ("Tue, 99 Oct 2026 10:00:05 GMT", False),
        ("Tue, 13 Oct 99999999999999999999 10:00:05 GMT", False), (None, False),
    ],
)  # fmt: skip
def test_a_date_that_can_be_read_counts(since: str | None, expected: bool) -> None:
    assert unchanged(None, since, ETAGS, CHANGED) is expected


def test_the_tag_decides_alone_when_both_are_sent() -> None:
    assert unchanged('"x"', THEN, ETAGS, CHANGED) is False
    assert unchanged('"abc"', BEFORE, ETAGS, CHANGED) is True


def test_a_date_that_was_never_promised_decides_nothing() -> None:
    assert unchanged(None, THEN, ETAGS, None) is False
