"""A slip of the finger is asked about; a word with another ending is none."""

import pytest

from offers.search.words.near import meant

KNOWN = {"kvelder", "turgruppe", "strikking", "suppe", "sorg", "trening"}


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("turgrupe", "turgruppe"),
        ("stirkking", "strikking"),
        ("supe i dag", "suppe i dag"),
        ("trenign", "trening"),
    ],
)
def test_a_slip_is_put_right(typed: str, proposed: str) -> None:
    assert meant(typed, KNOWN) == proposed


@pytest.mark.parametrize(
    "typed", ["kvelden", "alene om kvelden", "kvelds", "suppen", "Treninga", "turgruppene"]
)
def test_another_ending_is_no_slip(typed: str) -> None:
    assert meant(typed, KNOWN) is None


def test_what_is_asked_with_is_no_slip() -> None:
    assert meant("where can I learn norwegian", {"here", "norwegian", "learn"}) is None


def test_a_short_word_is_let_be() -> None:
    assert meant("tog", KNOWN | {"tur"}) is None
