"""The parts of a report that are the same for every municipality, from its numbers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.data.database import column, rows
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy, month, ngettext, short_day
from marketplace.base.numbers import share
from marketplace.dialogue.queries import THERE_OF_ALL
from marketplace.goals.models import Changed as GoalChanged
from marketplace.reports.attainment import Attainment
from marketplace.reports.content import Bars, Section, Table, Value, shown
from marketplace.reports.models import ReportWords
from marketplace.reports.numbers import Numbers
from marketplace.statistics.measures import INDICATORS, Indicator, Measure
from marketplace.statistics.stored import Sums
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind


def asked(section: Section, words: Mapping[str, ReportWords]) -> Section:
    """The section with what a coordinator has written in it."""
    written = words.get(section.key)
    return replace(section, words=written.text) if written and section.asks else section


def people(numbers: Numbers) -> list[Section]:
    """Who was there, by whom the offers are for most of all; and month by month."""
    found = sorted(
        ((str(AUDIENCE_LABELS[Audience(key)]), sums[Measure.PEOPLE].value) for key, sums in numbers.audiences.items()),
        key=lambda pair: (-pair[1], pair[0]),
    )  # fmt: skip
    text = (
        _("Hver person telles én gang i året, i den gruppen tilbudet der de kom først, er laget for. "
          "Ingen blir spurt om alder eller bakgrunn."),
        _likely(numbers, Measure.PEOPLE),
    )  # fmt: skip
    tables: list[Table] = []
    if found:
        says = _("Flest kom først til tilbud i gruppen «%(group)s»: %(number)s personer.",
                 group=found[0][0], number=shown(found[0][1]))  # fmt: skip
        tables.append(
            Table(
                _("Først nådd gjennom tilbud for"), (_("Gruppe"), _("Personer")), tuple(found),
                (_("Til sammen"), numbers.value(Measure.PEOPLE)), Bars(1, says),
            )
        )  # fmt: skip
    return [
        Section("people", _("Hvem som var med"), 1, tuple(line for line in text if line), tuple(tables),
                asks=_("Hva vil dere si om hvem som var med?")),
        *_months(numbers),
    ]  # fmt: skip


def _months(numbers: Numbers) -> list[Section]:
    """Attendances in each month: the difference of two sums from January on."""
    if not numbers.months:
        return []
    before = steps(numbers.months_before, Measure.ATTENDANCES)
    lines: list[tuple[Value, ...]] = [
        (
            _("Ført etter nyttår") if number > 12 else month(date(numbers.year, number, 1)),
            before.get(number),
            count,
        )
        for number, count in steps(numbers.months, Measure.ATTENDANCES).items()
    ]
    most = max(lines[:12], key=lambda line: int(line[2] or 0))
    says = _("Flest oppmøter var det i %(month)s: %(number)s.", month=most[0], number=shown(most[2]))
    return [
        Section(
            "months", _("Måned for måned"), 2,
            (_("Et oppmøte er at én person kommer én gang. Følge og de som bare kom innom, er med."),
             _likely(numbers, Measure.ATTENDANCES)),
            (Table(_("Oppmøter i hver måned"), (_("Måned"), str(numbers.year - 1), str(numbers.year)), tuple(lines),
                   (_("Til sammen"), numbers.before(Measure.ATTENDANCES), numbers.value(Measure.ATTENDANCES)),
                   Bars(2, says)),),
        )
    ]  # fmt: skip


def steps(months: Mapping[int, Sums], measure: Measure) -> dict[int, int | None]:
    """What each month brought, from sums that run from January: it may be less than nothing when registers are
    corrected, and is not known before anything was held."""
    found: dict[int, int | None] = {}
    last = 0
    for number, sums in sorted(months.items()):
        found[number] = sums[measure].value - last if sums[measure].cells else None
        last = sums[measure].value
    return found


def _likely(numbers: Numbers, measure: Measure) -> str:
    """A sentence about how far a total may be from what it stands for."""
    error = numbers.total[measure].error if measure in numbers.total else 0
    if not error:
        return ""
    return _(
        "Summen er rundet: i 95 av 100 tilfeller er det riktige tallet høyst %(error)s høyere eller lavere.",
        error=shown(error),
    )


COLUMNS = (Measure.OFFERS, Measure.SESSIONS, Measure.ATTENDANCES, Measure.PEOPLE)


def _grouped(title: str, first: str, groups: list[tuple[str, Sums]], total: Sums, bars: str = "") -> Table:
    head = (first, *(str(INDICATORS[measure].label) for measure in COLUMNS))

    def line(name: str, sums: Sums) -> tuple[Value, ...]:
        return name, *(sums[measure].value for measure in COLUMNS)

    lines = tuple(line(name, sums) for name, sums in groups)
    foot = line(_("Til sammen"), total) if total else ()
    return Table(title, head, lines, foot, Bars(2, bars) if bars and lines else None)


def offers(numbers: Numbers) -> list[Section]:
    """What was offered: by kind, time of day and organisation."""
    if not numbers.total:
        return [Section("offers", _("Tilbudene"), text=(_("Ingen samlinger er talt ennå."),))]
    kinds = [(str(KIND_LABELS[Kind(key)]), sums) for key, sums in numbers.kinds.items()]
    kinds.sort(key=lambda pair: (-pair[1][Measure.SESSIONS].value, pair[0]))
    says = ""
    if kinds:
        held = kinds[0][1][Measure.SESSIONS].value
        says = ngettext("Mest var det av typen «%(kind)s»: %(number)s samling.",
                        "Mest var det av typen «%(kind)s»: %(number)s samlinger.",
                        held, kind=kinds[0][0], number=shown(held))  # fmt: skip
    late = [
        (_("Etter arbeidstid: fra kl. 16 og i helger") if evening else _("I arbeidstida"), sums)
        for evening, sums in numbers.evening.items()
    ]
    organizations = list(numbers.by_organization.items())
    return [
        Section(
            "offers", _("Tilbudene"), 1, (_("Det som bare er for ansatte, er ikke med."),),
            (_grouped(_("Etter type"), _("Type"), kinds, numbers.total, says),
             _grouped(_("Etter tid på dagen"), _("Tid"), late, numbers.total),
             _grouped(_("Etter organisasjon"), _("Organisasjon"), organizations, numbers.total)),
            asks=_("Hva vil dere si om tilbudene?"),
        )
    ]  # fmt: skip


COMPARED = (
    Measure.PEOPLE,
    Measure.ATTENDANCES,
    Measure.OFFERS,
    Measure.SESSIONS,
    Measure.SEATS_OFFERED,
    Measure.CAME_THREE,
    Measure.COMPLETED,
    Measure.NO_SHOWS,
    Measure.WAITED,
    Measure.PLACED,
    Measure.VOLUNTEERS_SAID,
    Measure.VOLUNTEERS,
    Measure.VOLUNTEER_HOURS,
    Measure.LED_TOGETHER,
    Measure.IDEAS,
)


CHANGED = {
    GoalChanged.TARGET: lazy("Nytt måltall"),
    GoalChanged.CELLS: lazy("Teller noe annet"),
    GoalChanged.WITHDRAWN: lazy("Trukket"),
}


def changed(numbers: Numbers, goals: Attainment) -> Section:
    """This year beside the last, measure by measure; and what was changed of the goals."""
    text = () if numbers.total_before else (
        _("Det er ingen tall fra %(year)s å sammenligne med.", year=numbers.year - 1),
    )  # fmt: skip
    tables = []
    if numbers.total:
        head = (
            _("Hva"),
            str(numbers.year - 1),
            str(numbers.year),
            _("Endring"),
            _("Usikkerhet i %(year)s", year=numbers.year),
        )
        lines = tuple(_compared(numbers, measure) for measure in COMPARED if measure in numbers.total)
        tables.append(Table(_("To år ved siden av hverandre"), head, lines))
    if goals.changes:
        head = (_("Mål"), _("Endring"), _("Før"), _("Etter"), _("Hvorfor"))
        changes = tuple(
            (one.goal, str(CHANGED[one.what]), one.before, one.after, one.why) for one in goals.changes
        )
        tables.append(Table(_("Mål som ble endret i %(year)s", year=numbers.year), head, changes))
    return Section(
        "changed", _("Hva som er endret siden %(year)s", year=numbers.year - 1), 1, text, tuple(tables),
        asks=_("Hva har endret seg, og hvorfor?"),
    )  # fmt: skip


def _compared(numbers: Numbers, measure: Measure) -> tuple[Value, ...]:
    now, last = numbers.value(measure), numbers.before(measure)
    difference = None if now is None or last is None else now - last
    return str(INDICATORS[measure].label), last, now, difference, margin(numbers.total[measure].error)


class _Held(NamedTuple):
    """A meeting of a dialogue, and how many organisations were there; None where nobody has said it."""

    starts_at: datetime
    organizations: int | None


MEETINGS = f"""WITH {THERE_OF_ALL} SELECT s.starts_at, nullif((SELECT count(*) FROM there x WHERE x.meeting_id = m.id),
        CASE WHEN NOT m.nobody_came THEN 0 END) AS organizations
    FROM dialogue_meeting m JOIN session s ON s.offer_id = m.offer_id AND s.status <> 'cancelled'
    WHERE m.dialogue_id = ANY($1) AND s.starts_at >= $2 AND s.starts_at < $3 AND s.ends_at <= $4
    ORDER BY s.starts_at, s.id"""


async def dialogue(municipality: UUID, year: int, now: datetime) -> Section:
    """The meetings of Frivillighetsdialogen in the year."""
    starts, ends = (month_start(date(each, 1, 1)) for each in (year, year + 1))
    dialogues = await column("SELECT id FROM dialogue WHERE municipality_id = $1", municipality)
    found = await rows(_Held, MEETINGS, dialogues, starts, ends, now)
    lines = tuple((short_day(one.starts_at), one.organizations) for one in found)
    tables = (
        (Table(_("Møtene i %(year)s", year=year), (_("Dag"), _("Organisasjoner")), lines),) if lines else ()
    )
    text = () if lines else (_("Det er ikke holdt noe møte i %(year)s.", year=year),)
    return Section(
        "dialogue", _("Dialogen"), 1, text, tables, asks=_("Hva ble dere enige om, og hva er det blitt til?")
    )


def margin(error: int) -> str:
    """How far a number may be from what it stands for."""
    return f"± {shown(error)}" if error else _("nøyaktig")


def completeness(numbers: Numbers) -> Section:
    """Of how many sessions the register was saved, by organisation."""
    title = _("Hvor mye som er ført")
    if not numbers.total:
        return Section("complete", title, text=(_("Ingen samlinger er talt ennå."),))

    def line(name: str, sums: Sums) -> tuple[Value, ...]:
        held, due = sums[Measure.SESSIONS].value, sums[Measure.DUE].value
        return name, due, held, share(held, due)

    text = _("Der oppmøtet ikke er ført, vet vi ikke hvem som kom. Slike samlinger teller ikke som null.")
    head = (_("Organisasjon"), _("Samlinger som er over"), _("Ført"), _("Prosent"))
    lines = tuple(line(name, sums) for name, sums in numbers.by_organization.items())
    return Section(
        "complete", title, 1, (text,), (Table(_("Samlinger med ført oppmøte"), head, lines,
                                              line(_("Til sammen"), numbers.total)),),
    )  # fmt: skip


def method() -> Section:
    """How it was counted: each measure with its definition."""
    text = (
        _("Tall om folk rundes opp eller ned til et tall i femgangen, hver organisasjon og gruppe for seg. "
          "Slik kan ingen regne seg fram til hvem som har vært med. Summer rundes ikke på nytt."),
        _("Rundingen er riktig i gjennomsnitt. Den sannsynlige feilen av en sum er 4 ganger kvadratroten av antallet "
          "deler den er lagt sammen av."),
        _("Tallene er fra måneder som er ferdige. Det som føres senere, kommer med i neste måned."),
    )  # fmt: skip
    lines = tuple(
        (str(one.label), _defined(one), f"{one.source} ({_('nøyaktig') if one.exact else _('rundet')})")
        for one in INDICATORS.values() if one.name in {Measure.DUE, *COMPARED}
    )  # fmt: skip
    head = (_("Tall"), _("Hva vi teller"), _("Kilde"))
    return Section("method", _("Slik har vi talt"), 1, text, (Table(_("Hva tallene betyr"), head, lines),))


def _defined(one: Indicator) -> str:
    """What is counted, and what is not."""
    without = _("Ikke med: %(what)s.", what=str(one.left_out)) if one.left_out else ""
    return f"{one.counts}. {without}".strip()
