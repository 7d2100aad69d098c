"""The words on the wall."""

import re
from itertools import combinations
from uuid import UUID

from offers.attendance.check_in import words
from offers.attendance.check_in.rules import Here, Own, who_came
from tests.offers.attendance.check_in.wall import some_id

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def one_letter_apart(one: str, other: str) -> bool:
    """Does one become the other by a letter changed, added or left out?"""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def test_the_words_are_easy_to_type_and_not_taken_for_each_other() -> None:
    assert len(words.WORDS) >= 300
    assert len(set(words.WORDS)) == len(words.WORDS)
    assert [word for word in words.WORDS if not re.fullmatch(r"[a-z]{3,9}", word)] == []
    assert [pair for pair in combinations(words.WORDS, 2) if one_letter_apart(*pair)] == []


def test_every_session_has_words_of_its_own_and_others_when_they_are_turned_on_again() -> None:
    found = {words.words_of(some_id(number), version) for number in range(300) for version in (1, 2)}
    assert len(found) > 590
    assert words.words_of(A, 1) == words.words_of(A, 1)
    assert all(len(each.split()) == 3 and set(each.split()) <= set(words.WORDS) for each in found)


def test_they_are_read_however_they_are_typed() -> None:
    for typed in ("eple buss lampe", " Eple,  BUSS\tlampe. ", "eple-buss-lampe", "1. eple 2. buss 3. lampe"):
        assert words.typed(typed) == "eple buss lampe"
    assert words.typed("buss eple lampe") != "eple buss lampe"


def test_who_came_is_never_guessed() -> None:
    mine, theirs, child = Own(A, 1, True), Own(B, 3, True), Own(C, 1, False)
    assert who_came([], 1) == []
    assert who_came([mine], 4) == [Here(A, 1, 1)]
    assert who_came([theirs], 2) == [Here(B, 2, 3)]
    assert who_came([child], 1) == [Here(C, 1, 1)]
    assert who_came([mine, child], 1) == [Here(A, 1, 1)]
    assert who_came([mine, child], 2) == [Here(A, 1, 1), Here(C, 1, 1)]
    assert who_came([child, Own(A, 1, False)], 1) == []
