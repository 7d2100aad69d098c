"""A number is said in one way everywhere, and a share never says all of what lacks something."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.base.i18n import speaking
from marketplace.base.numbers import amount, growth, percent, share

ROOT = Path(__file__).parents[3]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_hundred_per_cent_is_all_and_none_is_nothing(part: int, whole: int) -> None:
    found = share(min(part, whole), whole)
    assert found is not None
    assert 0 <= found <= 100
    assert (found == 100, found == 0) == (part >= whole, part == 0)
    if found not in (1, 99):
        assert abs(found - 100 * min(part, whole) / whole) <= 0.5


@given(st.integers(1, 10**4), st.data())
def test_more_is_never_a_smaller_share(whole: int, data: st.DataObject) -> None:
    less, more = sorted(data.draw(st.tuples(st.integers(0, 2 * whole), st.integers(0, 2 * whole))))
    assert (share(less, whole) or 0) <= (share(more, whole) or 0)


def test_of_nothing_there_is_no_share() -> None:
    assert share(0, 0) is None


@pytest.mark.parametrize(
    ("lang", "words"),
    [("nb", ["4 880", "−1 234 567", "12", "59 %", "+59 %", "−3 %", "0 %"]),
     ("nn", ["4 880", "−1 234 567", "12", "59 %", "+59 %", "−3 %", "0 %"]),
     ("en", ["4,880", "−1,234,567", "12", "59%", "+59%", "−3%", "0%"])],
)  # fmt: skip
def test_numbers_are_written_as_the_language_writes_them(lang: str, words: list[str]) -> None:
    with speaking(lang):
        said = [amount(4880), amount(-1234567), amount(11.6), percent(59), percent(59, signed=True),
                percent(-3, signed=True), percent(0, signed=True)]  # fmt: skip
    assert [one.replace("\u00a0", " ") for one in said] == words


OWN_WAY = re.compile(
    r'\{[^{}"]*:\+?,d?\}|replace\(",", |(round|int)\(100 \*|100 \* [^/"]+//|100 \* [^="]+\)\|(int|round)'
)
DRAWN = re.compile("<(rect|line|text|circle)[^>]*>")
"""How long a bar is drawn is no number that anybody reads."""


def test_nobody_writes_thousands_or_works_out_per_cent_beside() -> None:
    for room in ("marketplace", "offers", "organizations", "templates"):
        for file in (ROOT / room).rglob("*.*"):
            if file.suffix in (".py", ".html") and not {"migrations", "numbers.py"} & set(file.parts):
                assert not OWN_WAY.search(DRAWN.sub("", file.read_text())), file


def test_what_is_left_is_never_told_as_nothing_left() -> None:
    assert [growth(1000, now) for now in (0, 1, 3, 1000, 1590)] == [-100, -99, -99, 0, 59]
    assert growth(0, 7) is None
