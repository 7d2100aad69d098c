"""Which place is meant, and how far away things are."""

from uuid import uuid4

import pytest

from marketplace.base.text import clean
from offers.catalogue.rules import away_words
from offers.search.places.postcodes import Point, folded, metres, postcodes, towns
from offers.search.places.rules import Places, VenueAt, is_position, place_of

NOTHING = Places((), ())


def test_the_file_knows_most_postcodes_of_norway_and_all_lie_in_it() -> None:
    assert len(postcodes()) > 3_400
    assert all(57.9 < one.point.lat < 81 and 4.4 < one.point.lon < 32 for one in postcodes().values())
    assert postcodes()["4328"].name == "Sandnes"
    assert {postcodes()[code].name for code in ("4310", "2860", "2380", "0150")} == {
        "Hommersåk", "Hov", "Brumunddal", "Oslo",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "km"), [("4328", "4306", 2), ("4306", "4310", 11), ("4306", "0150", 307)]
)
def test_distances_are_those_of_the_map(one: str, other: str, km: float) -> None:
    away = metres(postcodes()[one].point, postcodes()[other].point)
    assert abs(away / 1000 - km) < max(1, km / 50)


def test_a_place_is_at_no_distance_from_itself() -> None:
    assert metres(Point(58.85, 5.73), Point(58.85, 5.73)) == 0


@pytest.mark.parametrize("typed", ["Ålgård", "ålgård", "Aalgaard", "ALGARD", "algård", " Ålgård "])
def test_a_name_is_the_same_however_it_is_typed(typed: str) -> None:
    found = place_of(clean(typed), NOTHING)
    assert found
    assert found.name == "Ålgård"


@pytest.mark.parametrize(
    ("typed", "name"),
    [("4328", "4328 Sandnes"), ("N-4328", "4328 Sandnes"), ("4328 Sandnes", "4328 Sandnes"), ("43", "43"),
     ("٤٣٢٨", "4328 Sandnes"), ("brumun", "Brumunddal")],
)  # fmt: skip
def test_a_postcode_or_the_beginning_of_something_is_enough(typed: str, name: str) -> None:
    found = place_of(typed, NOTHING)
    assert found
    assert found.name == name


@pytest.mark.parametrize("typed", ["Gotham", "0000", "9", "12345", "x", "-", "%", "ha", "4328 4306"])
def test_what_is_no_place_is_none(typed: str) -> None:
    found = place_of(typed, NOTHING)
    assert found is None or typed == "9"


@pytest.mark.parametrize(
    "typed", ["58.85,5.73", "58,85 5,73", "58.8517, 5.7353", "58°51'06\"", "-33.8, 151.2"]
)
def test_a_position_is_known_as_one(typed: str) -> None:
    assert is_position(typed)


@pytest.mark.parametrize("typed", ["4328", "Hana", "Hana 4328", "5. avdeling", "kl. 10.30"])
def test_what_is_no_position_is_none(typed: str) -> None:
    assert not is_position(typed)


@pytest.mark.parametrize(
    ("away", "words"),
    [(0, "100 m unna"), (340, "300 m unna"), (949, "900 m unna"), (950, "1,0 km unna"), (1_240, "1,2 km unna"),
     (9_949, "9,9 km unna"), (9_950, "10 km unna"), (14_400, "14 km unna"), (1_204_000, "1 204 km unna")],
)  # fmt: skip
def test_how_far_it_is_is_said_as_people_would(away: int, words: str) -> None:
    assert " ".join(away_words(away).split()) == words


def test_folding_keeps_different_places_apart() -> None:
    assert len({folded(one.name) for one in postcodes().values()}) == len(towns())
    assert folded("Hov") != folded("Hof")


NORTH = 1 / 111.195
"""A kilometre northwards, in degrees."""


def along(**kilometres: float) -> Places:
    """Municipalities on a line northwards, by how many kilometres from where the line begins."""
    halls = [
        VenueAt(uuid4(), slug, None, None, 60 + km * NORTH, 5.0, slug, slug.upper(), True, None)
        for slug, km in kilometres.items()
    ]
    return Places(tuple(halls), ())


def test_neighbours_are_those_within_fifty_kilometres_the_nearest_first() -> None:
    line = along(xa=49.9, xb=30, xc=50.1, xd=12, xhere=0)
    assert line.around(["xhere"]) == ["xd", "xb", "xa"]


def test_of_several_municipalities_who_is_near_one_is_a_neighbour() -> None:
    line = along(xhere=0, xfar=200, xa=-20, xb=190)
    assert line.around(["xhere", "xfar"]) == ["xb", "xa"]
    assert line.around([]) == []
    assert line.around(["unknown"]) == []
