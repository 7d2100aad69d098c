"""What dates an offer may have, and what a series gives. No database, no clock."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from marketplace.base.clock import at_oslo, oslo, today
from marketplace.base.i18n import clock_in_digits, lazy
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import WHOLE_COURSE, Offer
from offers.publishing.rules import YEARS_AHEAD

MOST_SESSIONS = 200
"""Dates made in one go, and dates ahead of one offer: its page of dates shows no more, and what a draft's page does
not show would be taken away when it is saved."""


def tells(offer: Offer) -> bool:
    """Is anybody told of a date that is added to this offer? What is booked date by date nobody has booked yet."""
    return offer.published and offer.joining in WHOLE_COURSE


# --- dates ---
class Repeat(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


BACKWARDS = lazy("Slutten må være senere enn starten. Går det over midnatt, kan det vare høyst 14 timer.")


LONGEST_NIGHT = timedelta(hours=14)
"""What ends on the next day lasts at most so long: a longer one is a slip of the pen."""


def meeting(day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """When something that begins on this day, at these Norwegian clock times, begins and ends: at or after midnight,
    if the end is no later than the start."""
    return at_oslo(day, starts), at_oslo(day if ends > starts else day + timedelta(days=1), ends)


def skipped(day: date, clock: time) -> bool:
    """Does summer time skip this clock time on that day?"""
    return oslo(at_oslo(day, clock)).time() != clock


def time_objections(day: date, starts: time, ends: time, now: datetime) -> Iterator[tuple[str, str]]:
    """What is wrong with one meeting: (field, words) with the fields day, starts and ends."""
    first_day = today(now)
    if day < first_day:
        yield "day", _("Datoen er passert. Skriv en dato som kommer.")
    elif day.year > first_day.year + YEARS_AHEAD:
        yield "day", _("Datoen er langt fram. Skriv en dato de nærmeste fem årene.")
    elif skipped(day, starts):
        yield "starts", _skipped_words(starts)
    elif skipped(day if ends > starts else day + timedelta(days=1), ends):
        yield "ends", _skipped_words(ends)
    elif backwards(starts, ends):
        yield "ends", str(BACKWARDS)
    elif at_oslo(day, starts) <= now:
        yield "starts", _("Klokkeslettet er passert. Skriv et som kommer.")


def backwards(starts: time, ends: time) -> bool:
    """Would something from and to these clock times end before it begins? What goes over midnight is short."""
    lasts = (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
    return lasts == 0 or (lasts < 0 and timedelta(minutes=lasts, days=1) > LONGEST_NIGHT)


def _skipped_words(clock: time) -> str:
    return _("Klokka stilles fram til sommertid den natta, så %(clock)s finnes ikke. Velg et annet klokkeslett.",
             clock=clock_in_digits(clock))  # fmt: skip


def repeat_objections(first: date, last: date | None, repeat: Repeat) -> Iterator[tuple[str, str]]:
    """What is wrong with the span of a repetition: (field, words)."""
    if repeat is Repeat.ONCE:
        return
    if last is None:
        yield "last", _("Skriv den siste dagen dere kan møtes.")
    elif last < first:
        yield "last", _("Siste dag må være etter første dag.")
    elif len(dates(first, last, repeat, MOST_SESSIONS + 1)) > MOST_SESSIONS:
        yield "last", _("Det blir mer enn %(most)s datoer. Velg en tidligere siste dag.", most=MOST_SESSIONS)


def dates(first: date, last: date | None, repeat: Repeat, most: int = MOST_SESSIONS) -> list[date]:
    """The days from `first` to `last` (included), at most `most`.

    Monthly keeps the place of the weekday in the month: the second Tuesday; a fifth one means the last.
    """
    if repeat is Repeat.ONCE or last is None:
        return [first]
    found: list[date] = []
    day = first
    while day <= last and len(found) < most:
        found.append(day)
        if repeat is Repeat.MONTHLY:
            day = _same_weekday_next_month(day, (first.day - 1) // 7)
        else:
            day += timedelta(weeks=1 if repeat is Repeat.WEEKLY else 2)
    return found


def _same_weekday_next_month(day: date, place: int) -> date:
    month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    first = month + timedelta(days=(day.weekday() - month.weekday()) % 7)
    found = first + timedelta(weeks=place)
    return found if found.month == month.month else found - timedelta(weeks=1)


def holidays(year: int) -> dict[date, str]:
    """Norwegian public holidays and their names: few meet then, so these are not ticked at first."""
    easter = _easter(year)
    moving = {
        -3: _("Skjærtorsdag"), -2: _("Langfredag"), 0: _("Første påskedag"), 1: _("Andre påskedag"),
        39: _("Kristi himmelfartsdag"), 49: _("Første pinsedag"), 50: _("Andre pinsedag"),
    }  # fmt: skip
    return {easter + timedelta(days=days): name for days, name in moving.items()} | {
        date(year, 1, 1): _("Første nyttårsdag"),
        date(year, 5, 1): _("Første mai"),
        date(year, 5, 17): _("Grunnlovsdagen"),
        date(year, 12, 24): _("Julaften"),
        date(year, 12, 25): _("Første juledag"),
        date(year, 12, 26): _("Andre juledag"),
        date(year, 12, 31): _("Nyttårsaften"),
    }


def _easter(year: int) -> date:
    """Easter Sunday by the method of Oudin."""
    century, golden = year // 100, year % 19
    moon = (century - century // 4 - (century - (century - 17) // 25) // 3 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    sunday = moon - (year + year // 4 + moon + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return date(year, month, sunday + 28 - 31 * (month // 4))
