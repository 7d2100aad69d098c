"""What a coordinator's day is like: no database."""

from datetime import date, timedelta

from marketplace.base.i18n import gettext as _

AGAIN_AFTER = timedelta(days=7)
"""An organisation that was reminded is left in peace so long."""
SOON = timedelta(days=3)
"""Who applies should have an answer by then."""
MISSED_LATELY = timedelta(days=30)
"""What residents have said that they miss is told as new so long."""


def greeting(hour: int, name: str) -> str:
    """God morgen, Nora."""
    if not name:
        return _("God morgen") if hour < 10 else _("God kveld") if hour >= 17 else _("Hei")
    if hour < 10:
        return _("God morgen, %(name)s", name=name)
    return _("God kveld, %(name)s", name=name) if hour >= 17 else _("Hei, %(name)s", name=name)


def next_closing(day: date) -> tuple[date, date]:
    """When the month that is running is closed, and the month: on the first day of the next."""
    month = day.replace(day=1)
    return (month + timedelta(days=32)).replace(day=1), month


def settling(day: date) -> tuple[date, int]:
    """When a year is settled for good, and which: on 1 February of the next."""
    year = day.year - 1 if day.month == 1 else day.year
    return date(year + 1, 2, 1), year
