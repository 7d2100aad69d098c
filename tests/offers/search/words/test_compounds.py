"""Words are divided into what they are found by, and into nothing else. With the dictionary that the worker asks."""

from pathlib import Path

import pytest

from offers.search.words.__main__ import known
from offers.search.words.compounds import divisions, foldings

HERE = Path(__file__).parent


def listed(name: str) -> list[tuple[str, list[str]]]:
    lines = [line.split("\t") for line in (HERE / name).read_text().splitlines() if not line.startswith("#")]
    return [(word, parts.split()) for word, parts in lines]


def test_of_two_hundred_compounds_nearly_all_parts_are_found() -> None:
    missing = [
        (word, part) for word, parts in listed("compounds.tsv") for part in parts if part not in divisions(word, known)
    ]  # fmt: skip
    of = sum(len(parts) for _word, parts in listed("compounds.tsv"))
    assert len(missing) <= 0.05 * of, missing


def test_of_sixty_traps_next_to_none_is_fallen_into() -> None:
    fallen = [(word, part) for word, (part,) in listed("traps.tsv") if part in divisions(word, known)]
    assert len(fallen) <= 0.02 * len(listed("traps.tsv")), fallen


@pytest.mark.parametrize("word", ["", "a", "tur", "å" * 41, "12345678", "tur-gruppe", "🙂🙂🙂🙂🙂🙂"])
def test_what_is_no_word_is_not_divided(word: str) -> None:
    assert divisions(word, known) == set()


def test_a_word_is_typed_without_rings_in_three_ways() -> None:
    assert foldings("pårørende") == {"parorende", "paaroerende"}
    assert foldings("bær") == {"baer", "bar"}
    assert foldings("tur") == frozenset()
