"""Words are divided into what they are found by, and into nothing else. With the dictionary that the worker asks."""

from pathlib import Path

import pytest

from offers.search.words.__main__ import known
from offers.search.words.compounds import divisions, foldings

HERE = Path(__file__).parent


def listed(name: str) -> list[tuple[str, list[str]]]:
    lines = [line.split("\t") for line in (HERE / name).read_text().splitlines() if not line.startswith("#")]
    return [(word, parts.split()) for word, parts in lines]


def not_found() -> tuple[list[tuple[str, str]], int]:
    """(compound, part) that it is not divided into, and how many parts there are."""
    compounds = listed("compounds.tsv")
    missing = [
        (word, part) for word, parts in compounds for part in parts if part not in divisions(word, known)
    ]
    return missing, sum(len(parts) for _word, parts in compounds)


def fallen_into() -> tuple[list[tuple[str, str]], int]:
    """(word, what it is not made of) where it is divided so, and how many traps there are."""
    traps = listed("traps.tsv")
    return [(word, part) for word, (part,) in traps if part in divisions(word, known)], len(traps)


def test_of_two_hundred_compounds_nearly_all_parts_are_found() -> None:
    missing, of = not_found()
    assert len(missing) <= 0.05 * of, missing


def test_of_sixty_traps_next_to_none_is_fallen_into() -> None:
    fallen, of = fallen_into()
    assert len(fallen) <= 0.02 * of, fallen


@pytest.mark.parametrize("word", ["", "a", "tur", "å" * 41, "12345678", "tur-gruppe", "🙂🙂🙂🙂🙂🙂"])
def test_what_is_no_word_is_not_divided(word: str) -> None:
    assert divisions(word, known) == set()


def test_a_word_is_typed_without_rings_in_three_ways() -> None:
    assert foldings("pårørende") == {"parorende", "paaroerende"}
    assert foldings("bær") == {"baer", "bar"}
    assert foldings("tur") == frozenset()
