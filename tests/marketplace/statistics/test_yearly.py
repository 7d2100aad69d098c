"""A year of stored sums: what is blank, what compares, and what the numbers can tell."""

import pytest

from marketplace.base.numbers import share
from marketplace.statistics import pages
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import Sum
from marketplace.statistics.yearly import Group, Span, Year, change, median_class, same_span

A, P, S = Measure.ATTENDANCES, Measure.PEOPLE, Measure.SESSIONS


def year(
    number: int, sums: dict[int, tuple[int, int]], cells: int = 4, **groups: dict[int, tuple[int, int]]
) -> Year:
    """{closing number: (attendances, sessions)}, cumulative; groups are other parts of the same year."""
    made = {
        name: Group({
            at: {A: Sum(times, cells), P: Sum(times, cells), S: Sum(held, cells, exact=True)}
            for at, (times, held) in each.items()
        })
        for name, each in ({"one": sums} | groups).items()
    }  # fmt: skip
    return Year(number, tuple(sums), made)


MARCH = {1: (0, 0), 2: (0, 0), 3: (40, 2), 4: (40, 3), 5: (35, 3)}


def test_before_the_first_data_and_after_the_last_closing_is_nothing_and_not_zero() -> None:
    found = year(2026, MARCH)
    assert found.first == 3
    assert found.by_month(A) == [None, None, 40, 0, -5, *[None] * 7]
    assert found.late(A) is None


def test_a_year_without_anything_held_is_all_blank() -> None:
    found = year(2026, {1: (0, 0), 2: (0, 0)})
    assert found.first is None
    assert found.by_month(A) == [None] * 12
    assert year(2026, {}).last == 0


def test_parts_add_up_to_the_whole_and_so_do_their_cells() -> None:
    found = year(2026, MARCH, two={5: (10, 1)})
    assert found.total(A) == Sum(45, 8)
    assert found.total(S).exact


def test_a_group_that_is_not_stored_is_zero_where_the_year_is_closed() -> None:
    found = year(2026, MARCH, two={5: (10, 1)})
    assert found.by_month(A, found.groups["two"]) == [None, None, 0, 0, 10, *[None] * 7]


def test_what_was_saved_late_is_the_thirteenth() -> None:
    found = year(2025, {number: (10 * number, number) for number in range(1, 13)} | {13: (135, 13)})
    assert found.late(A) == 15
    assert found.total(A).value == 135
    assert found.by_month(A) == [10] * 12


@pytest.mark.parametrize(("first", "last", "before_first", "before_last", "span"), [
    (1, 10, 3, 12, Span(3, 10)),
    (1, 10, 3, 13, Span(3, 10)),
    (1, 13, 1, 13, Span(1, 13)),
    (5, 6, 1, 3, None),
    (1, 2, 3, 12, None),
])  # fmt: skip
def test_years_compare_in_the_months_that_both_have(
    first: int, last: int, before_first: int, before_last: int, span: Span | None
) -> None:
    this, before = (
        year(
            number,
            {at: ((at - begins + 1) * 100, 1) if at >= begins else (0, 0) for at in range(1, ends + 1)},
        )
        for number, begins, ends in ((2026, first, last), (2025, before_first, before_last))
    )
    assert same_span(this, before) == span
    assert same_span(this, None) is None


def test_a_change_is_of_the_same_months_and_unsure_inside_the_likely_error() -> None:
    this, before = year(2026, {1: (100, 1), 2: (300, 2)}), year(2025, {1: (0, 0), 2: (100, 1)})
    span = same_span(this, before)
    assert span == Span(2, 2)
    found = change(span, this.whole, before.whole, A)
    assert (found.now, found.before, found.percent, found.unsure) == (200, 100, 100, False)
    close = change(Span(2, 2), year(2026, {2: (110, 1)}).whole, before.whole, A)
    assert close.unsure  # 10 more, and each of the two is within 8
    nothing = change(Span(1, 1), this.whole, before.whole, A)
    assert nothing.percent is None


def test_shares_and_medians_of_nothing_are_none() -> None:
    assert share(1, 0) is None
    assert share(2, 3) == 67
    assert median_class([0, 0, 0]) is None
    assert median_class([10, 5, 5]) == 0
    assert median_class([5, 5, 15]) == 2


def test_a_year_that_is_over_for_good_and_is_the_first_says_how_often_people_came() -> None:
    sums = {number: {A: Sum(10 * number, 1), S: Sum(number, 1, exact=True)} for number in range(1, 14)}
    shown = pages.Shown(Year(2026, tuple(range(1, 14)), {"all": Group(sums)}), None, str)
    assert pages.lead(shown) == "I 2026 kom folk 130 ganger."
