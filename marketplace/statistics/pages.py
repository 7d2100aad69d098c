"""What pages of statistics say and draw of a year: sentences, charts and tables. No database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, month, ngettext, pick, short_month
from marketplace.base.numbers import amount, percent, share
from marketplace.statistics.choices import Frozen
from marketplace.statistics.closing import LATE
from marketplace.statistics.measures import INDICATORS, Indicator, Measure
from marketplace.statistics.stored import Sum, Sums
from marketplace.statistics.tables import Table, Value
from marketplace.statistics.yearly import MONTHS, SHOWN, WHOLE, Change, Group, Span, Year, change, same_span

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


# --- tables -----------------------------------------------------------------------------------------------------
def notes(shown: Shown) -> list[str]:
    """What one must know to read a table, also when it is a file somewhere else."""
    done, due = shown.total(Measure.SESSIONS).value, shown.total(Measure.DUE).value
    said = [_("Gjelder %(months)s %(year)s.", months=until(shown.this), year=shown.year)]
    if due:
        said.append(
            _("Bygger på %(done)s av %(due)s samlinger, %(percent)s prosent.", done=amount(done), due=amount(due),
              percent=share(min(done, due), due))
        )  # fmt: skip
    if shown.exact:
        said.append(_("Tallene er nøyaktige, og bare fra organisasjonens egne oppmøtelister."))
    else:
        said.append(
            _("Tall om folk er rundet til et nabotall i femgangen i hver celle. ± er den sannsynlige feilen: i 95 av "
              "100 tilfeller er det rette tallet innenfor. Samlinger er nøyaktige.")
        )  # fmt: skip
    return said


def months_table(shown: Shown) -> Table:
    """Every month that is closed, with last year's attendances beside."""
    this, before = shown.this, shown.before
    head = [_("Måned"), _("Oppmøter %(year)s", year=this.year)]
    if before is not None:
        head.append(_("Oppmøter %(year)s", year=before.year))
    head += [_("Nye personer"), _("Samlinger"), _("Ført, prosent")]
    lines: list[list[Value]] = []
    for number in (*MONTHS, LATE):
        numbers = [this.own(number, measure) for measure in SHOWN]
        times, people, held, due = numbers
        last = before.own(number, Measure.ATTENDANCES) if before is not None else None
        if number == LATE and not any((*numbers, last)):
            continue
        if all(one is None for one in (*numbers, last)) and number not in this.closed:
            continue
        name = _("Ført etter nyttår") if number == LATE else month_name(number)
        lines.append(
            [name, times, *([last] if before is not None else []), people, held, share(held or 0, due or 0)]
        )
    foot: list[Value] = [_("Til sammen"), shown.total(Measure.ATTENDANCES).value]
    if before is not None:
        foot.append(before.total(Measure.ATTENDANCES).value if before.first is not None else None)
    foot += [
        shown.total(Measure.PEOPLE).value, shown.total(Measure.SESSIONS).value,
        share(shown.total(Measure.SESSIONS).value, shown.total(Measure.DUE).value),
    ]  # fmt: skip
    return Table(
        _("Oppmøter hver måned i %(year)s", year=this.year), head, lines, "months", notes(shown), foot
    )


def groups_table(shown: Shown, part: Part) -> Table:
    """Every group, the largest first. What two years have is compared in the same months."""
    before, span = shown.before, shown.span
    head: list[str] = [str(part.head), _("Oppmøter %(year)s", year=shown.year)]
    if not shown.exact:
        head.append(_("Oppmøter ±"))
    if before is not None:
        head += [_("Samme tid i %(year)s", year=before.year), _("Endring")]
    head.append(_("Personer, først nådd her"))
    if not shown.exact:
        head.append(_("Personer ±"))
    head += [_("Samlinger"), _("Ført, prosent")]

    def line(name: str, group: Group, changed: Change | None) -> list[Value]:
        times, people, held, due = (shown.total(measure, group) for measure in SHOWN)
        found: list[Value] = [name, times.value]
        if not shown.exact:
            found.append(times.error)
        if before is not None:
            found += [changed.before if changed else None, change_cell(changed)]
        found.append(people.value)
        if not shown.exact:
            found.append(people.error)
        return [*found, held.value, share(held.value, due.value)]

    lines = [
        line(shown.labels(key), group, shown.change(Measure.ATTENDANCES, key)) for key, group in shown.ordered
    ]
    said = notes(shown)
    if span is not None and before is not None:
        said.append(
            _("Endringen er fra %(first)s til %(last)s i begge årene.", first=month_name(span.first),
              last=month_name(min(span.last, 12)))
        )  # fmt: skip
    return Table(
        _("Tall etter %(part)s i %(year)s", part=str(part.label).lower(), year=shown.year), head, lines, "groups",
        said, line(_("Til sammen"), shown.this.whole, shown.change(Measure.ATTENDANCES)),
    )  # fmt: skip


def change_cell(found: Change | None) -> str | None:
    """+59 %; what cannot be told is said so."""
    if found is None or not found.before or found.percent is None:
        return None
    if found.unsure:
        return _("usikkert")
    return (
        percent(found.percent, signed=True) if found.percent or found.now == found.before else in_words(found)
    )


def indicators_table(this: Sums, before: Sums, year: int, said: Sequence[str]) -> Table:
    """What else is known of the whole municipality: each with its likely error, and as a part of what it is of. What is
    shown of it only is there when enough people are."""
    head = [_("Tall"), str(year), f"{year} ±", _("Andel, prosent")] + ([str(year - 1)] if before else [])
    lines: list[Sequence[Value]] = []
    for measure, found in this.items():
        if measure in SHOWN:
            continue
        indicator = INDICATORS[measure]
        of = this.get(indicator.per) if indicator.per else None
        last = before.get(measure)
        lines.append(
            [str(indicator.label), found.value, None if found.exact else found.error,
             share(found.value, of.value) if of and of.value else "",
             *([last.value if last else None] if before else [])]
        )  # fmt: skip
    return Table(_("Mer om hele kommunen i %(year)s", year=year), head, lines, "more", said)


def definitions_table(indicators: Sequence[Indicator]) -> Table:
    """What each number is: printed wherever they are shown, and a sheet of every workbook."""
    head = [_("Tall"), _("Hva vi teller"), _("Av hva"), _("Ikke med"), _("Kilde"), _("Hvor nøyaktig")]
    lines = [
        [str(one.label), str(one.counts), str(one.of or ""), str(one.left_out or ""), str(one.source),
         _("nøyaktig") if one.exact else _("rundet")]
        for one in indicators
    ]  # fmt: skip
    return Table(_("Hva tallene betyr"), head, lines, "definitions")


def exactly(indicators: Sequence[Indicator]) -> Table:
    """The same for an organisation's own page, where nothing is rounded."""
    table = definitions_table(indicators)
    return replace(table, rows=[[*row[:-1], _("nøyaktig")] for row in table.rows])


def frozen_table(year: int, found: Sequence[Frozen]) -> Table:
    """A year that was counted by the old rule, as it was shown."""
    head = [_("Mål"), _("Til og med"), _("Tall")]
    lines: list[Sequence[Value]] = [
        [pick(one.title), month(one.month, year=True), _("skjult") if one.value is None else one.value]
        for one in found
    ]  # fmt: skip
    return Table(_("Målene i %(year)s, etter den gamle regelen", year=year), head, lines, "frozen")
