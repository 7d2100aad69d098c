"""Which months are closed, what was planned for each, and how a goal is going: pure decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import ceil

from marketplace.base.clock import month_start
from marketplace.base.i18n import lazy
from marketplace.goals.models import Metric

METRIC_LABELS = {
    Metric.DISTINCT_PEOPLE: lazy("Ulike personer som har vært med"),
    Metric.ATTENDANCES: lazy("Oppmøter (den som kommer to ganger, teller to)"),
    Metric.SESSIONS_HELD: lazy("Samlinger som er holdt"),
    Metric.OFFERS_HELD: lazy("Tilbud som er holdt"),
    Metric.ORGANIZATIONS_AT_MEETING: lazy("Organisasjoner på hvert dialogmøte"),
}
UNITS = {
    Metric.DISTINCT_PEOPLE: lazy("personer"),
    Metric.ATTENDANCES: lazy("oppmøter"),
    Metric.SESSIONS_HELD: lazy("samlinger"),
    Metric.OFFERS_HELD: lazy("tilbud"),
    Metric.ORGANIZATIONS_AT_MEETING: lazy("organisasjoner"),
}
OF_PEOPLE = {Metric.DISTINCT_PEOPLE, Metric.ATTENDANCES}
"""What may tell about people, and is shown as statistics/rules.py allows."""
NOT_A_SUM = {Metric.ORGANIZATIONS_AT_MEETING}
"""The target holds for each time: nothing adds up towards it."""


def following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_of(year: int) -> list[date]:
    """The months of a goal of that year. January after it measures the whole year once more: in it the last
    registers of the year are saved."""
    return [date(year, number, 1) for number in range(1, 13)] + [date(year + 1, 1, 1)]


def closed(year: int, now: datetime) -> list[date]:
    """Those of them that are over in Norway."""
    return [month for month in months_of(year) if month_start(following(month)) <= now]


def measured_to(month: date, year: int) -> datetime:
    """Where the sessions of that month's figure end."""
    return month_start(min(following(month), date(year + 1, 1, 1)))


def planned(metric: Metric, target: int, month: date, year: int) -> int:
    """What the number should be when the month is over: evenly through the year, or the whole target each time."""
    share = 12 if metric in NOT_A_SUM or month.year > year else month.month
    return round(target * share / 12)


class Standing(StrEnum):
    REACHED = "reached"
    AHEAD = "ahead"
    AS_PLANNED = "as_planned"
    A_LITTLE_BEHIND = "a_little_behind"
    BEHIND = "behind"


STANDING_LABELS = {
    Standing.REACHED: lazy("Målet er nådd"),
    Standing.AHEAD: lazy("Vi ligger foran planen"),
    Standing.AS_PLANNED: lazy("Vi følger planen"),
    Standing.A_LITTLE_BEHIND: lazy("Vi ligger litt etter planen"),
    Standing.BEHIND: lazy("Vi ligger etter planen"),
}
LITTLE = 0.03
SOMEWHAT = 0.3
"""Parts of the planned number."""


@dataclass(frozen=True)
class Progress:
    """A goal at its last closed month. `number` is what may be shown; None: too few."""

    month: date
    number: int | None
    planned: int
    percent: int
    standing: Standing
    a_month: int | None
    """How many more are needed in each month that is left; None when none is, or when nothing adds up."""


def progress(
    metric: Metric, target: int, year: int, series: Sequence[tuple[date, int | None]]
) -> Progress | None:
    """How it goes, from the shown numbers in order of their months. None: no month is closed yet."""
    if not series:
        return None
    month, number = series[-1]
    plan, reached = planned(metric, target, month, year), number or 0
    if reached >= target:
        standing = Standing.REACHED
    elif reached > plan * (1 + LITTLE):
        standing = Standing.AHEAD
    elif reached >= plan * (1 - LITTLE):
        standing = Standing.AS_PLANNED
    else:
        standing = Standing.A_LITTLE_BEHIND if reached >= plan * (1 - SOMEWHAT) else Standing.BEHIND
    left = 0 if month.year > year else 12 - month.month
    adds_up = metric not in NOT_A_SUM and left and reached < target
    a_month = ceil((target - reached) / left) if adds_up else None
    return Progress(month, number, plan, int(100 * reached / target), standing, a_month)
