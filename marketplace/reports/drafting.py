"""The draft of a yearly report: its figures and sentences from what is stored now, and the words of coordinators.

All is written in the report's own language. A number is a stored sum or the quotient of two (statistics/stored.py).
"""

from collections.abc import Mapping
from datetime import date, datetime

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import month, ngettext, speaking
from marketplace.base.numbers import share
from marketplace.reports.attainment import Aim, Area, Attainment, attainment
from marketplace.reports.content import Content, Figure, Section, Table, shown
from marketplace.reports.models import ReportWords, YearlyReport
from marketplace.reports.numbers import Numbers, numbers_of
from marketplace.reports.parts import (
    asked,
    changed,
    completeness,
    dialogue,
    margin,
    method,
    offers,
    people,
)
from marketplace.reports.rules import WHOLE_YEAR, over
from marketplace.statistics.measures import Measure

NAMED = 3
"""So many goals that were not reached are named on the front."""


async def draft(report: YearlyReport, words: Mapping[str, ReportWords], now: datetime) -> Content:
    """What the report says now. The report comes with its municipality."""
    with speaking(report.lang):
        numbers = await numbers_of(report.municipality_id, report.year)
        goals = await attainment(report.municipality_id, report.year, now)
        settled = over(report.year, now) and (numbers.closing is None or numbers.closing >= WHOLE_YEAR)
        sections = [
            *_goals(goals, report.year),
            *people(numbers),
            *_areas(goals, report.year),
            *offers(numbers),
            changed(numbers, goals),
            await dialogue(report.municipality_id, report.year, now),
            completeness(numbers),
            method(),
        ]
        return Content(
            lang=report.lang,
            municipality=_("%(name)s kommune", name=report.municipality.name),
            title=_("Årsrapport %(year)s", year=report.year),
            subtitle=_together(list(goals.plans)) or _("Noe å være med på"),
            year=report.year,
            summary=_summary(numbers, goals, settled),
            figures=_figures(numbers),
            sections=tuple(asked(section, words) for section in sections),
            basis=_basis(numbers),
        )


def _summary(numbers: Numbers, goals: Attainment, settled: bool) -> tuple[str, str, str]:
    """The three sentences of the front page."""
    now, last = numbers.value(Measure.PEOPLE), numbers.before(Measure.PEOPLE)
    if now is None:
        first = _("Det er ingen tall for %(year)s ennå.", year=numbers.year)
    elif last is None:
        first = _(
            "%(now)s personer har hatt noe å være med på i %(year)s.", now=shown(now), year=numbers.year
        )
    else:
        first = _(
            "%(now)s personer har hatt noe å være med på i %(year)s, mot %(last)s i %(before)s.",
            now=shown(now), year=numbers.year, last=shown(last), before=numbers.year - 1,
        )  # fmt: skip
    aims = goals.aims
    reached = [aim for aim in aims if aim.reached]
    missed = [aim for aim in aims if aim.reached is False]
    if not aims:
        return first, _("Ingen mål er satt for %(year)s.", year=numbers.year), _basis(numbers)
    second = ngettext("%(reached)s av %(num)s mål er nådd.", "%(reached)s av %(num)s mål er nådd.", len(aims),
                      reached=len(reached))  # fmt: skip
    if missed:
        third = _("Ikke nådd: %(goals)s.", goals=_together(_named(missed)))
    elif settled:
        third = _("Alle målene er nådd.")
    else:
        third = _("De andre er ikke avgjort ennå.")
    return first, second, third


def _named(aims: list[Aim]) -> list[str]:
    names = [f"«{aim.title}»" for aim in aims[:NAMED]]
    more = len(aims) - NAMED
    return [*names, ngettext("%(num)s til", "%(num)s til", more)] if more > 0 else names


def _together(names: list[str]) -> str:
    """a, b og c"""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s og %(last)s", first=", ".join(names[:-1]), last=names[-1])


def _basis(numbers: Numbers) -> str:
    held, due = numbers.value(Measure.SESSIONS), numbers.value(Measure.DUE)
    if held is None or not due:
        return _("Ingen samlinger er talt ennå.")
    return _(
        "Tallene bygger på %(held)s av %(due)s samlinger, til og med %(month)s.",
        held=shown(held), due=shown(due), month=_until(numbers),
    )  # fmt: skip


def _until(numbers: Numbers) -> str:
    return month(date(numbers.year, min(numbers.closing or 1, WHOLE_YEAR), 1), year=True)


def _figures(numbers: Numbers) -> tuple[Figure, ...]:
    if numbers.closing is None:
        return ()
    held, due = numbers.value(Measure.SESSIONS) or 0, numbers.value(Measure.DUE) or 0
    return (
        Figure(_("Forskjellige personer"), numbers.value(Measure.PEOPLE), numbers.likely(Measure.PEOPLE)),
        Figure(_("Oppmøter"), numbers.value(Measure.ATTENDANCES), numbers.likely(Measure.ATTENDANCES)),
        Figure(_("Samlinger holdt"), held),
        Figure(_("Organisasjoner"), numbers.organizations),
        Figure(
            _("Samlinger ført, i prosent"),
            share(held, due),
            _("%(held)s av %(due)s", held=shown(held), due=shown(due)) if due else "",
        ),
    )


def _goals(goals: Attainment, year: int) -> list[Section]:
    aims = goals.aims
    if not aims:
        return [Section("goals", _("Målene"), text=(_("Ingen mål er satt for %(year)s.", year=year),))]
    reached = sum(1 for aim in aims if aim.reached)
    title = _("Målene: %(reached)s av %(all)s er nådd", reached=reached, all=len(aims))
    sections = [
        Section(
            "goals", title, text=(_("Tall om folk er rundet. Samlinger, tilbud og organisasjoner er nøyaktige."),),
            tables=(_table(_("Målene i %(year)s", year=year), tuple(aims), year),),
        )
    ]  # fmt: skip
    missed = [
        Section(
            f"goal-{aim.id}", _("Ikke nådd: %(goal)s", goal=aim.title), 2,
            (_("Det ble %(now)s. Målet var %(aim)s.", now=shown(aim.now), aim=aim.aimed),),
            asks=_("Hvorfor ble målet ikke nådd, og hva gjør dere nå?"), needed=True,
        )
        for aim in aims if aim.reached is False
    ]  # fmt: skip
    return [*sections, *missed]


def _table(title: str, aims: tuple[Aim, ...], year: int) -> Table:
    return Table(
        title,
        (_("Mål"), str(year - 1), str(year), _("Måltall"), _("Usikkerhet"), _("Resultat")),
        tuple((aim.title, aim.last, aim.now, aim.aimed, margin(aim.error), aim.result) for aim in aims),
    )


def _areas(goals: Attainment, year: int) -> list[Section]:
    if not goals.areas:
        return []
    return [
        Section("areas", _("Innsatsområde for innsatsområde")),
        *(_area(area, year) for area in goals.areas),
    ]


def _area(area: Area, year: int) -> Section:
    tables = []
    if area.aims:
        tables.append(_table(_("Mål"), area.aims, year))
    if area.measures:
        head = (_("Tiltak"), _("Ansvar"), _("Frist"), _("Status"), _("Sist sagt"))
        lines = tuple(
            (one.title, one.responsible, one.deadline, one.state, one.said) for one in area.measures
        )
        tables.append(Table(_("Hva kommunen gjør"), head, lines))
    return Section(
        f"area-{area.id}", area.title, 2, (area.summary,) if area.summary else (), tuple(tables),
        asks=_("Hva er gjort, og hva har det ført til?"),
    )  # fmt: skip
