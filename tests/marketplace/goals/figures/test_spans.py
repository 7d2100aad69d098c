"""A goal is of years or of half a year, and is over the day after its last."""

from datetime import UTC, date, datetime

import pytest

from marketplace.base.i18n import speaking
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import Term

LAST_EVENING = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def test_a_span_is_over_when_the_new_year_begins_in_oslo() -> None:
    assert not Span(2026, 2026).over(LAST_EVENING)
    assert Span(2026, 2026).over(NEW_YEAR)
    assert not Span(2026, 2028).over(NEW_YEAR)


def test_a_spring_is_over_after_june_and_an_autumn_after_december() -> None:
    assert Span(2026, 2026, Term.SPRING).ends == date(2026, 6, 30)
    assert Span(2026, 2026, Term.AUTUMN).ends == date(2026, 12, 31)
    assert Span(2026, 2026, Term.AUTUMN).months()[0] == (2026, 7)


@pytest.mark.parametrize(
    ("span", "year", "number", "left"),
    [
        (Span(2026, 2026), 2026, 10, 2),
        (Span(2026, 2026), 2026, 12, 0),
        (Span(2026, 2026), 2026, 13, 0),
        (Span(2026, 2027), 2026, 13, 12),
        (Span(2026, 2026, Term.SPRING), 2026, 4, 2),
        (Span(2026, 2026, Term.AUTUMN), 2026, 9, 3),
    ],
)
def test_the_months_that_are_left_are_those_of_the_span(
    span: Span, year: int, number: int, left: int
) -> None:
    assert span.left_after(year, number) == left


def test_of_each_year_the_present_one_is_looked_at_and_the_nearest_when_there_is_none() -> None:
    each = Span(2026, 2028, each_year=True)
    assert each.stretches() == [Span(2026, 2026), Span(2027, 2027), Span(2028, 2028)]
    assert each.stretch(NEW_YEAR) == Span(2027, 2027)
    assert each.stretch(datetime(2031, 5, 1, tzinfo=UTC)) == Span(2028, 2028)
    assert each.stretch(NEW_YEAR, 2026) == Span(2026, 2026)
    assert Span(2026, 2028).stretch(NEW_YEAR) == Span(2026, 2028)


def test_a_span_in_words() -> None:
    with speaking("nb"):
        assert Span(2026, 2026).words == "2026"
        assert Span(2026, 2026, Term.SPRING).words == "våren 2026"
        assert Span(2026, 2028).words == "2026 til 2028"
        assert Span(2026, 2028, each_year=True).words == "hvert år fra 2026 til 2028"
