"""When an offer meets, in one line: "Lørdager kl. 11–13", "6 ganger, mandager og onsdager, 30. nov.–16. des."."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from marketplace.base.clock import oslo
from marketplace.base.i18n import (
    brief_date,
    days_span,
    far_apart,
    lazy,
    ngettext,
    short_day,
    time_span,
    weekday,
    weekdays,
)
from marketplace.base.i18n import gettext as _
from offers.catalogue.dates import Line, day_of
from offers.catalogue.models import Joining
from offers.catalogue.queries import SESSIONS_SHOWN

WEEKDAYS = (
    lazy("Mandager"), lazy("Tirsdager"), lazy("Onsdager"), lazy("Torsdager"), lazy("Fredager"), lazy("Lørdager"),
    lazy("Søndager"),
)  # fmt: skip
MOST_WEEKDAYS = 3
"""More in one line is no pattern to remember."""
FORTNIGHT = timedelta(days=14)
WORKDAYS = {0, 1, 2, 3, 4}
MOST_OF_THEM = 0.6
"""Where so many of the Saturdays are taken one says "lørdager", though some are not: every fourth is no rhythm."""


def rhythm(coming: Sequence[Line], joining: str = "", sessions: int = 0) -> str:
    """The only date; the days that come back; of a course that is booked as a whole how many times, on which days and
    from when to when; else how many times between which days. Of many times on one day the next is said, one with room
    where each is booked by itself. `sessions`: how many the offer has, also those that are over."""
    if len(coming) < 2:
        return coming[0].when_text if coming else ""
    days = days_that_come_back(coming)
    if joining == Joining.WHOLE:
        return course(coming, days, sessions)
    if days and same_time(coming):
        return days[:1].upper() + days[1:]
    if len({day_of(one) for one in coming}) == len(coming) < SESSIONS_SHOWN:
        return between(often(len(coming)), coming)
    free = next((one for one in coming if one.act == "book"), None)
    if joining == Joining.PER_SESSION and free:
        return _("Flere dager. Neste ledige: %(when)s", when=free.when_text)
    if joining == Joining.PER_SESSION and coming[0].act == "wait":
        return _("Flere dager. Neste: %(when)s (fullt)", when=coming[0].when_text)
    return _("Flere dager. Neste: %(when)s", when=coming[0].when_text)


def days_that_come_back(dates: Sequence[Line]) -> str:
    """mandager og onsdager kl. 18–20, without the hours where they differ; nothing where one does not."""
    words = recurring(sorted({day_of(one) for one in dates}))
    if not words or not same_time(dates):
        return words
    return f"{words} {time_span(dates[0].starts_at, dates[0].ends_at)}"


def recurring(days: Sequence[date]) -> str:
    """mandager og onsdager; annenhver mandag; hverdager. Each day comes back, and most of them are taken."""
    found = Counter(day.weekday() for day in days)
    if min(found.values()) < 2:
        return ""
    if len(days) > 2 and {later - day for day, later in pairwise(days)} == {FORTNIGHT}:
        return _("annenhver %(day)s", day=weekday(days[0]))
    span = (days[0] + timedelta(days=number) for number in range((days[-1] - days[0]).days + 1))
    if len(days) < MOST_OF_THEM * sum(day.weekday() in found for day in span):
        return ""
    if found.keys() == WORKDAYS:
        return _("hverdager")
    if len(found) > MOST_WEEKDAYS:
        return ""
    words = weekdays(str(WEEKDAYS[day]) for day in sorted(found))
    return words[0] if len(words) == 1 else _(" og ").join([", ".join(words[:-1]), words[-1]])


def same_time(dates: Sequence[Line]) -> bool:
    return len({(oslo(one.starts_at).time(), oslo(one.ends_at).time()) for one in dates}) == 1


def course(coming: Sequence[Line], days: str, sessions: int) -> str:
    """6 ganger, mandager og onsdager kl. 18–20, 30. nov.–16. des. Where the days make no pattern: 6 ganger mellom
    30. nov. og 16. des."""
    number = len(coming)
    times = (
        ngettext("%(num)s gang igjen", "%(num)s ganger igjen", number) if sessions > number else often(number)
    )
    return (
        f"{times}, {days}, {days_span(day_of(coming[0]), day_of(coming[-1]))}"
        if days
        else between(times, coming)
    )


def often(number: int) -> str:
    return ngettext("%(num)s gang", "%(num)s ganger", number)


def between(times: str, coming: Sequence[Line]) -> str:
    """6 ganger mellom 30. nov. og 16. des."""
    first, last = day_of(coming[0]), day_of(coming[-1])
    if first == last:
        return f"{times}, {short_day(first)}"
    year = far_apart(first, last)
    ends = {"first": brief_date(first, year), "last": brief_date(last, year)}
    if len(coming) == 2:
        return _("%(times)s: %(first)s og %(last)s", times=times, **ends)
    return _("%(times)s mellom %(first)s og %(last)s", times=times, **ends)
