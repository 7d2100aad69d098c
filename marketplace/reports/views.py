"""The yearly report over HTTP: the list and the button, one version as page, PDF, spreadsheet and CSV, its words, its
approval and its correction."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import NotFound
from marketplace.base.i18n import LANGUAGES, short_day, speaking
from marketplace.base.i18n import gettext as _
from marketplace.base.press.answer import as_pdf
from marketplace.base.signing import signed_in_form
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other, typed_id
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from marketplace.reports import actions, queries, rules, sheets
from marketplace.reports.content import Content, Section, read, shown, stored
from marketplace.reports.drafting import draft
from marketplace.reports.forms import ApproveForm, CorrectForm, MakeForm, WordsForm
from marketplace.reports.models import ReportVersion, ReportWords, YearlyReport
from marketplace.reports.pdf import Cover, pdf_of
from marketplace.reports.saved import Saved
from marketplace.statistics.stored import closings
from marketplace.statistics.tables import CSV, XLSX, download
from organizations.members.queries import coordinators_of
from organizations.municipality.queries import municipalities_of

YEARS_BACK = 5
"""So many years back a report can be made, besides this one."""


@dataclass(frozen=True)
class Shown:
    """A version of a report as it is read: what it says, and the rows behind it."""

    report: YearlyReport
    version: ReportVersion
    versions: list[ReportVersion]
    content: Content
    words: Mapping[str, ReportWords]

    @property
    def approved(self) -> bool:
        return self.version.approved_at is not None

    @property
    def newest(self) -> bool:
        return self.version.number == self.versions[0].number

    @property
    def path(self) -> str:
        return f"/reports/{self.report.slug}"


async def _shown(report: YearlyReport, number: str | None, now: datetime) -> Shown:
    """The version with this number, the newest without. Raises NotFound."""
    versions = await queries.versions_of(report)
    found = [one for one in versions if number is None or str(one.number) == number][:1]
    if not found:
        raise NotFound
    version = found[0]
    if version.content is not None:
        return Shown(report, version, versions, read(version.content), {})
    words = await queries.words_of(version)
    return Shown(report, version, versions, await draft(report, words, now), words)


async def _asked(request: Request) -> Shown:
    report = await queries.report_of(request.person, request.path_params["slug"])
    return await _shown(report, request.path_params.get("number"), request.now)


@coordinator
@made_once
async def reports(request: Request) -> Response:
    """GET and POST /reports: those that there are, and the button that makes one."""
    municipalities = await municipalities_of(request.person)
    this = today(request.now).year
    form: Filled[MakeForm] = MakeForm.blank(year=this, lang=request.lang)
    if request.method == "POST":
        form = await MakeForm.read(request)
        here = [one for one in municipalities if form.valid and one.id == form.data.municipality]
        if form.valid and not here:
            form.add_error("municipality", _("Velg en kommune fra lista."))
        if form.valid and not this - YEARS_BACK <= form.data.year <= this:
            words = _("Velg et år fra %(first)s til %(last)s.", first=this - YEARS_BACK, last=this)
            form.add_error("year", words)
        if form.valid:
            slug = await actions.make(
                here[0], form.data.year, form.data.lang, by=request.person.id, now=request.now
            )
            return see_other(f"/reports/{slug}", request)
    return render(
        request, "marketplace/reports/reports.html", status=422 if form.errors else 200, form=form,
        municipalities=municipalities, reports=await queries.reports(municipalities),
        years=[(str(year), str(year)) for year in range(this, this - YEARS_BACK - 1, -1)],
        languages_of_reports=list(LANGUAGES.items()),
    )  # fmt: skip


@coordinator
async def report(request: Request) -> Response:
    """GET /reports/{slug} and /reports/{slug}/versions/{number}"""
    return await _page(request, await _asked(request), ApproveForm.blank())


async def _page(request: Request, found: Shown, form: Filled[ApproveForm], status: int = 200) -> Response:
    objections: list[rules.Objection] = []
    if not found.approved:
        objections = rules.objections(await _facts(found), request.person.id, request.now)
    return render(
        request, "marketplace/reports/report.html", status=status, found=found, report=found.report,
        version=found.version, content=found.content, form=form, shown=shown, digest=digest(found.content),
        objections=[rules.OBJECTIONS[one] for one in objections], status_words=_status(found),
    )  # fmt: skip


def digest(content: Content) -> str:
    """What the page showed, so that nobody approves what they have not seen."""
    return signed_in_form("report", json.dumps(stored(content), sort_keys=True)).hex()[:32]


async def _facts(found: Shown) -> rules.Facts:
    closed = await closings(found.report.municipality_id, [found.report.year])
    return rules.Facts(
        year=found.report.year,
        closing=closed[-1].number if closed else None,
        lacking=len(found.content.lacking),
        writers=rules.writers(found.version, found.words.values()),
        coordinators=await coordinators_of(found.report.municipality_id),
    )


def _status(found: Shown) -> str:
    """Is it approved, when and by whom; in the present language."""
    version = found.version
    if version.approved_at is None:
        return _("Utkast til versjon %(number)s. Ikke godkjent.", number=version.number)
    year = today(version.approved_at).year
    return _(
        "Godkjent %(day)s %(year)s av %(who)s. Versjon %(number)s.",
        day=short_day(version.approved_at), year=year, who=version.approved_as, number=version.number,
    )  # fmt: skip


@coordinator
async def words(request: Request) -> Response:
    """GET and POST /reports/{slug}/words/{section}: what a section of the draft says in one's own words."""
    found = await _asked(request)
    section = _section(found, request.path_params["section"])
    form = _says(found.words, section)
    if request.method == "POST":
        form = await WordsForm.read(request)
        if form.valid:
            async with one_at_a_time(found.report.id):
                if form.meet(_says(await queries.words_of(found.version), section)):
                    await actions.write(
                        found.version, section.key, form.data.text, by=request.person.id, now=request.now
                    )
                    return see_other(f"{found.path}#{section.key}", request)
    return render(
        request, "marketplace/reports/words.html", status=422 if form.errors else 200, found=found, form=form,
        part=section, shown=shown,
    )  # fmt: skip


def _section(found: Shown, key: str) -> Section:
    """A section of the draft that asks for words. Raises NotFound, and AlreadyApproved."""
    section = next((one for one in found.content.sections if one.key == key and one.asks), None)
    if section is None:
        raise NotFound
    rules.still_draft(found.approved)
    return section


def _says(words: Mapping[str, ReportWords], section: Section) -> Filled[WordsForm]:
    """The form with what is written now."""
    return WordsForm.blank(text=words[section.key].text if section.key in words else "")


@coordinator
async def approve(request: Request) -> Response:
    """POST /reports/{slug}/approve: what the page showed is stored for ever."""
    found = await _asked(request)
    form = await ApproveForm.read(request)
    async with one_at_a_time(found.report.id):
        found = await _asked(request)  # as it is while nobody else writes
        rules.still_draft(found.approved)
        if form.valid and form.data.content != digest(found.content):
            form.add_error(
                "form", _("Rapporten er endret siden du åpnet siden. Les den én gang til, og godkjenn så.")
            )
        for objection in rules.objections(await _facts(found), request.person.id, request.now):
            form.add_error("form", str(rules.OBJECTIONS[objection]))
        if form.valid:
            await actions.approve(
                found.version, found.content, form.data.approved_as, found.report.municipality_id,
                by=request.person.id, now=request.now,
            )  # fmt: skip
            return see_other(f"{found.path}?saved={Saved.APPROVED}", request)
    return await _page(request, found, form, 422)


@coordinator
@made_once
async def correct(request: Request) -> Response:
    """GET and POST /reports/{slug}/correct: a new version of what is approved."""
    found = await _asked(request)
    form: Filled[CorrectForm] = CorrectForm.blank()
    if request.method == "POST":
        form = await CorrectForm.read(request)
        if form.valid:
            async with one_at_a_time(found.report.id):
                await actions.correct(found.report, form.data.reason, by=request.person.id, now=request.now)
                return see_other(found.path, request)
    rules.correctable(found.approved)
    return render(
        request,
        "marketplace/reports/correct.html",
        status=422 if form.errors else 200,
        found=found,
        form=form,
    )


@coordinator
async def discard(request: Request) -> Response:
    """GET and POST /reports/{slug}/discard: the draft of a correction goes. The form says which one it asked about."""
    found = await _asked(request)
    if request.method == "POST":
        asked_about = typed_id((await request.fields()).get("version", [None])[-1])
        async with one_at_a_time(found.report.id):
            gone = await actions.discard(found.report, asked_about, by=request.person.id, now=request.now)
        return see_other(found.path + (f"?saved={Saved.DISCARDED}" if gone else ""), request)
    if found.approved or found.version.number == 1:
        raise NotFound
    return render(request, "marketplace/reports/discard.html", found=found)


@coordinator
async def pdf(request: Request) -> Response:
    """GET /reports/{slug}/versions/{number}/report.pdf"""
    found = await _asked(request)
    picture = found.version.logo_id if found.approved else await queries.logo_of(found.report.municipality_id)
    with speaking(found.content.lang):
        status = _status(found)
        cover = Cover(
            status="" if found.approved else _("Utkast"),
            reason=_("Rettet: %(reason)s", reason=found.version.reason) if found.version.reason else "",
            foot=f"{status} {found.content.basis}",
            made_at=found.version.approved_at or request.now.replace(hour=0, minute=0, second=0),
        )
    made = await pdf_of(found.content, cover, await queries.picture(picture))
    return as_pdf(made, _name(found))


@coordinator
async def xlsx(request: Request) -> Response:
    """GET /reports/{slug}/versions/{number}/report.xlsx: a sheet for each table."""
    found = await _asked(request)
    made_at = found.version.approved_at or request.now
    return await asyncio.to_thread(download, sheets.workbook(found.content), XLSX, _name(found), made_at)


@coordinator
async def csv(request: Request) -> Response:
    """GET /reports/{slug}/versions/{number}/report.csv: every number on a line of its own."""
    found = await _asked(request)
    return download(sheets.lines(found.content), CSV, _name(found), request.now)


def _name(found: Shown) -> str:
    """What its files are called."""
    return f"{found.report.slug}-v{found.version.number}{'' if found.approved else '-utkast'}"
