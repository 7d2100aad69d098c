"""Dates and clock times as people write them."""

from datetime import date, time

import pytest

from marketplace.base.i18n import speaking
from marketplace.base.web.days import Day, day_of, written_out
from marketplace.base.web.fields import clock_of
from marketplace.base.web.forms import Filled, Form, dated

MONDAY = date(2026, 11, 30)


class DatedForm(Form):
    day: Day
    last: Day | None = None
    dates: list[Day] = []
    name: str = ""


@pytest.mark.parametrize(
    "text",
    [
        "8.12.2026", "8.12.26", "8/12-26", "08-12-2026", "8 12 2026", "2026-12-08", "8. desember 2026", "8.des.2026",
        "tirsdag 8. desember 2026", "Tysdag den 8. desember 2026", "ti 8. des 26", "Tuesday, December 8th, 2026",
        "8.12", "8.12.", "8/12", "8. desember", "tirsdag 8.12", "December 8", "٨.١٢",
    ],
)  # fmt: skip
def test_one_day_in_many_ways(text: str) -> None:
    assert day_of(written_out(text, MONDAY)) == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("i dag", "30.11.2026"), ("I morgen", "1.12.2026"), ("i morgon.", "1.12.2026"), ("tomorrow", "1.12.2026"),
        ("i overmorgen", "2.12.2026"), ("tirsdag", "1.12.2026"), ("på søndag", "6.12.2026"), ("laurdag", "5.12.2026"),
        ("30.11", "30.11.2026"), ("31/12", "31.12.2026"), ("1.1", "1.1.2027"), ("30.9", "30.9.2027"),
        ("29.2", "29.2.2028"),
    ],
)  # fmt: skip
def test_what_leans_on_today_is_the_next_such_day(text: str, whole: str) -> None:
    assert written_out(text, MONDAY) == whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("28.11", "Skriv også årstallet, slik: 12.1.2027"),  # the one two days ago, or next year's?
        ("1. oktober", "Skriv også årstallet, slik: 12.1.2027"),
        ("mandag", "Skriv datoen slik: 12.1.2027"),  # this one, or in a week?
        ("neste tirsdag", "Skriv datoen slik: 12.1.2027"),
        ("12. marmelade", "Skriv datoen slik: 12.1.2027"),
        ("12.1.027", "Skriv datoen slik: 12.1.2027"),
        ("8.12.2026-9.12.2026", "Skriv datoen slik: 12.1.2027"),
        ("31.2", "Datoen 31.2 finnes ikke."),
        ("18.30", "Datoen 18.30 finnes ikke."),
        ("mandag 8.12", "Det er en annen ukedag: tirsdag 8.\xa0desember 2026. Skriv dagen du mener."),
        ("fredag 8.12.2026", "Det er en annen ukedag: tirsdag 8.\xa0desember 2026. Skriv dagen du mener."),
    ],
)
def test_what_may_be_two_days_or_none_is_asked_about(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as wrong:
        day_of(written_out(text, MONDAY))
    assert str(wrong.value) == reason


def test_the_weekday_is_said_in_the_language_of_the_page() -> None:
    with speaking("en"), pytest.raises(ValueError, match=r"Tuesday 8.December 2026"):
        day_of("Friday 8.12.2026")


def test_a_form_shows_what_it_understood_and_keeps_what_it_did_not() -> None:
    assert dated(DatedForm) == {"day", "last"}
    sent = {"day": ["i morgen"], "last": ["i morra"], "dates": ["2026-12-01"], "name": ["i morgen"]}
    form = Filled(DatedForm, sent, {}, MONDAY)
    assert form.values == {"day": "1.12.2026", "last": "i morra", "dates": ["2026-12-01"], "name": "i morgen"}
    assert form.errors == {"last": "Skriv datoen slik: 12.1.2027"}
    assert Filled(DatedForm, sent | {"last": ["8.12"]}, {}, MONDAY).data.last == date(2026, 12, 8)


@pytest.mark.parametrize(
    "text", ["18.30", "18:30", "1830", "18,30", "18 30", "kl. 18.30", "kl 1830", "١٨.٣٠"]
)
def test_one_clock_time_in_many_ways(text: str) -> None:
    assert clock_of(text) == time(18, 30)


@pytest.mark.parametrize("text", ["2400", "1860", "25", "18.3", "18:30:00", "seks", ""])
def test_what_is_no_clock_time_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match=r"Skriv klokkeslettet slik: 18\.00"):
        clock_of(text)
