"""Figures of a municipality for its coordinators: sums of stored cells, never what they were counted from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.numbers import share
from marketplace.base.quick.kept_while import kept_while
from marketplace.base.web.access import coordinator, public
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.statistics import choices, made_of, page_tables, pages, stored
from marketplace.statistics.files import saved
from marketplace.statistics.measures import DAYS, IDEA_DAYS, INDICATORS, WHOLE_FROM, Measure
from marketplace.statistics.pages import EVENING_LABELS, Part, Shown
from marketplace.statistics.stored import By, Cells, Sums
from marketplace.statistics.tables import Table
from marketplace.statistics.yearly import SHOWN, Group, Year, median_class
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS
from organizations.directory.models import Municipality
from organizations.municipality.queries import municipalities_of

PARTS = {
    By.AUDIENCE: Part("audience", lazy("hvem det er for"), lazy("Laget for")),
    By.ORGANIZATION: Part("organization", lazy("organisasjon"), lazy("Organisasjon")),
    By.KIND: Part("kind", lazy("hva slags"), lazy("Hva slags")),
    By.DISTRICT: Part("district", lazy("bydel"), lazy("Bydel")),
    By.EVENING: Part("evening", lazy("tid på dagen"), lazy("Tid på dagen")),
}
NO_DISTRICT = lazy("Uten bydel")


@dataclass
class Asked:
    """What is chosen in the address. `problems` are choices that there are none of, in a sentence each."""

    municipality: Municipality
    others: list[Municipality]
    years: choices.Years
    organizations: list[choices.Named]
    year: int | None
    part: By
    organization: choices.Named | None
    problems: list[str]

    @property
    def cells(self) -> Cells:
        return Cells(self.municipality.id, (self.organization.id,) if self.organization else ())

    @property
    def old(self) -> bool:
        """Was the year counted by the rule before this one?"""
        return self.year in self.years.old

    def file(self, **which: str) -> str:
        """The address of what is shown, as a file: which table, as what."""
        chosen = {
            "municipality": self.municipality.slug,
            "year": str(self.year or ""),
            "part": self.part.value,
        }
        if self.organization:
            chosen["organization"] = self.organization.slug
        return f"/statistics/download?{urlencode(chosen | which)}"


async def _asked(request: Request) -> Asked:
    """What the address chooses. Raises NotFound for a municipality that is not theirs."""
    given = {
        "municipality": request.query.get("municipality", [""])[-1],
        "year": request.query.get("year", [""])[-1],
        "part": request.query.get("part", [""])[-1],
        "organization": request.query.get("organization", [""])[-1],
    }
    reached = await municipalities_of(request.person)
    here = next((one for one in reached if given["municipality"] in ("", one.slug)), None)
    if here is None:
        raise NotFound
    years = await choices.years(here.id)
    organizations = await choices.organizations(here.id)
    problems = []
    year = next((one for one in years.all if given["year"] in ("", str(one))), None)
    if year is None:
        year = next(iter(years.all), None)
        if given["year"] and year:
            problems.append(_("Vi har ingen tall for det året. Under ser du %(year)s.", year=year))
        elif given["year"]:
            problems.append(_("Vi har ingen tall for det året."))
    part = next((one for one in PARTS if given["part"] in ("", one.value)), None)
    if part is None:
        part = By.AUDIENCE
        problems.append(_("Tallene kan ikke fordeles slik. Under er de fordelt på hvem tilbudene er for."))
    organization = next((one for one in organizations if one.slug == given["organization"]), None)
    if given["organization"] and organization is None:
        problems.append(_("Den organisasjonen har ingen tall her. Under ser du alle."))
    return Asked(
        here, [one for one in reached if one.id != here.id], years, organizations, year, part, organization,
        problems,
    )  # fmt: skip


@dataclass
class Found:
    """What is stored of what was asked for."""

    shown: Shown
    evening: tuple[int | None, int | None]
    """Of the sessions, per cent outside office hours: this year, and the year before."""
    more: Sums
    more_before: Sums


async def _labels(asked: Asked) -> Callable[[Any], str]:
    match asked.part:
        case By.ORGANIZATION:
            names: dict[Any, Any] = {one.id: one.name for one in asked.organizations}
        case By.DISTRICT:
            names = {**await choices.districts(asked.municipality.id), None: NO_DISTRICT}
        case By.KIND:
            names = {kind.value: label for kind, label in KIND_LABELS.items()}
        case By.AUDIENCE:
            names = {audience.value: label for audience, label in AUDIENCE_LABELS.items()}
        case _:
            names = dict(EVENING_LABELS)
    return lambda key: str(names.get(key, key))


async def _found(asked: Asked) -> Found:
    assert asked.year is not None
    both = [asked.year, asked.year - 1]
    grouped = await stored.months(asked.cells, both, SHOWN, asked.part)
    evening = [await stored.by(asked.cells, year, [Measure.SESSIONS], By.EVENING) for year in both]
    this, before = (_year(year, asked.years.closed.get(year, ()), grouped.get(year, {})) for year in both)
    shown = Shown(this, before if before.closed else None, await _labels(asked))
    more, more_before = [
        await stored.total(asked.cells, year, INDICATORS)
        if asked.cells.whole and asked.years.closed.get(year)
        else {}
        for year in both
    ]
    return Found(shown, (_outside(evening[0]), _outside(evening[1])), more, more_before)


def _year(year: int, closed: tuple[int, ...], groups: dict[Any, Any]) -> Year:
    return Year(year, closed, {key: Group(sums) for key, sums in groups.items()})


def _outside(evening: dict[bool, Sums]) -> int | None:
    """Of the sessions, per cent outside office hours."""
    held = {late: sums[Measure.SESSIONS].value for late, sums in evening.items()}
    return share(held.get(True, 0), sum(held.values()))


def _tables(asked: Asked, found: Found) -> dict[str, Table]:
    """Every table of the page by its name in addresses."""
    tables = [page_tables.months_table(found.shown), page_tables.groups_table(found.shown, PARTS[asked.part])]
    if found.more:
        tables.append(
            page_tables.indicators_table(
                found.more, found.more_before, found.shown.year, page_tables.notes(found.shown)
            )
        )
    shown = [INDICATORS[measure] for measure in dict.fromkeys((*SHOWN, *found.more))]
    return {table.name: table for table in [*tables, page_tables.definitions_table(shown)]}


def _median(more: Sums) -> str:
    """How long half of those who waited had to wait, as the class that it is in."""
    if not all(measure in more for measure in DAYS):
        return ""
    place = median_class([more[measure].value for measure in DAYS])
    if place is None:
        return ""
    words = (
        _("Halvparten fikk plass innen en dag."), _("Halvparten fikk plass innen sju dager."),
        _("Halvparten fikk plass innen 30 dager."), _("Halvparten fikk plass innen 90 dager."),
        _("Halvparten ventet mer enn 90 dager på plass."),
    )  # fmt: skip
    return words[place]


def _median_idea(more: Sums) -> str:
    """How long it was for half of what came of the dialogue, from idea to first session: the class that it is in."""
    place = median_class([more[measure].value for measure in IDEA_DAYS if measure in more])
    if place is None:
        return ""
    words = (
        _("Halvparten av tilbudene fra dialogen kom i gang innen 90 dager."),
        _("Halvparten av tilbudene fra dialogen kom i gang innen 180 dager."),
        _("Halvparten av tilbudene fra dialogen kom i gang innen et år."),
        _("Halvparten av tilbudene fra dialogen brukte mer enn et år på å komme i gang."),
    )
    return words[place]


@coordinator
@kept_while(made_of.figures)
async def statistics(request: Request) -> Response:
    """GET /statistics?municipality=&year=&part=&organization="""
    asked = await _asked(request)
    shown_as = partial(
        render,
        request,
        status=422 if asked.problems else 200,
        asked=asked,
        parts=PARTS,
        section="/statistics",
    )
    if asked.year is None or asked.old:
        frozen = await choices.frozen(asked.municipality.id, asked.year) if asked.year else []
        table = page_tables.frozen_table(asked.year or 0, frozen)
        return shown_as("marketplace/statistics/none.html", table=table)
    found = await _found(asked)
    shown = found.shown
    lines = pages.two_years(shown)
    return shown_as(
        "marketplace/statistics/statistics.html", evening=found.evening, shown=shown,
        part=PARTS[asked.part], tables=_tables(asked, found), lead=pages.lead(shown), lines=lines,
        names=pages.short_months(shown), label=pages.chart_label(_("Oppmøter hver måned"), lines, pages.drawn(shown)),
        best=pages.best_month(shown), compared=pages.month_by_month(shown), until=pages.until(shown.this),
        until_before=pages.until(shown.before) if shown.before else "",
        largest=pages.largest(shown), multiples=pages.multiples(shown), M=Measure, median=_median(found.more),
        median_idea=_median_idea(found.more), few=not any(INDICATORS[measure].whole_only for measure in found.more),
        whole_from=WHOLE_FROM,
    )  # fmt: skip


@coordinator
async def save(request: Request) -> Response:
    """GET /statistics/download?…&table=&as=: a table as CSV, or the page's tables as a workbook."""
    asked = await _asked(request)
    if asked.year is None or asked.old or asked.problems:
        raise NotFound
    tables = _tables(asked, await _found(asked))
    return saved(request, tables, f"tall {asked.municipality.slug} {asked.year}")


@public
async def method(request: Request) -> Response:
    """GET /about/numbers: how people are counted, and why nobody can be found in the numbers."""
    table = page_tables.definitions_table(list(INDICATORS.values()))
    return render(request, "marketplace/statistics/method.html", table=table, whole_from=WHOLE_FROM)
