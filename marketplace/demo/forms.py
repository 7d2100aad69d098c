"""What is typed on the demo's pages."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from marketplace.base.clock import at_oslo, oslo
from marketplace.base.web.days import Day
from marketplace.base.web.forms import Form, lazy

FURTHEST = timedelta(days=800)
"""How far ahead of the real time the demo's clock goes."""


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    BACK = "back"


STEP_LABELS = {
    Step.HOUR: lazy("Én time fram"),
    Step.DAY: lazy("Én dag fram"),
    Step.WEEK: lazy("Én uke fram"),
    Step.MONTH: lazy("Én måned fram"),
}
LENGTHS = {Step.HOUR: timedelta(hours=1), Step.DAY: timedelta(days=1), Step.WEEK: timedelta(weeks=1)}


class ClockForm(Form):
    """A step, or a date."""

    step: Step | None = None
    day: Day | None = None

    words = {"step": {"enum": lazy("Velg et av alternativene.")}}

    def target(self, now: datetime, real: datetime) -> datetime | None:
        """Where the clock shall stand when it is `now` in the demo; None when nothing was chosen.

        A date keeps the time of day.
        """
        here = oslo(now)
        match self.step:
            case Step.BACK:
                return real
            case Step.MONTH:
                return at_oslo(month_later(here.date()), here.time())
            case Step.HOUR | Step.DAY | Step.WEEK:
                return now + LENGTHS[self.step]
        return at_oslo(self.day, here.time()) if self.day else None


def month_later(day: date) -> date:
    """The same day of the next month, or its last day."""
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (following + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return following.replace(day=min(day.day, last.day))
