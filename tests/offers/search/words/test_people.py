"""Who is spoken of is not what is looked for."""

import pytest

from offers.search.words.asked import questions


@pytest.mark.parametrize(
    "typed", ["mor har demens", "mannen min har demens", "ho mor har demens", "min bror demens"]
)
def test_who_is_named_need_not_stand_in_a_text(typed: str) -> None:
    assert questions(typed).exact == questions("demens").exact


@pytest.mark.parametrize("typed", ["mor", "far og barn", "kor for besteforeldre"])
def test_who_is_looked_for_does(typed: str) -> None:
    assert typed.split()[-1 if "kor" in typed else 0] in questions(typed).all_words
    assert "barn" not in typed or "far" in questions(typed).exact
