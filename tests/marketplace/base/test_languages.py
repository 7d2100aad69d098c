"""What differs between the languages stands in one table, and CLDR knows the rest."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from marketplace.base import i18n
from marketplace.base.i18n import LANGUAGE_WORDS, LANGUAGES, OURS, SOURCE, speaking
from marketplace.base.numbers import one_decimal

ROOT = Path(__file__).parents[3]
MOMENT = datetime(2026, 9, 5, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("nb", ["lørdag 5. september 2026",
               "5. september", "lør 5. sep", "kl. 18.30", "09.05", "kl. 9–15", "sep", "mandager", "3,5"]),
        ("nn", ["laurdag 5. september 2026",
               "5. september", "la 5. sep", "kl. 18.30", "09.05", "kl. 9–15", "sep", "mandager", "3,5"]),
        ("en", ["Saturday 5 September 2026",
               "5 September", "Sat 5 Sept", "18:30", "09:05", "09:00–15:00", "Sept", "Mandager", "3.5"]),
    ],
)  # fmt: skip
def test_days_times_and_numbers_are_written_as_the_language_does(lang: str, words: list[str]) -> None:
    with speaking(lang):
        said = [
            i18n.day(MOMENT, year=True), i18n.short_day(MOMENT), i18n.brief_day(MOMENT), i18n.at_clock(MOMENT),
            i18n.clock_in_digits(time(9, 5)), i18n.opening_hours("9:00-15:00"),
            i18n.short_month(date(2026, 9, 1)), *i18n.weekdays(["Mandager"]),
            one_decimal(3.46),
        ]  # fmt: skip
    assert [one.replace("\u00a0", " ").replace("\u2060", "") for one in said] == words


def test_a_day_and_its_month_do_not_part() -> None:
    assert "5.\u00a0september" in i18n.day(MOMENT)


def test_one_list_says_which_languages_there_are() -> None:
    assert [*OURS] == [*LANGUAGES] == [*LANGUAGE_WORDS]
    assert SOURCE in OURS
    own = re.compile(r"""lang(uage\(\))? ?[!=]= ?"|get\(\) [!=]= "(en|nb|nn)"|"nb", ?"nn"|"nn", ?"en\"""")
    for room in ("marketplace", "offers", "organizations", "templates"):
        for file in (ROOT / room).rglob("*.*"):
            if file.suffix in (".py", ".html", ".txt") and not {"migrations", "demo"} & set(file.parts):
                found = own.search(file.read_text())
                assert not found, (file, found and found[0])


def test_no_page_writes_the_clock_of_one_language_by_itself() -> None:
    """18.04 is 18:04 in English: the table says so, and what is written past it would not."""
    found = [
        (str(file.relative_to(ROOT)), word)
        for room in ("marketplace", "offers", "organizations", "templates")
        for file in (ROOT / room).rglob("*.*")
        if file.suffix in (".py", ".html", ".txt")
        for word in re.findall(r"%-?H\.%M|HH?\.mm", file.read_text())
    ]
    assert found == [("marketplace/base/i18n.py", "%H.%M")]
