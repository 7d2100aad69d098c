"""Months that are closed, what was planned, and how a goal goes. No database."""

from datetime import UTC, date, datetime

from marketplace.goals.models import Metric
from marketplace.goals.rules import Standing, closed, measured_to, planned, progress

PEOPLE, MEETINGS = Metric.DISTINCT_PEOPLE, Metric.ORGANIZATIONS_AT_MEETING


def month(number: int, year: int = 2026) -> date:
    return date(year, number, 1)


def test_a_month_closes_when_it_is_over_in_oslo() -> None:
    assert closed(2026, datetime(2026, 2, 28, 22, 59, tzinfo=UTC)) == [month(1)]
    assert closed(2026, datetime(2026, 2, 28, 23, 0, tzinfo=UTC)) == [month(1), month(2)]
    assert closed(2027, datetime(2026, 12, 31, 12, 0, tzinfo=UTC)) == []


def test_the_year_is_measured_once_more_when_january_is_over() -> None:
    assert len(closed(2026, datetime(2027, 1, 31, 12, 0, tzinfo=UTC))) == 12
    assert closed(2026, datetime(2027, 2, 1, 12, 0, tzinfo=UTC))[-1] == month(1, 2027)
    assert measured_to(month(1, 2027), 2026) == measured_to(month(12), 2026)
    assert measured_to(month(12), 2026) == datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


def test_the_plan_grows_evenly_and_a_target_for_each_meeting_does_not() -> None:
    assert [planned(PEOPLE, 1200, month(number), 2026) for number in (1, 9, 12)] == [100, 900, 1200]
    assert planned(PEOPLE, 1200, month(1, 2027), 2026) == 1200
    assert planned(MEETINGS, 15, month(3), 2026) == 15


def test_progress_says_how_far_it_is_and_what_is_needed() -> None:
    found = progress(PEOPLE, 1200, 2026, [(month(8), 571), (month(9), 689)])
    assert found is not None
    assert (found.number, found.planned, found.percent, found.standing, found.a_month) == (
        689, 900, 57, Standing.A_LITTLE_BEHIND, 171,
    )  # fmt: skip


def test_standings() -> None:
    def standing(number: int | None) -> Standing:
        found = progress(PEOPLE, 1200, 2026, [(month(6), number)])
        assert found is not None
        return found.standing

    assert [standing(number) for number in (None, 400, 430, 600, 650, 1200)] == [
        Standing.BEHIND, Standing.BEHIND, Standing.A_LITTLE_BEHIND, Standing.AS_PLANNED, Standing.AHEAD,
        Standing.REACHED,
    ]  # fmt: skip


def test_there_is_no_progress_before_a_month_is_closed() -> None:
    assert progress(PEOPLE, 1200, 2026, []) is None


def test_nothing_more_is_asked_for_in_december_or_of_meetings() -> None:
    december = progress(PEOPLE, 12, 2026, [(month(12), 6)])
    meetings = progress(MEETINGS, 12, 2026, [(month(5), 6)])
    assert december is not None
    assert meetings is not None
    assert (december.a_month, meetings.a_month) == (None, None)
