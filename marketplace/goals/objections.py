"""What stands in the way of a goal, said at the field it is about. Pure decisions on facts that the view has read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.goals.figures.rules import PERSONS
from marketplace.goals.figures.spans import Span
from marketplace.goals.forms import NOWHERE, WHY, CellsForm, GoalForm, GoalTextForm
from marketplace.goals.models import AT_MEETING, SHARES, CountedAs, Direction, Goal
from marketplace.statistics.measures import INDICATORS, Indicator, Measure
from offers.catalogue.kinds import Audience, Kind

m = Measure
CHOICES: tuple[Measure, ...] = (
    m.PEOPLE, m.ATTENDANCES, m.SESSIONS, m.OFFERS, m.LISTED, m.DROP_IN, m.SEATS_OFFERED, m.VOLUNTEERS,
    m.VOLUNTEER_HOURS, m.LED_TOGETHER, m.IDEAS, m.IDEA_WITHIN_90, m.CAME_THREE, m.COMPLETED,
    m.CAME_BACK, m.NO_SHOWS, m.CANCELLED_IN_TIME, m.REFILLED, m.PLACED, m.ANSWERED, m.ANSWERED_IN_TIME,
    m.USEFUL_YES,
)  # fmt: skip
"""What a goal can be about: not what is only there to be divided by."""
NEVER_HELD = {Kind.ONLINE_SELF_HELP}
"""Kinds that have no sessions, so that nothing is ever counted in their cells."""
MORE_THAN_ALL = lazy("En andel kan ikke være mer enn 100 prosent.")

Objection = tuple[str, str]
"""A field, and what is wrong with it in the user's words."""


@dataclass(frozen=True)
class Known:
    """What is there to choose from, and what is known of the years."""

    first_year: int
    last_year: int
    now: datetime
    areas: frozenset[UUID] = frozenset()
    dialogues: frozenset[UUID] = frozenset()
    districts: frozenset[UUID] = frozenset()
    organizations: frozenset[UUID] = frozenset()
    old_years: frozenset[int] = frozenset()
    """Years that keep what was shown by the rule before."""
    counted_years: frozenset[int] = frozenset()
    """Years that have figures of our own."""
    population: bool = False


def objections(given: GoalForm, known: Known) -> Iterator[Objection]:
    """All of them, each at its field. A field is named once."""
    seen: set[str] = set()
    for name, words in (
        *_where(given, known),
        *_when(given, known),
        *_what(given, known),
        *_baseline(given, known),
    ):
        if name not in seen:
            seen.add(name)
            yield name, words


def _where(given: GoalForm, known: Known) -> Iterator[Objection]:
    if given.focus_area not in known.areas:
        yield "focus_area", _("Velg et innsatsområde.")
    if given.indicator == AT_MEETING:
        if given.dialogue not in known.dialogues:
            yield "dialogue", _("Velg hvilken dialog målet gjelder.")
    elif given.indicator not in CHOICES:
        yield "indicator", _("Velg hva dere vil telle.")
    else:
        yield from cell_objections(given, known)


def cell_objections(given: CellsForm, known: Known) -> Iterator[Objection]:
    """Cells that there are none of, and never will be."""
    if not {*given.districts} - {NOWHERE} <= {str(one) for one in known.districts}:
        yield "districts", _("Den bydelen finnes ikke i kommunen. Velg fra lista.")
    if not {*given.organizations} <= known.organizations:
        yield "organizations", _("Den organisasjonen finnes ikke i kommunen. Velg fra lista.")
    if given.kinds and {*given.kinds} <= NEVER_HELD:
        yield "kinds", _("Selvhjelp på nett har ingen samlinger, så der blir det aldri noe å telle.")


def _when(given: GoalForm, known: Known) -> Iterator[Objection]:
    if given.last < given.first_year:
        yield "last_year", _("Det siste året kan ikke være før det første.")
        return
    if not known.first_year <= given.first_year <= known.last_year:
        yield "first_year", _("Planen gjelder fra %(first)s til %(last)s. Skriv et av de årene.",
                              first=known.first_year, last=known.last_year)  # fmt: skip
    if not known.first_year <= given.last <= known.last_year:
        yield "last_year", _("Planen gjelder fra %(first)s til %(last)s. Skriv et av de årene.",
                             first=known.first_year, last=known.last_year)  # fmt: skip
    if given.term and given.last != given.first_year:
        yield "term", _("Et halvår er i ett år. Skriv ett år, eller velg hele år.")
        return
    span = Span(given.first_year, given.last, given.term)
    if span.over(known.now):
        yield "first_year", _("Den tida er over, så der er det ikke mer å nå. Skriv et år som ikke er slutt.")
    if frozen := sorted(known.old_years & {*span.years}):
        yield "first_year", _("I %(year)s er det talt på den gamle måten, og de tallene står fast. Et nytt mål kan "
                              "gjelde fra %(next)s.", year=frozen[-1], next=frozen[-1] + 1)  # fmt: skip
    if given.indicator in PERSONS and given.term:
        yield "term", _("Forskjellige personer telles for et helt år. Velg hele år.")
    if (given.indicator in PERSONS or given.indicator == AT_MEETING) and given.last > given.first_year \
            and not given.each_year:  # fmt: skip
        yield "each_year", (
            _("Personer fra flere år kan ikke legges sammen, for ingen vet hvem som er de samme. Velg hvert år for "
              "seg.")
            if given.indicator in PERSONS else _("Målet gjelder hvert møte. Velg hvert år for seg.")
        )  # fmt: skip


def _what(given: GoalForm, known: Known) -> Iterator[Objection]:
    if given.indicator == AT_MEETING:
        if given.counted_as is not CountedAs.NUMBER:
            yield "counted_as", _("Organisasjoner på møter er et antall.")
        if given.direction is not Direction.AT_LEAST:
            yield "direction", _("Et mål om møter er minst så mange organisasjoner.")
        return
    if given.indicator not in CHOICES:
        return
    indicator, narrowed = INDICATORS[Measure(given.indicator)], _narrowed(given)
    if indicator.whole_only and narrowed:
        yield narrowed, _("Dette telles bare for hele kommunen. Ta bort det dere har valgt her.")
    yield from _shares(given, indicator, narrowed)
    if given.counted_as is CountedAs.PER_THOUSAND:
        if given.indicator not in (Measure.PEOPLE, Measure.ATTENDANCES):
            yield "counted_as", _("Bare personer og oppmøter kan regnes for hver 1 000 innbyggere.")
        elif not known.population:
            yield (
                "counted_as",
                _("Skriv først inn hvor mange som bor i kommunen. Det gjør dere under «Innbyggere»."),
            )


def _more_than_all(counted_as: CountedAs, number: int) -> bool:
    return counted_as in SHARES and number > 100


def target_objection(goal: Goal, given: GoalTextForm) -> Objection | None:
    """Why a goal cannot get this target."""
    if given.target != goal.target and not given.why:
        return "why", str(WHY)
    return ("target", str(MORE_THAN_ALL)) if _more_than_all(goal.counted_as, given.target) else None


def _shares(given: GoalForm, indicator: Indicator, narrowed: str) -> Iterator[Objection]:
    if given.counted_as not in SHARES:
        return
    if _more_than_all(given.counted_as, given.target):
        yield "target", str(MORE_THAN_ALL)
    if given.counted_as is CountedAs.SHARE:
        if indicator.per is None:
            yield "counted_as", _("Det dere teller, er ikke en del av noe annet. Velg et antall.")
    elif Audience.STAFF in given.audiences:
        yield (
            "audiences",
            _("Det som bare er for ansatte, er ikke en del av det andre. Velg en annen målgruppe."),
        )
    elif not narrowed:
        yield "counted_as", _("Velg hvilke tilbud andelen er for. Ellers er den alltid 100 prosent.")


def _narrowed(given: CellsForm) -> str:
    """The first field that narrows the cells; nothing: it is the whole municipality."""
    chosen = ("audiences", "kinds", "districts", "organizations")
    return next(
        (name for name in chosen if getattr(given, name)), "evening" if given.evening is not None else ""
    )


def _baseline(given: GoalForm, known: Known) -> Iterator[Objection]:
    if given.baseline is None and not given.baseline_year and not given.baseline_source:
        return
    if given.baseline is None:
        yield "baseline", _("Skriv tallet dere begynner fra, eller ta bort året og kilden.")
    if not given.baseline_year:
        yield "baseline_year", _("Skriv hvilket år tallet er fra.")
    elif given.baseline_year >= given.first_year:
        yield "baseline_year", _("Utgangspunktet må være fra et år før målet begynner.")
    elif given.baseline_year in known.counted_years:
        yield "baseline_year", _("Fra %(year)s har vi egne tall. De står ved siden av målet av seg selv.",
                                 year=given.baseline_year)  # fmt: skip
    if not given.baseline_source:
        yield "baseline_source", _("Skriv hvor tallet er fra.")
    if given.baseline is not None and _more_than_all(given.counted_as, given.baseline):
        yield "baseline", str(MORE_THAN_ALL)
