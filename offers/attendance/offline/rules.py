"""What a phone may keep of registers, and until when."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from marketplace.base.clock import at_oslo, today

DAYS = 2
"""Today and tomorrow."""


class Days(NamedTuple):
    """From when sessions are kept, and until when: then the phone shows them no longer."""

    since: datetime
    until: datetime


def days(now: datetime) -> Days:
    """Of this moment, by the clock in Oslo."""
    day = today(now)
    return Days(at_oslo(day, time()), at_oslo(day + timedelta(days=DAYS), time()))
