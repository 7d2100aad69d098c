"""The coverage map: what there is for whom, and what there is not, for those who coordinate a municipality."""

import json
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.numbers import share
from marketplace.base.quick.kept_while import kept_while
from marketplace.base.web.access import coordinator
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.districts.queries import districts
from marketplace.statistics import made_of, stored
from marketplace.statistics.coverage import queries, rules
from marketplace.statistics.coverage.rules import AUDIENCES, NOTHING, SORT_OF, SORTS, Show, Time
from marketplace.statistics.measures import Measure
from marketplace.statistics.stored import Cells, Sum
from marketplace.statistics.tables import CSV, XLSX, Table, Value, download
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from organizations.directory.models import Municipality
from organizations.municipality.queries import municipalities_of

NOWHERE = "none"
"""What the address calls what lies in no district."""


@dataclass(frozen=True)
class Asked:
    """What an address asks of the map."""

    municipality: Municipality
    others: list[Municipality]
    districts: dict[str, tuple[UUID | None, str]]
    district: str
    time: Time
    show: Show

    @property
    def where(self) -> tuple[UUID | None, ...]:
        return (self.districts[self.district][0],) if self.district else ()

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        asked = {"municipality": self.municipality.slug, "district": self.district, "time": self.time.value}
        return asked | {"show": self.show.value}


async def asked(request: Request) -> Asked:
    """What the address asks for. Raises NotFound for what is not there."""
    given = {name: texts[-1] for name, texts in request.query.items()}
    mine = await municipalities_of(request.person)
    here = next((one for one in mine if given.get("municipality", "") in ("", one.slug)), None)
    if here is None:
        raise NotFound
    parts: dict[str, tuple[UUID | None, str]] = {
        one.slug: (one.id, one.name) for one in await districts(here.id)
    }
    parts |= {NOWHERE: (None, _("Uten bydel"))} if parts else {}
    district = given.get("district", "")
    try:
        time, show = Time(given.get("time") or Time.ALL), Show(given.get("show") or Show.OFFERS)
    except ValueError:
        raise NotFound from None
    if district and district not in parts:
        raise NotFound
    return Asked(here, [one for one in mine if one.id != here.id], parts, district, time, show)


@coordinator
@kept_while(made_of.coverage, seconds=1.0)
async def coverage(request: Request) -> Response:
    """GET /statistics/coverage?municipality=&district=&time=&show="""
    what = await asked(request)
    here, now = what.municipality, request.now
    found = await queries.squares(here.id, SORT_OF, now, what.where, what.time.evening)
    all_of_it = found.get(None, NOTHING)
    year, attended = await _attended(what) if what.show is Show.ATTENDANCES else (None, {})
    day = today(now)
    lines = [
        (
            AUDIENCE_LABELS[audience],
            [
                rules.square(
                    audience, sort, what.show, found.get((audience, sort), NOTHING), attended.get((audience, sort)), day
                )
                for sort in SORTS
            ],
        )
        for audience in AUDIENCES
    ]  # fmt: skip
    raised = {
        f"{one.audience.value}:{one.sort}": one
        for one in await queries.items(here.id, now)
        if what.district != NOWHERE  # nothing is brought up of what lies in no district
        and (one.district_id, one.evening) == (what.where[0] if what.where else None, what.time.evening)
    }
    missed = (
        await queries.missed(here.id, what.where)
        if what.show is Show.OFFERS and what.district != NOWHERE
        else {}
    )
    return render(
        request, "marketplace/statistics/coverage/coverage.html",
        what=what, lines=lines, missed=missed, sorts=SORTS, total=all_of_it,
        gaps=sum(square.gap for _label, squares in lines for square in squares), year=year, raised=raised,
        dialogues=[(one.slug, pick(json.loads(one.title))) for one in await queries.dialogues(here.id)]
        if what.district != NOWHERE else [],
        times=list(rules.TIME_LABELS.items()), shows=list(rules.SHOW_LABELS.items()), section="/statistics",
        share=share(all_of_it.evening, all_of_it.offers) or 0,
    )  # fmt: skip


async def _newest(municipality: UUID) -> int | None:
    """The year of the newest closing."""
    closed = await stored.closings(municipality)
    return closed[-1].year if closed else None


async def _attended(what: Asked) -> tuple[int | None, dict[tuple[str, str], Sum]]:
    """The newest year with figures, and how often somebody came by audience and sort: stored cells, added."""
    year = await _newest(what.municipality.id)
    if year is None:
        return None, {}
    cells = Cells(what.municipality.id, districts=what.where, evening=what.time.evening)
    sums: dict[tuple[str, str], Sum] = {}
    for (audience, kind, _district, _late), found in (
        await stored.each(cells, year, [Measure.ATTENDANCES])
    ).items():
        if kind in SORT_OF:
            key = (audience, SORT_OF[Kind(kind)])
            sums[key] = sums[key] + found[Measure.ATTENDANCES] if key in sums else found[Measure.ATTENDANCES]
    return year, sums


@coordinator
async def as_csv(request: Request) -> Response:
    """GET /statistics/coverage.csv"""
    return await _saved(request, CSV)


@coordinator
async def as_xlsx(request: Request) -> Response:
    """GET /statistics/coverage.xlsx"""
    return await _saved(request, XLSX)


async def _saved(request: Request, form: str) -> Response:
    """A file with every cell of the municipality that there is."""
    what = await asked(request)
    here = what.municipality
    offered = await queries.cells(here.id, request.now)
    year = await _newest(here.id)
    came = await stored.each(Cells(here.id), year, [Measure.ATTENDANCES]) if year else {}
    names = dict(what.districts.values()) | {None: _("Uten bydel")}
    order = {kind: number for number, kind in enumerate(Kind)}
    rows: list[list[Value]] = []
    for key in sorted(
        set(offered) | set(came),
        key=lambda key: (list(Audience).index(Audience(key[0])), order[Kind(key[1])], names.get(key[2], ""), key[3]),
    ):  # fmt: skip
        audience, kind, district, evening = key
        there, sums = offered.get(key, NOTHING), came.get(key)
        attended = sums[Measure.ATTENDANCES] if sums else None
        rows.append([
            str(AUDIENCE_LABELS[Audience(audience)]), str(KIND_LABELS[Kind(kind)]), names.get(district, ""),
            str(rules.TIME_LABELS[Time.EVENING if evening else Time.OFFICE]), there.offers, there.with_room,
            attended.value if attended else None, attended.error if attended else None, there.age(today(request.now)),
        ])  # fmt: skip
    table = Table(
        title=_("Hva finnes for hvem i %(municipality)s", municipality=here.name), name="coverage", rows=rows,
        head=[_("Laget for"), _("Type tilbud"), _("Bydel"), _("Når"), _("Tilbud nå"), _("Tilbud med plass"),
              _("Oppmøte i %(year)s", year=year) if year else _("Oppmøte"), _("Sannsynlig avvik ±"),
              _("Dager siden sist endret (median)")],
        notes=[
            _("Et tilbud står i hver bydel og hvert tidsrom der det har datoer."),
            _("Skjermede tilbud er med i antallet, men ikke i hvor mange som har plass."),
            _("Oppmøtet er summer av lagrede, avrundede tall. Rader som mangler, er hull."),
        ],
    )  # fmt: skip
    return download([table], form, f"dekningskart {here.slug}", request.now)
