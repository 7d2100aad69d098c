"""Which copy comes next, which goes, and where a moment lies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.operations.backup.rules import (
    SEGMENT,
    Copy,
    Line,
    Stretch,
    candidates,
    is_due,
    line_at,
    outdated,
    reached,
    to_build_on,
)

BEGIN = datetime(2026, 11, 1, 3, tzinfo=UTC)


def copy(day: float, upon: Copy | None = None, timeline: int = 1) -> Copy:
    at = BEGIN + timedelta(days=day)
    place = int((day + 1) * 10) * SEGMENT
    return Copy(
        f"{day}", upon.name if upon else None, timeline, place, place + 100, at, at + timedelta(minutes=2), 1
    )


def days(*count: float) -> datetime:
    return BEGIN + timedelta(days=sum(count))


def stretch(first: int, last: int, seen_day: float, timeline: int = 1) -> Stretch:
    here = frozenset(range(first, last + 1))
    return Stretch(f"{first}", timeline, BEGIN, days(seen_day), last * SEGMENT + 10, here)


def test_a_copy_a_day_and_one_where_the_log_begins_anew() -> None:
    first = copy(0)
    assert is_due([], BEGIN, BEGIN)
    assert not is_due([first], BEGIN, days(0.9))
    assert is_due([first], BEGIN, days(1))
    assert is_due([first], days(0.5), days(0.6))


def test_changes_are_built_upon_for_a_week_and_never_across_a_restore() -> None:
    first = copy(0)
    second = copy(6, first)
    assert to_build_on([first, second], 1, days(6.9)) == second
    assert to_build_on([first, second], 1, days(7)) is None
    assert to_build_on([first, second], 2, days(6.9)) is None
    assert to_build_on([second], 1, days(6.9)) is None


def test_a_clock_that_ran_a_year_ahead_and_was_put_right_stops_no_copy() -> None:
    """Nor is anything built upon what it made, and the copy after it is the newest."""
    first = copy(0)
    ahead = replace(copy(1, first), began_at=days(366), ended_at=days(366))
    assert is_due([first, ahead], BEGIN, days(1.1))
    alone = replace(ahead, upon=None)
    assert to_build_on([first, alone], 1, days(1.1)) is None
    after = copy(1.2)
    assert not is_due([first, ahead, after], BEGIN, days(1.3))
    assert to_build_on([first, ahead, after], 1, days(1.3)) == after
    assert not is_due([copy(0.04)], BEGIN, days(0.01))  # an hour is no year


def test_nothing_is_kept_for_more_than_thirty_five_days_but_the_newest() -> None:
    old, young = copy(0), copy(7)
    upon = copy(6, old)
    assert outdated([old, upon, young], days(34.9)) == []
    assert outdated([old, upon, young], days(35)) == [old, upon]
    assert outdated([old, upon, young], days(400)) == [old, upon]
    assert outdated([old, upon], days(400)) == []


def test_changes_whose_whole_copy_is_gone_are_of_no_use() -> None:
    lost = copy(6, copy(0))
    assert outdated([lost, copy(7)], days(8)) == [lost]
    assert candidates([lost], [], 1, None) == []


def test_the_nearest_copy_before_a_moment_is_taken() -> None:
    first = copy(0)
    second = copy(1, first)
    assert candidates([first, second], [], 1, days(1.5)) == [second, first]
    assert candidates([first, second], [], 1, days(0.5)) == [first]
    assert candidates([first, second], [], 1, BEGIN) == []  # it was still being made


def test_a_moment_lies_on_the_line_that_lived_then() -> None:
    """What was thrown away by a restore at noon of day 3 can be had back: by a time before that noon."""
    lines = [Line(2, 1, copy(2).ends, days(3))]
    assert line_at(lines, 2, None) == 2
    assert line_at(lines, 2, days(4)) == 2
    assert line_at(lines, 2, days(2.9)) == 1
    assert candidates([copy(0), copy(2.5)], lines, 2, days(4)) == [copy(0)]  # 2.5 was thrown away
    assert candidates([copy(0), copy(2.5)], lines, 1, days(2.9)) == [copy(2.5), copy(0)]


@pytest.mark.parametrize(
    ("log", "until"),
    [
        ([], days(0, 1 / 720)),
        ([stretch(10, 20, 2)], days(2)),
        ([stretch(10, 20, 2), stretch(21, 30, 3)], days(3)),
        ([stretch(10, 20, 2), stretch(22, 30, 3)], days(2)),  # a gap
        ([stretch(11, 20, 2)], days(0, 1 / 720)),  # it begins too late
    ],
)  # fmt: skip
def test_the_log_is_followed_up_to_its_first_gap(log: list[Stretch], until: datetime) -> None:
    assert reached(copy(0), log, [], 1) == until
