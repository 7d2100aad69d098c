"""A district is a list of postcodes and towns, as people write them."""

import pytest

from marketplace.districts.rules import MOST_PLACES, Places, places_of


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("4306", Places(("4306",))),
        ("4307, 4306;4306\n\n Hommersåk ", Places(("4306", "4307"), ("Hommersåk",))),
        ("4310 Hommersåk\nNO-4306", Places(("4306", "4310"))),
        ("HOV\nHov\nFluberg", Places((), ("Fluberg", "HOV"))),
        ("Mo i Rana, St. Hanshaugen, Bø", Places((), ("Bø", "Mo i Rana", "St. Hanshaugen"))),
        ("", Places()),
    ],
)
def test_each_place_once_in_order(text: str, places: Places) -> None:
    assert places_of(text) == places
    assert places_of(places.text) == places


@pytest.mark.parametrize(
    "part", ["430", "43066", "0000", "4306-4310", "Lura 4", "!", "x", "<script>", "A" * 61, "4306 4307"]
)
def test_what_is_no_place_is_named(part: str) -> None:
    with pytest.raises(ValueError, match="verken et postnummer") as problem:
        places_of(f"4306\n{part}")
    assert part[:40] in str(problem.value)


def test_too_many_places_are_said() -> None:
    with pytest.raises(ValueError, match=f"høyst {MOST_PLACES}"):
        places_of("\n".join(str(1000 + number) for number in range(MOST_PLACES + 1)))
