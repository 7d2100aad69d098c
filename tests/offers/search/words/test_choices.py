"""Places and days among words: what is taken for one, and what never is."""

import pytest

from offers.search.places.postcodes import folded
from offers.search.words.choices import Read, reading

PLACES = {"hana", "sondre land", "hommersak", "4328"}
MAY = {"near", "day", "weekday", "part", "age"}


def read(typed: str, may: set[str] = MAY, plain: tuple[str, ...] = ()) -> tuple[str, dict[str, str]]:
    found = reading(typed, lambda name: folded(name) in PLACES, may=may, plain=plain)
    return found.words, {name: value for choice in found.read for name, value in choice.filters}


@pytest.mark.parametrize(
    ("typed", "words", "choices"),
    [
        ("yoga Hana lørdag", "yoga", {"near": "Hana", "weekday": "saturday"}),
        ("yoga hana lordag", "yoga", {"near": "hana", "weekday": "saturday"}),
        ("yoga i Hana på laurdag", "yoga", {"near": "Hana", "weekday": "saturday"}),
        ("yoga near Hana on Saturdays", "yoga", {"near": "Hana", "weekday": "saturday"}),
        ("kafe i morgen kveld", "kafe", {"day": "tomorrow", "part": "evening"}),
        ("kafé i morgon kveld", "kafé", {"day": "tomorrow", "part": "evening"}),
        ("cafe tomorrow evening", "cafe", {"day": "tomorrow", "part": "evening"}),
        ("kafe i kveld", "kafe", {"day": "today", "part": "evening"}),
        ("something tonight", "", {"day": "today", "part": "evening"}),
        ("norskkurs mandager", "norskkurs", {"weekday": "monday"}),
        ("norskkurs måndagar", "norskkurs", {"weekday": "monday"}),
        ("norskkurs på mandager", "norskkurs", {"weekday": "monday"}),
        ("norskkurs hver mandag formiddag", "norskkurs", {"weekday": "monday", "part": "morning"}),
        ("norwegian course mondays", "norwegian course", {"weekday": "monday"}),
        ("tysdag trim", "trim", {"weekday": "tuesday"}),
        ("tur søndre land", "tur", {"near": "søndre land"}),
        ("tur 4328", "tur", {"near": "4328"}),
        ("noe for barn denne helgen", "noe for barn", {"day": "weekend"}),
        ("noko for barn denne helga", "noko for barn", {"day": "weekend"}),
        ("dans neste uke", "dans", {"day": "next_week"}),
        ("hva skjer i dag?", "", {"day": "today"}),
        ("noe for en på 9 år lørdag", "", {"age": "9", "weekday": "saturday"}),
        ("trim for mor på 80", "trim", {"age": "80"}),
        ("til barn på 9", "til barn", {"age": "9"}),
        ("Hommersåk, lørdag", "", {"near": "Hommersåk", "weekday": "saturday"}),
    ],
)
def test_places_and_days_are_read_out_of_the_words(typed: str, words: str, choices: dict[str, str]) -> None:
    assert read(typed) == (words, choices)


@pytest.mark.parametrize(
    "typed",
    ["søndagstur", "fredagsklubben", "alene om kvelden", "kveldstur", "middag", "en god morgen", '"yoga Hana"',
     "«Hana»",      "tur -hana", "hanami", "kafé julie", "uke", "hver dag", "noe i helga"],
)  # fmt: skip
def test_what_the_search_is_about_stays_a_word(typed: str) -> None:
    assert read(typed) == (typed, {})


def test_only_one_place_and_one_day_are_read() -> None:
    assert read("tur Hana Hommersåk lørdag søndag") == (
        "tur Hommersåk søndag", {"near": "Hana", "weekday": "saturday"},
    )  # fmt: skip


def test_what_is_chosen_already_is_not_read_again() -> None:
    assert read("yoga Hana lørdag", may={"day", "weekday", "part"}) == ("yoga Hana", {"weekday": "saturday"})
    assert read("yoga Hana lørdag", may={"near"}) == ("yoga lørdag", {"near": "Hana"})
    assert read("yoga lørdag kveld", may={"day", "weekday"}) == ("yoga kveld", {"weekday": "saturday"})


def test_what_is_meant_as_a_word_is_one() -> None:
    assert read("yoga Hana lørdag", plain=("Hana",)) == ("yoga Hana", {"weekday": "saturday"})
    assert read("yoga Hana lørdag", plain=("hana", "LØRDAG")) == ("yoga Hana lørdag", {})
    assert read("kafe i morgen kveld", plain=("i morgen kveld",)) == ("kafe i morgen kveld", {})


def test_a_choice_says_what_was_typed() -> None:
    assert reading("kafe i morgen kveld", lambda name: False, may=MAY).read == (
        Read("i morgen kveld", (("day", "tomorrow"), ("part", "evening"))),
    )
