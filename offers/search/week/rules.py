"""A week: its name in addresses, its days and their parts, and what is said of each session. No database, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from marketplace.base.clock import at_oslo, today
from marketplace.base.i18n import day as day_words
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, short_day, time_span
from offers.catalogue.cards import where_words
from offers.catalogue.models import Joining
from offers.catalogue.rules import listed_seats, other_lang
from offers.search.asked import Search
from offers.search.choices import Part
from offers.search.filters import SEVERAL
from offers.search.week.asked import View, monday_of
from offers.search.week.queries import Meeting

PARTS = {**SEVERAL["part"], Part.EVENING: lazy("Kveld")}
"""What heads each column."""


def first_week(wanted: Search, now: datetime) -> date:
    """The Monday of the week in which one looks first: this one, or that of the days which are asked for."""
    first = max(today(wanted.between[0]), today(now)) if wanted.between else today(now)
    return first - timedelta(days=first.weekday())


def shown(view: View, week: str, wanted: Search, now: datetime) -> date | None:
    """The Monday of the week that is to be seen; None where it is the list."""
    if view is not View.WEEK:
        return None
    return monday_of(week) or first_week(wanted, now)


def of_week(wanted: Search, monday: date) -> Search:
    """The same search within a week."""
    starts, ends = (at_oslo(monday + timedelta(days=days), time(0)) for days in (0, 7))
    if wanted.between:
        starts, ends = max(starts, wanted.between[0]), min(ends, wanted.between[1])
    return replace(wanted, between=(starts, ends), after=None, by_date=True)


class Entry(NamedTuple):
    """A session in the week. `facts`: when, where and what is left; `drop_in` says the dot in hidden words."""

    slug: str
    title: str
    lang: str
    starts_at: datetime
    facts: str
    drop_in: bool


class Cell(NamedTuple):
    """A part of a day; `more` are not shown here, but in the list at `more_href`."""

    words: str
    entries: list[Entry]
    more: int
    more_href: str


class WeekDay(NamedTuple):
    """A row of the week."""

    words: str
    starts: datetime
    today: bool
    cells: list[Cell]

    @property
    def empty(self) -> bool:
        return not any(cell.entries for cell in self.cells)


def days(
    found: Sequence[Meeting], monday: date, now: datetime, in_list: Callable[[date, Part], str]
) -> list[WeekDay]:
    """The days of a week, from today in this one: what is over stands nowhere. `in_list`: the address of all that
    begins in a part of a day."""
    cells: dict[tuple[date, str], list[Meeting]] = {}
    for one in found:
        cells.setdefault((one.day, one.part), []).append(one)
    this_day = today(now)
    made = []
    for day in (monday + timedelta(days=number) for number in range(7)):
        held = [_cell(part, cells.get((day, part), []), now, in_list(day, part)) for part in Part]
        words = day_words(day)
        shown = WeekDay(words[:1].upper() + words[1:], at_oslo(day, time(0)), day == this_day, held)
        if day >= this_day or not shown.empty:
            made.append(shown)
    return made


def _cell(part: Part, held: Sequence[Meeting], now: datetime, in_list: str) -> Cell:
    more = held[0].in_cell - len(held) if held else 0
    return Cell(str(PARTS[part]), [_entry(one, now) for one in held], more, in_list if more else "")


def _entry(one: Meeting, now: datetime) -> Entry:
    told = listed_seats(one.joining, one, one.sensitive, now)
    drop_in = one.joining == Joining.DROP_IN
    short = {"wait": _("fullt"), "ask": _("spør om plass")}
    left = "" if drop_in else short.get(told.act, told.text)
    where = where_words(one.venue_name, one.online_url)
    facts = [", ".join(filter(None, (time_span(one.session_at, one.session_ends), where)))]
    facts += [_("flyttet")] if one.moved else []
    facts += [left[:1].lower() + left[1:]] if left else []
    return Entry(one.slug, one.title, other_lang(one.lang), one.session_at, " · ".join(facts), drop_in)


def span_words(monday: date) -> str:
    """30. november – 6. desember; with the years where there are two."""
    sunday = monday + timedelta(days=6)
    years = monday.year != sunday.year
    return f"{short_day(monday, years)} – {short_day(sunday, years)}"


def caption(monday: date) -> str:
    return _(
        "Uke %(number)s, fra %(first)s til %(last)s",
        number=monday.isocalendar().week, first=day_words(monday), last=day_words(monday + timedelta(days=6)),
    )  # fmt: skip
