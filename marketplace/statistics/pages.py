"""What pages of statistics say and draw of a year: sentences, charts and tables. No database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, month, ngettext, short_month
from marketplace.base.numbers import amount
from marketplace.statistics.closing import LATE
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import Sum
from marketplace.statistics.yearly import MONTHS, WHOLE, Change, Group, Span, Year, change, same_span

EVENING_LABELS = {True: lazy("Kveld og helg"), False: lazy("Arbeidstid")}
LEAST_MONTHS = 6
MOST_MULTIPLES = 12
"""Small charts on a page: of the largest groups. The table has all."""


def month_name(number: int, year: int = 2000) -> str:
    return month(date(year, number, 1))


def drawn(shown: "Shown") -> range:
    """The months that charts have room for: all in which one of the years has data, and six at the least."""
    years = [year for year in (shown.this, shown.before) if year is not None and year.first is not None]
    if not years:
        return MONTHS
    first = min(year.first or 1 for year in years)
    last = min(12, max(year.last for year in years))
    first = min(first, max(1, last - LEAST_MONTHS + 1))
    return range(first, max(last, min(12, first + LEAST_MONTHS - 1)) + 1)


def short_months(shown: "Shown") -> list[str]:
    """jan, feb …: along the bottom of a chart."""
    return [short_month(date(2000, number, 1)) for number in drawn(shown)]


@dataclass(frozen=True)
class Part:
    """How a page divides what it shows: its name in the address, its words, and what a group is called."""

    name: str
    label: Any
    head: Any


@dataclass(frozen=True)
class Shown:
    """A year as the page shows it, with the year before. `exact`: an organisation's own registers, nothing rounded."""

    this: Year
    before: Year | None
    labels: Callable[[Any], str]
    exact: bool = False

    @property
    def year(self) -> int:
        return self.this.year

    @property
    def span(self) -> Span | None:
        """The months that both years have."""
        return same_span(self.this, self.before)

    def change(self, measure: Measure, key: Any = WHOLE) -> Change | None:
        """From the year before to this one, in the same months; of one group, or of all."""
        if self.span is None or self.before is None:
            return None
        return change(self.span, self.this.part(key), self.before.part(key), measure)

    def total(self, measure: Measure, group: Group | None = None) -> Sum:
        return self.this.total(measure, group)

    @property
    def ordered(self) -> list[tuple[Any, Group]]:
        """The groups, where most came first."""
        return sorted(
            self.this.groups.items(),
            key=lambda item: (-self.this.total(Measure.ATTENDANCES, item[1]).value, self.labels(item[0])),
        )


def until(shown: Year) -> str:
    """Which months a year's numbers are of."""
    if shown.last == LATE:
        return _("hele året")
    first = shown.first or 1
    if first == shown.last:
        return month_name(first)
    return _("%(first)s–\u2060%(last)s", first=month_name(first), last=month_name(shown.last))


def lead(shown: Shown) -> str:
    """The page's first sentence: how often people came, and whether that is more than a year ago."""
    if shown.this.first is None:
        return _("Ingen måned med ført oppmøte er lukket ennå.")
    found = shown.change(Measure.ATTENDANCES)
    if found is None or shown.span is None or not found.before:
        times = amount(shown.total(Measure.ATTENDANCES).value)
        if shown.this.last == LATE:
            return _("I %(year)s kom folk %(times)s ganger.", year=shown.year, times=times)
        first, last = month_name(shown.this.first), month_name(shown.this.last)
        if first == last:
            return _("I %(month)s kom folk %(times)s ganger.", month=first, times=times)
        return _("Fra %(first)s til %(last)s kom folk %(times)s ganger.", first=first, last=last, times=times)
    words = {
        "first": month_name(shown.span.first), "last": month_name(min(shown.span.last, 12)),
        "now": amount(found.now), "before": amount(found.before), "change": in_words(found),
    }  # fmt: skip
    if words["first"] == words["last"]:
        return _(
            "I %(first)s kom folk %(now)s ganger, mot %(before)s i samme måned i fjor. Det er %(change)s.",
            **words,
        )
    return _(
        "Fra %(first)s til %(last)s kom folk %(now)s ganger, mot %(before)s i samme tid i fjor. Det er %(change)s.",
        **words,
    )


def in_words(found: Change) -> str:
    """59 prosent flere; where the numbers cannot tell, that they cannot."""
    if found.now == found.before:
        return _("like mange")
    if found.unsure or found.percent is None:
        return _("omtrent like mange: forskjellen er mindre enn det tallene kan vise")
    if found.percent == 0:
        return _("omtrent like mange")
    if found.percent > 0:
        return _("%(number)s prosent flere", number=found.percent)
    return _("%(number)s prosent færre", number=-found.percent)


def best_month(shown: Shown) -> str:
    """The heading of the chart by month: it says what one sees."""
    numbers = [
        (number, index) for index, number in enumerate(shown.this.by_month(Measure.ATTENDANCES), 1)
        if number is not None
    ]  # fmt: skip
    if not numbers or max(numbers)[0] <= 0:
        return _("Oppmøter hver måned")
    most = max(number for number, _index in numbers)
    best = [month_name(index) for number, index in numbers if number == most]
    if len(best) > 1 or len(numbers) == 1:
        return _("Oppmøter hver måned")
    return _("Flest kom i %(month)s: %(number)s ganger", month=best[0], number=amount(most))


def month_by_month(shown: Shown) -> str:
    """In how many months more came than in the same month the year before."""
    if shown.before is None or shown.before.first is None:
        return ""
    pairs = [
        (now, then)
        for now, then in zip(
            shown.this.by_month(Measure.ATTENDANCES), shown.before.by_month(Measure.ATTENDANCES), strict=True
        )
        if now is not None and then is not None
    ]
    if not pairs:
        return ""
    more = sum(now > then for now, then in pairs)
    return ngettext(
        "I %(more)s av %(num)s måned som kan sammenliknes, kom det flere enn i fjor.",
        "I %(more)s av %(num)s måneder som kan sammenliknes, kom det flere enn i fjor.",
        len(pairs), more=more,
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of a chart: its name, how it is drawn (components/charts.html), and its points; None is a gap."""

    name: str
    style: str
    points: list[int | None]


@dataclass(frozen=True)
class Multiple:
    """A small chart of one group: a note under its name, and what it shows in a sentence."""

    name: str
    note: str
    series: list[Line]
    label: str


def two_years(shown: Shown, key: Any = WHOLE) -> list[Line]:
    """The lines of a chart: this year, and the year before where it has data."""
    group, months = shown.this.part(key), drawn(shown)
    points = [shown.this.own(number, Measure.ATTENDANCES, group) for number in months]
    lines = [Line(str(shown.year), "line", points)]
    if shown.before is not None and shown.before.first is not None:
        other = shown.before.part(key)
        points = [shown.before.own(number, Measure.ATTENDANCES, other) for number in months]
        lines.append(Line(str(shown.before.year), "last", points))
    return lines


def chart_label(name: str, lines: Sequence[Line], months: range) -> str:
    """A chart in a sentence, for who does not see it."""
    said = []
    for line in lines:
        points = zip(months, line.points, strict=True)
        there = [(index, number) for index, number in points if number is not None]
        if there:
            (first, begins), (last, ends) = there[0], there[-1]
            said.append(
                _("%(year)s fra %(begins)s i %(first)s til %(ends)s i %(last)s", year=line.name,
                  begins=amount(begins), first=month_name(first), ends=amount(ends), last=month_name(last))
            )  # fmt: skip
    return _("%(name)s, linjer: %(said)s. Tallene står i tabellen under.", name=name, said="; ".join(said))


def multiples(shown: Shown) -> list[Multiple]:
    """A small chart for each of the largest groups."""
    found = []
    for key, group in shown.ordered[:MOST_MULTIPLES]:
        times = shown.total(Measure.ATTENDANCES, group).value
        changed = shown.change(Measure.ATTENDANCES, key)
        note = ngettext("%(number)s gang", "%(number)s ganger", times, number=amount(times))
        if changed is not None and changed.before:
            note = _("%(times)s, %(change)s enn i fjor", times=note, change=short_change(changed))
        series = two_years(shown, key)
        name = shown.labels(key)
        found.append(Multiple(name, note, series, chart_label(name, series, drawn(shown))))
    return found


def short_change(found: Change) -> str:
    if found.unsure or not found.percent:
        return _("verken klart flere eller færre")
    if found.percent > 0:
        return _("%(number)s prosent flere", number=found.percent)
    return _("%(number)s prosent færre", number=-found.percent)


def largest(shown: Shown) -> str:
    """Where most came, in a sentence."""
    whole = shown.total(Measure.ATTENDANCES).value
    if not shown.ordered or whole <= 0:
        return ""
    key, group = shown.ordered[0]
    times = shown.total(Measure.ATTENDANCES, group).value
    return _(
        "Størst er «%(name)s», med %(times)s av %(whole)s oppmøter.",
        name=shown.labels(key), times=amount(times), whole=amount(whole),
    )  # fmt: skip
