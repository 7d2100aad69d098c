"""A goal's chart and its table: the same numbers, month by month."""

from dataclasses import dataclass
from datetime import date

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import month as month_name
from marketplace.base.i18n import short_month
from marketplace.base.numbers import amount
from marketplace.goals.figures.rules import Point, late, planned
from marketplace.goals.figures.series import Series
from marketplace.goals.models import Direction
from marketplace.goals.words import unit

SHORT = 12
"""As many months have a name each under the chart; of more, only Januaries have."""


@dataclass(frozen=True)
class Chart:
    """`bars`, `plan` and `last` have one number a month, None where there is none; `guess` leads from the newest bar to
    the end."""

    names: list[str]
    bars: list[float | None]
    plan: list[int]
    last: list[float | None]
    guess: tuple[int, float, float] | None
    target: int
    label: str
    late: float | None
    """What was saved after New Year, where that is counted."""


def chart(series: Series) -> Chart:
    span, aim, going = series.aim.span, series.aim, series.progress
    months = span.months()
    numbers = _by_month(series.points)
    last = _by_month(series.last_year)
    at = going.at
    guess = None
    if at and going.expected is not None and aim.adds_up and (at.year, at.number) in months:
        guess = (months.index((at.year, at.number)), at.value, going.expected)
    return Chart(
        names=[_name(year, month, len(months)) for year, month in months],
        bars=[numbers.get(one) for one in months],
        plan=[planned(aim, year, month) for year, month in months],
        last=[last.get((year - 1, month)) for year, month in months] if last else [],
        guess=guess,
        target=aim.target,
        label=_label(series),
        late=next((one.value for one in series.points if late(one)), None),
    )


def _by_month(points: list[Point]) -> dict[tuple[int, int], float]:
    return {(one.year, one.number): one.value for one in points if not late(one)}


def _name(year: int, month: int, count: int) -> str:
    if count > SHORT:
        return str(year) if month == 1 else ""
    return short_month(date(year, month, 1))


def _label(series: Series) -> str:
    aim, going = series.aim, series.progress
    words = [
        _("Søyler: %(unit)s for hver måned som er ferdig i %(span)s.", unit=unit(aim), span=aim.span.words)
    ]
    if going.at:
        first, last = series.points[0], going.at
        words.append(_("Fra %(first)s til %(last)s.", first=amount(first.value), last=amount(last.value)))
    words.append(_("Målet er %(target)s.", target=amount(aim.target)))
    if going.expected is not None and aim.adds_up:
        words.append(_("Fortsetter det slik, blir det omtrent %(number)s.", number=amount(going.expected)))
    if series.last_year:
        words.append(_("Året før endte på %(number)s.", number=amount(series.last_year[-1].value)))
    words.append(_("Tallene står i tabellen under."))
    return " ".join(words)


def table(series: Series) -> tuple[list[str], list[list[str]]]:
    """The head and the rows: month, the number, the plan, and the year before."""
    span, aim = series.aim.span, series.aim
    last = {(one.number): one.value for one in series.last_year}
    goal = _("Grensen") if aim.direction is Direction.AT_MOST else _("Planen") if aim.adds_up else _("Målet")
    head = [_("Til og med"), span.words, goal, *([str(span.first - 1)] if last else [])]
    rows = []
    for one in series.points:
        name = (
            _("etter nyttår")
            if late(one)
            else month_name(date(one.year, one.number, 1), year=span.first != span.last)
        )
        row = [name, amount(one.value), amount(planned(aim, one.year, one.number))]
        if last:
            row.append(amount(last[one.number]) if one.number in last else _("ingen tall"))
        rows.append(row)
    return head, rows
