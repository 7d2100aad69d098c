"""An organisation's own figures, for its editors and managers: those who may read all its participants' lists."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.base.numbers import share
from marketplace.base.web.access import member
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.statistics import page_tables, pages
from marketplace.statistics.files import saved
from marketplace.statistics.measures import INDICATORS, Measure
from marketplace.statistics.own import queries
from marketplace.statistics.own.queries import OwnBy
from marketplace.statistics.pages import EVENING_LABELS, Part, Shown
from marketplace.statistics.tables import Table
from marketplace.statistics.yearly import SHOWN, Group, Year
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS
from organizations.directory.models import Organization
from organizations.members.models import Role
from organizations.members.queries import organization_edited_by

PARTS = {
    OwnBy.OFFER: Part("offer", lazy("tilbud"), lazy("Tilbud")),
    OwnBy.KIND: Part("kind", lazy("hva slags"), lazy("Hva slags")),
    OwnBy.AUDIENCE: Part("audience", lazy("hvem det er for"), lazy("Laget for")),
    OwnBy.EVENING: Part("evening", lazy("tid på dagen"), lazy("Tid på dagen")),
}


@dataclass
class Asked:
    """What is chosen in the address. `problems` are choices that there are none of, in a sentence each."""

    organization: Organization
    years: list[int]
    year: int | None
    part: OwnBy
    problems: list[str]

    @property
    def page(self) -> str:
        return f"/manage/organizations/{self.organization.slug}/statistics"

    def file(self, **which: str) -> str:
        """The address of what is shown, as a file: which table, as what."""
        return f"{self.page}/download?{urlencode({'year': str(self.year or ''), 'part': self.part.value} | which)}"


async def _asked(request: Request) -> Asked:
    organization = await organization_edited_by(request.person, request.path_params["slug"])
    years = await queries.years(organization.id, request.now)
    sent, parted = request.query.get("year", [""])[-1], request.query.get("part", [""])[-1]
    problems = []
    year = next((one for one in years if sent in ("", str(one))), None)
    if year is None and sent:
        year = next(iter(years), None)
        problems.append(_("Dere har ingen tall for det året."))
    part = next((one for one in PARTS if parted in ("", one.value)), None)
    if part is None:
        part = OwnBy.OFFER
        problems.append(_("Tallene kan ikke fordeles slik. Under er de fordelt på tilbud."))
    return Asked(organization, years, year, part, problems)


async def _shown(request: Request, asked: Asked) -> tuple[Shown, tuple[int | None, int | None]]:
    assert asked.year is not None
    years, shares = [], []
    for year in (asked.year, asked.year - 1):
        groups, (evening, held) = await queries.figures(asked.organization.id, year, asked.part, request.now)
        closed = tuple(range(1, queries.last_month(year, request.now) + 1))
        years.append(Year(year, closed, {key: Group(sums) for key, sums in groups.items()}))
        shares.append(share(evening, held))
    names: dict[Any, Any]
    match asked.part:
        case OwnBy.OFFER:
            names = await queries.offers(asked.organization.id, request.lang)
        case OwnBy.KIND:
            names = {kind.value: label for kind, label in KIND_LABELS.items()}
        case OwnBy.AUDIENCE:
            names = {audience.value: label for audience, label in AUDIENCE_LABELS.items()}
        case _:
            names = dict(EVENING_LABELS)
    before = years[1] if years[1].first is not None else None
    return Shown(years[0], before, lambda key: str(names.get(key, key)), exact=True), (shares[0], shares[1])


def _tables(asked: Asked, shown: Shown) -> dict[str, Table]:
    tables = [
        page_tables.months_table(shown),
        page_tables.groups_table(shown, PARTS[asked.part]),
        page_tables.exactly([INDICATORS[measure] for measure in SHOWN]),
    ]
    return {table.name: table for table in tables}


@member(Role.EDITOR)
async def statistics(request: Request) -> Response:
    """GET /manage/organizations/{slug}/statistics?year=&part="""
    asked = await _asked(request)
    shown_as = partial(
        render, request, status=422 if asked.problems else 200, asked=asked, parts=PARTS, section="/manage"
    )
    if asked.year is None:
        return shown_as("marketplace/statistics/own/none.html")
    shown, evening = await _shown(request, asked)
    lines = pages.two_years(shown)
    return shown_as(
        "marketplace/statistics/own/statistics.html", shown=shown, evening=evening, M=Measure,
        tables=_tables(asked, shown), lead=pages.lead(shown), lines=lines, names=pages.short_months(shown),
        label=pages.chart_label(_("Oppmøter hver måned"), lines, pages.drawn(shown)), best=pages.best_month(shown),
        compared=pages.month_by_month(shown), until=pages.until(shown.this), largest=pages.largest(shown),
        until_before=pages.until(shown.before) if shown.before else "", multiples=pages.multiples(shown),
    )  # fmt: skip


@member(Role.EDITOR)
async def save(request: Request) -> Response:
    """GET /manage/organizations/{slug}/statistics/download?…&table=&as="""
    asked = await _asked(request)
    if asked.year is None or asked.problems:
        raise NotFound
    shown, _evening = await _shown(request, asked)
    return saved(request, _tables(asked, shown), f"tall {asked.organization.slug} {asked.year}")
