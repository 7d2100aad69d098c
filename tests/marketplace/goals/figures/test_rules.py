"""How a goal is going: a verdict inside the likely error is none, and a year that is over is reached or not."""

from dataclasses import replace

import pytest

from marketplace.goals.figures.rules import Aim, Point, Progress, Verdict, planned, progress, quotient
from marketplace.goals.figures.spans import Span
from marketplace.goals.models import AT_MEETING, CountedAs, Direction

YEAR = Span(2026, 2026)
PEOPLE = Aim("people", CountedAs.NUMBER, Direction.AT_LEAST, 140, YEAR)
SESSIONS = replace(PEOPLE, indicator="sessions", target=120)
SHARE = replace(SESSIONS, counted_as=CountedAs.SHARE_OF_ALL, target=33)
MEETINGS = replace(PEOPLE, indicator=AT_MEETING, target=12)


def points(*values: float, error: float = 0, to: int = 10) -> list[Point]:
    """One a month, the last in month `to`."""
    return [Point(2026, to - len(values) + at, value, error) for at, value in enumerate(values, 1)]


def verdict(aim: Aim, *values: float, error: float = 0, to: int = 10) -> Verdict:
    return progress(aim, points(*values, error=error, to=to)).verdict


def test_nothing_is_known_before_a_month_is_closed() -> None:
    assert progress(PEOPLE, []) == Progress(Verdict.WAITING)


def test_the_example_of_the_drawing_is_uncertain() -> None:
    """110 in October, 10 to 15 new a month: about 130 of 140, in ten cells."""
    going = progress(PEOPLE, points(75, 85, 100, 110, error=13))
    assert going.verdict is Verdict.UNCERTAIN
    assert round(going.expected or 0) == 133
    assert (going.fewest, going.most, going.needed, going.left, going.percent) == (10, 15, 15, 2, 79)


def test_it_is_on_its_way_only_when_the_likely_error_does_not_reach_below_the_target() -> None:
    assert verdict(SESSIONS, 80, 90, 100, 110) is Verdict.ON_TRACK
    assert verdict(SESSIONS, 70, 80, 90, 100) is Verdict.ON_TRACK
    assert verdict(SESSIONS, 70, 80, 90, 100, error=1) is Verdict.UNCERTAIN


def test_it_will_not_be_reached_only_when_the_likely_error_does_not_reach_up_to_the_target() -> None:
    assert verdict(SESSIONS, 60, 70, 80, 90) is Verdict.WILL_NOT
    assert verdict(SESSIONS, 60, 70, 80, 90, error=9) is Verdict.WILL_NOT
    assert verdict(SESSIONS, 60, 70, 80, 90, error=10) is Verdict.UNCERTAIN


def test_a_target_is_reached_before_the_year_is_over_when_no_error_can_take_it_back() -> None:
    assert verdict(PEOPLE, 100, 120, 130, 150, error=9) is Verdict.REACHED
    assert verdict(PEOPLE, 100, 120, 130, 150, error=11) is not Verdict.REACHED


@pytest.mark.parametrize("number", [12, 13])
def test_a_year_that_is_over_is_reached_or_it_is_not(number: int) -> None:
    over = [Point(2026, 11, 130), Point(2026, number, 139, 20)]
    assert progress(PEOPLE, over).verdict is Verdict.NOT_REACHED
    assert progress(PEOPLE, [*over, Point(2026, 13, 140, 20)]).verdict is Verdict.REACHED


def test_what_is_late_can_still_reach_it() -> None:
    late = [Point(2026, 12, 135), Point(2026, 13, 141)]
    assert [progress(PEOPLE, late[:1]).verdict, progress(PEOPLE, late).verdict] == [
        Verdict.NOT_REACHED,
        Verdict.REACHED,
    ]


def test_of_one_month_or_two_nothing_is_sure() -> None:
    assert verdict(SESSIONS, 50, to=1) is Verdict.UNCERTAIN
    assert verdict(SESSIONS, 1, 2, to=2) is Verdict.UNCERTAIN
    assert verdict(SESSIONS, 130, to=1) is Verdict.REACHED


def test_the_month_when_everybody_was_new_says_nothing_of_the_next() -> None:
    """65 who were there already, then 35 and 20: the next will be as those, not as the first."""
    assert progress(PEOPLE, points(65, 100, 120)).expected == 120 + 2 * 27.5
    assert progress(SESSIONS, points(65, 100, 120)).expected == 120 + 2 * 40


def test_at_most_is_held_when_it_stays_under_and_broken_as_soon_as_it_is_over() -> None:
    most = replace(SESSIONS, direction=Direction.AT_MOST)
    assert verdict(most, 60, 70, 80, 90) is Verdict.ON_TRACK
    assert verdict(most, 80, 100, 110, 119) is Verdict.WILL_NOT
    assert verdict(most, 100, 105, 110, 121) is Verdict.WILL_NOT
    assert progress(most, [Point(2026, 12, 120)]).verdict is Verdict.REACHED
    assert progress(most, [Point(2026, 12, 121)]).verdict is Verdict.NOT_REACHED


def test_a_share_does_not_grow_it_is_what_it_is() -> None:
    going = progress(SHARE, points(35, 36, 35, error=1))
    assert (going.verdict, going.expected) == (Verdict.ON_TRACK, 35)
    assert verdict(SHARE, 35, 34, 34, error=2) is Verdict.UNCERTAIN
    assert verdict(SHARE, 20, 22, 21) is Verdict.WILL_NOT


def test_a_meeting_with_too_few_is_never_made_up_for() -> None:
    assert verdict(MEETINGS, 0) is Verdict.WAITING
    assert verdict(MEETINGS, 14, 13) is Verdict.ON_TRACK
    assert verdict(MEETINGS, 14, 11) is Verdict.WILL_NOT
    assert verdict(MEETINGS, 14, 0) is Verdict.WILL_NOT
    assert verdict(MEETINGS, 14, 12, to=12) is Verdict.REACHED
    assert verdict(MEETINGS, 14, 11, to=12) is Verdict.NOT_REACHED
    assert verdict(MEETINGS, 0, to=12) is Verdict.NOT_REACHED


def test_figures_of_the_old_rule_that_stop_before_the_year_does_leave_it_open() -> None:
    assert progress(PEOPLE, points(50, 55, 60, 65)).verdict is Verdict.WILL_NOT
    assert progress(PEOPLE, points(50, 55, 60, 65), frozen=True).verdict is Verdict.UNCERTAIN
    assert progress(PEOPLE, points(90, 140), frozen=True).verdict is Verdict.REACHED
    assert progress(PEOPLE, points(90, 110, to=12), frozen=True).verdict is Verdict.NOT_REACHED


def test_the_plan_is_even_through_the_span_and_flat_for_what_does_not_add_up() -> None:
    assert [planned(SESSIONS, 2026, number) for number in (1, 6, 12, 13)] == [10, 60, 120, 120]
    assert planned(replace(SESSIONS, span=Span(2026, 2027)), 2027, 1) == 65
    assert planned(SHARE, 2026, 1) == 33
    assert planned(MEETINGS, 2026, 1) == 12


def test_a_quotient_carries_the_error_of_both_and_is_nothing_of_nothing() -> None:
    assert quotient(30, 0, 60, 0, 100) == (50, 0)
    assert quotient(30, 6, 60, 0, 100) == (50, 10)
    share, error = quotient(30, 6, 60, 8, 100)
    assert (share, round(error, 1)) == (50, 12.0)
    assert quotient(3, 1, 0, 0, 100) == (0, 0)
