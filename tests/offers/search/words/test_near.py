"""A slip of the finger is asked about; a word with another ending is none."""

import pytest

from offers.search.words.near import by_plain, meant

WORDS = {
    "kvelder",
    "turgruppe",
    "strikking",
    "suppe",
    "sorg",
    "trening",
    "café",
    "språkkafé",
    "støttekontakt",
}
KNOWN = by_plain(WORDS)


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("turgrupe", "turgruppe"),
        ("stirkking", "strikking"),
        ("supe i dag", "suppe i dag"),
        ("trenign", "trening"),
        ("sprakafe", "språkkafé"),
        ("stottekontalt", "støttekontakt"),
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
    assert meant("where can I learn norwegian", by_plain({"here", "norwegian", "learn"})) is None


def test_a_short_word_is_let_be() -> None:
    assert meant("tog", by_plain(WORDS | {"tur"})) is None


@pytest.mark.parametrize("typed", ["language cafe", "cafè", "sprakkafe", "spraakkafe", "stoettekontakt"])
def test_who_leaves_out_accents_rings_and_dots_has_made_no_slip(typed: str) -> None:
    assert meant(typed, by_plain(WORDS | {"language"})) is None
