"""The tables of pages of statistics, which are files too. No database."""

from collections.abc import Sequence
from dataclasses import replace

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import month, pick
from marketplace.base.numbers import amount, percent, share
from marketplace.statistics.choices import Frozen
from marketplace.statistics.closing import LATE
from marketplace.statistics.measures import INDICATORS, Indicator, Measure
from marketplace.statistics.pages import Part, Shown, in_words, month_name, until
from marketplace.statistics.stored import Sums
from marketplace.statistics.tables import Table, Value
from marketplace.statistics.yearly import MONTHS, SHOWN, Change, Group


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
