"""Dates as people write them, in every form. What is wrong is a ValueError with the user's words.

A text may lean on the day it is written: "i morgen", "tirsdag", "8. desember". Filled writes such a text out as soon as
it has come (`written_out`), and shows it so from then on: what was meant is seen, and is the same date tomorrow.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator

from marketplace.base import i18n
from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits

MONTHS = [
    ("januar", "january"), ("februar", "february"), ("mars", "march"), ("april",), ("mai", "may"), ("juni", "june"),
    ("juli", "july"), ("august",), ("september",), ("oktober", "october"), ("november",), ("desember", "december"),
]  # fmt: skip
"""In the languages of our pages; the first three letters or more will do."""
WEEKDAYS = [
    ("mandag", "måndag", "monday"), ("tirsdag", "tysdag", "tuesday"), ("onsdag", "wednesday"), ("torsdag", "thursday"),
    ("fredag", "friday"), ("lørdag", "laurdag", "saturday"), ("søndag", "sundag", "sunday"),
]  # fmt: skip
"""The same; two letters will do, as our own short dates have them."""
NEAR = {
    "i dag": 0, "idag": 0, "today": 0,
    "i morgen": 1, "imorgen": 1, "i morgon": 1, "imorgon": 1, "tomorrow": 1,
    "i overmorgen": 2, "overmorgen": 2, "i overmorgon": 2, "overmorgon": 2, "day after tomorrow": 2,
}  # fmt: skip
"""How many days ahead."""
BESIDE = {"den", "på", "the", "on", "of", "st", "nd", "rd", "th"}
"""Words that say nothing of which day it is."""
ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
WRITTEN = re.compile(r"[\w\s.,/-]{1,60}")
LATELY = timedelta(days=60)
"""Whoever writes a date that was so lately, and no year, may mean the one that was: we ask."""


class Written(NamedTuple):
    """The parts of a date as somebody wrote it. `weekday` counts from Monday, 0; `year` in two digits or four."""

    weekday: int | None
    day: int | None
    month: int | None
    year: str


def day_of(text: Any) -> date:
    """A date that is written out: 12.1.2027, 12.1.27, 12/1-2027, tirsdag 12. januar 2027, 2027-01-12 and their like.
    Raises ValueError."""
    if isinstance(text, date):
        return text
    said = _parts(str(text))
    if said is None or said.day is None or said.month is None:
        raise ValueError(_("Skriv datoen slik: 12.1.2027"))
    try:
        # A leap year where none is said: the 29 of February is a date.
        found = date(_year(said.year) if said.year else 2000, said.month, said.day)
    except ValueError:
        written = plain_digits(str(text)).strip(" .,")
        raise ValueError(_("Datoen %(date)s finnes ikke.", date=written)) from None
    if not said.year:
        raise ValueError(_("Skriv også årstallet, slik: 12.1.2027"))
    if said.weekday not in (None, found.weekday()):
        raise ValueError(
            _("Det er en annen ukedag: %(day)s. Skriv dagen du mener.", day=i18n.day(found, year=True))
        )
    return found


def written_out(text: str, today: date) -> str:
    """The same date with its year, as 12.1.2027, where the text leans on `today`; else the text as it is. A day without
    a year is the next there is. What may mean two days is left for `day_of` to ask about: a weekday on that very day,
    and a date that was lately."""
    words = " ".join(text.lower().strip(" .,").split())
    if words in NEAR:
        return _whole(today + timedelta(days=NEAR[words]))
    said = _parts(text)
    if said is None or said.year:
        return text
    if said.day is None or said.month is None:
        ahead = ((said.weekday or 0) - today.weekday()) % 7
        return _whole(today + timedelta(days=ahead)) if ahead else text
    near = _years_of(said.day, said.month, today)
    coming = next((day for day in near if day >= today), None)
    if coming is None or any(today - LATELY <= day < today for day in near):
        return text
    other = said.weekday is not None and said.weekday != coming.weekday()
    return f"{WEEKDAYS[said.weekday or 0][0]} {_whole(coming)}" if other else _whole(coming)


def _parts(text: str) -> Written | None:
    written = plain_digits(text).strip(" .,").lower()
    if iso := ISO.fullmatch(written):
        return Written(None, int(iso[3]), int(iso[2]), iso[1])
    if not WRITTEN.fullmatch(written):
        return None
    words = [word for word in re.findall(r"[0-9]+|[^\W\d_]+", written) if word not in BESIDE]
    weekday = _place(words[0], WEEKDAYS, 2) if words else None
    if weekday is not None and len(words) == 1:
        return Written(weekday, None, None, "")
    words = words if weekday is None else words[1:]
    if len(words) not in (2, 3):
        return None
    day, month, year = [*words, ""][:3]
    if day.isalpha():
        day, month = month, day
    named = _place(month, MONTHS, 3)
    month = month if named is None else str(named + 1)
    if not re.fullmatch(r"[0-9]{1,2} [0-9]{1,2} (?:[0-9]{2}|[0-9]{4})?", f"{day} {month} {year}"):
        return None
    return Written(weekday, int(day), int(month), year)


def _place(word: str, names: list[tuple[str, ...]], shortest: int) -> int | None:
    """Which of these is written so, or begins so."""
    if len(word) < shortest:
        return None
    return next((n for n, called in enumerate(names) if any(name.startswith(word) for name in called)), None)


def _year(written: str) -> int:
    return int(written) + (2000 if len(written) == 2 else 0)


def _years_of(day: int, month: int, today: date) -> list[date]:
    """This date in the years around: also the 29 of February is among them."""
    found = []
    for year in range(today.year - 1, today.year + 9):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def _whole(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


Day = Annotated[date, BeforeValidator(day_of)]
