"""When an offer meets, in one line."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.base.i18n import speaking
from offers.catalogue.dates import Line
from offers.catalogue.models import Joining
from offers.catalogue.rhythm import rhythm

WEEK = timedelta(days=7)
MONDAY = datetime(2026, 11, 30, 17, tzinfo=UTC)  # at six in the evening


def line(starts: datetime, hours: int = 2, act: str = "") -> Line:
    return Line(starts, starts + timedelta(hours=hours), "i dag", act=act)


def said(lines: list[Line], joining: str = "", sessions: int = 0) -> str:
    """With plain spaces, to read."""
    text = rhythm(lines, joining, sessions)
    return text.replace("\u00a0", " ").replace("\u2060", "").replace("\u2009", " ")


TWICE_A_WEEK = [line(MONDAY + WEEK * week + timedelta(days=more)) for week in range(3) for more in (0, 2)]


def test_dates_alike_are_said_as_a_weekday() -> None:
    saturday = datetime(2026, 10, 17, 9, tzinfo=UTC)
    winter = datetime(2026, 10, 31, 10, tzinfo=UTC)  # the same time by a Norwegian clock
    assert said([line(saturday), line(winter)]) == "Lørdager kl. 11–13"
    assert said([line(saturday)]) == "i dag"
    assert rhythm([]) == ""


def test_two_days_a_week_are_both_said() -> None:
    assert said(TWICE_A_WEEK, Joining.PER_SESSION) == "Mandager og onsdager kl. 18–20"
    other = [*TWICE_A_WEEK[:5], line(TWICE_A_WEEK[5].starts_at, hours=3, act="book")]
    assert said(other, Joining.PER_SESSION) == "6 ganger mellom 30. nov. og 16. des."


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 1, 2, 3, 4], "Hverdager kl. 18–20"),
        ([0, 1, 2, 3, 4, 5, 6], "14 ganger mellom 30. nov. og 13. des."),
        ([0, 1, 2, 4], "8 ganger mellom 30. nov. og 11. des."),
        ([5, 6], "Lørdager og søndager kl. 18–20"),
        ([0, 2, 4], "Mandager, onsdager og fredager kl. 18–20"),
    ],
)
def test_all_weekdays_have_one_word(days: list[int], words: str) -> None:
    fortnight = [line(MONDAY + timedelta(days=day) + WEEK * week) for week in range(2) for day in days]
    assert said(fortnight, Joining.DROP_IN) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 14, 28, 42], "Annenhver mandag kl. 18–20"),
        (
            [0, 28, 56, 84],
            "4 ganger mellom 30. nov. og 22. feb.",
        ),  # every fourth Monday is not "mandager"
        ([0, 7, 14, 28, 35], "Mandager kl. 18–20"),  # closed one week
        ([*range(0, 30, 3)], "10 ganger mellom 30. nov. og 27. des."),
        ([0, 1, 2, 3, 4, 21, 22, 23, 24, 25], "10 ganger mellom 30. nov. og 25. des."),  # two weeks far apart
    ],
)
def test_it_is_not_said_of_days_that_are_mostly_free(days: list[int], words: str) -> None:
    assert said([line(MONDAY + timedelta(days=day)) for day in days], Joining.DROP_IN) == words


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nb", "6 ganger, mandager og onsdager kl. 18–20, 30. nov.–16. des."),
        ("nn", "6 gonger, måndagar og onsdagar kl. 18–20, 30. nov.–16. des."),
        ("en", "6 times, Mondays and Wednesdays 18:00–20:00, 30 Nov – 16 Dec"),
    ],
)
def test_a_course_is_said_by_how_often_which_days_and_from_when_to_when(lang: str, words: str) -> None:
    with speaking(lang):
        assert said(TWICE_A_WEEK, Joining.WHOLE, 6) == words


def test_of_a_course_that_has_begun_it_is_said_what_is_left() -> None:
    assert said(TWICE_A_WEEK[1:], Joining.WHOLE, 6) == (
        "5 ganger igjen, mandager og onsdager kl. 18–20, 2.–16. des."
    )


def test_hours_that_differ_are_left_out() -> None:
    other = [*TWICE_A_WEEK[:5], line(TWICE_A_WEEK[5].starts_at, hours=3)]
    assert said(other, Joining.WHOLE, 6) == "6 ganger, mandager og onsdager, 30. nov.–16. des."


def test_years_are_said_where_the_months_alone_would_not_do() -> None:
    weeks = [line(MONDAY + WEEK * number) for number in range(50)]
    assert said(weeks[:7], Joining.WHOLE, 7) == "7 ganger, mandager kl. 18–20, 30. nov.–11. jan."
    year = said(weeks, Joining.WHOLE, 50)
    assert year == "50 ganger, mandager, 30. nov. 2026–8. nov. 2027"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ([0, 1, 2], "3 ganger mellom 30. nov. og 2. des."),  # no day comes back
        ([0, 7, 14, 15], "4 ganger mellom 30. nov. og 15. des."),  # one was moved
        ([*range(0, 28, 2)], "14 ganger mellom 30. nov. og 26. des."),  # too many days to remember
        ([0, 3], "2 ganger: 30. nov. og 3. des."),
        ([0, 40], "2 ganger: 30. nov. og 9. jan."),
        ([0, 400], "2 ganger: 30. nov. 2026 og 4. jan. 2028"),
        ([0, 0], "2 ganger, 30. november"),
        ([0, 0, 1], "3 ganger mellom 30. nov. og 1. des."),
    ],
)
def test_days_without_a_pattern_are_said_by_the_first_and_the_last(days: list[int], words: str) -> None:
    dates = [line(MONDAY + timedelta(days=day)) for day in days]
    assert said(dates, Joining.WHOLE, len(dates)) == words


def test_a_weekday_that_is_used_twice_on_one_day_does_not_come_back() -> None:
    assert (
        said([line(MONDAY), line(MONDAY + timedelta(hours=3))], Joining.WHOLE, 2) == "2 ganger, 30. november"
    )


@pytest.mark.parametrize(
    ("acts", "words"),
    [
        (["", "", ""], "Flere dager. Neste: i dag"),
        (["wait", "book", "book"], "Flere dager. Neste ledige: i dag"),
        (["wait", "wait", "wait"], "Flere dager. Neste: i dag (fullt)"),
    ],
)
def test_of_many_times_on_a_day_the_next_is_said(acts: list[str], words: str) -> None:
    hours = [line(MONDAY + timedelta(days=day), act=act) for day, act in zip([0, 0, 2], acts, strict=True)]
    assert said(hours, Joining.PER_SESSION) == words


def test_where_not_all_dates_are_known_nobody_says_how_many_there_are() -> None:
    many = [line(MONDAY + timedelta(days=3 * number)) for number in range(60)]
    assert said(many, Joining.DROP_IN) == "Flere dager. Neste: i dag"
