"""How old somebody is, as people say it, and what only looks so."""

import pytest

from offers.search.words.choices import reading


def age(typed: str) -> str | None:
    read = reading(typed, lambda _name: False, may={"age", "day", "weekday", "part"}).read
    return next((value for one in read for name, value in one.filters if name == "age"), None)


@pytest.mark.parametrize(
    ("typed", "years"),
    [
        ("noe for en på 9 år", 9), ("for en 9-åring", 9), ("til barn på 9", 9), ("for min sønn på ni", 9),
        ("niåringar", 9), ("9 åring", 9), ("9-aaring", 9), ("gut på sju", 7), ("en på åtte", 8), ("en pa atte", 8),
        ("15 år gammel gutt", 15), ("jeg er 72 og alene", 72), ("eg er 72 år", 72), ("min datter er 14", 14),
        ("something for a 14 year old", 14), ("9-year-old", 9), ("aged nine", 9), ("femtifemåring", 55),
        ("mor på førtito", 42), ("en på 120 år", 120), ("0-åring", 0), ("noe for 67 år", 67),
    ],
)  # fmt: skip
def test_an_age_is_read(typed: str, years: int) -> None:
    assert age(typed) == str(years)


@pytest.mark.parametrize(
    "typed",
    ["bodd her i 9 år", "rusfri i to år", "for 3 år siden", "lived here for 9 years", "over 65 år",
     "65 år og eldre", "9 til 12 år",
     "barn på 9 til 12 år", "barn 0-5 år", "kurs på 10 uker", "baby på 4 måneder", "vi er 4 venner", "møte på 17",
     "tenåring", "en på 121 år", "for barn på en lørdag", "ring 116 117", "på", "er", "², på ² år", "på ٩ år"],
)  # fmt: skip
def test_what_lasts_or_spans_or_counts_is_no_age(typed: str) -> None:
    assert age(typed) is None


def test_who_means_it_as_words_has_words() -> None:
    assert reading("en på 9 år", lambda _name: False, may={"age"}, plain=["på 9 år"]).read == ()
