"""How what is found is shown, and the name of a week in addresses."""

import re
from datetime import date
from enum import StrEnum


class View(StrEnum):
    """How what is found is shown."""

    LIST = "list"
    WEEK = "week"


def monday_of(text: str) -> date | None:
    """The first day of 2026-W49; None where there is no such week."""
    found = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None


def week_text(day: date) -> str:
    """2026-W49: the week of a day."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02}"
