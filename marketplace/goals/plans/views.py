"""Plans for coordinators: made, edited, copied and retired, with their focus areas in order."""

from typing import Any

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.quick.kept_while import kept_while
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.goals import made_of, queries, words
from marketplace.goals.alone import holds_plan
from marketplace.goals.figures import standings
from marketplace.goals.models import FocusArea, Plan
from marketplace.goals.plans import actions
from marketplace.goals.plans.forms import AreaForm, CopyForm, MoveForm, NewPlanForm, PlanForm
from marketplace.goals.plans.measures.rules import STATE_LABELS
from marketplace.goals.plans.order import move as move_in_order
from marketplace.goals.plans.rules import merged, objections
from marketplace.goals.saved import Saved
from marketplace.goals.starter import starters

FORM = "marketplace/goals/plans/form.html"
AREA = "marketplace/goals/plans/area.html"


@coordinator
async def plans(request: Request) -> Response:
    """GET /plans"""
    found = await queries.plans(request.person)
    return render(request, "marketplace/goals/plans/plans.html", municipalities=found)


@coordinator
@kept_while(made_of.plan)
async def plan(request: Request) -> Response:
    """GET /plans/{slug}: its focus areas, with each goal's verdict and what is done."""
    found = await queries.plan_of(request.person, request.path_params["slug"])
    return await show(request, found)


async def show(request: Request, found: Plan, error: str = "") -> Response:
    cards = {
        goal: words.verdict_card(each)
        for goal, each in (await standings.goals_in(found, request.now)).items()
    }
    return render(
        request, "marketplace/goals/plans/plan.html", status=422 if error else 200, plan=found, cards=cards,
        states=STATE_LABELS, error=error, counts=words.tally(cards.values()),
        withdrawn=[one for area in found.focus_areas for one in area.goals if one.withdrawn_at],
    )  # fmt: skip


@coordinator
@made_once
async def new(request: Request) -> Response:
    """GET and POST /plans/new: an empty plan, or one that begins with a starter."""
    municipalities = [one for one, _plans in await queries.plans(request.person)]
    year = today(request.now).year
    form: Filled[NewPlanForm] = NewPlanForm.blank(
        first_year=year, last_year=year + 3, starter="",
        municipality=municipalities[0].id if len(municipalities) == 1 else None,
    )  # fmt: skip
    if request.method == "POST":
        form = await NewPlanForm.read(request)
        _objected(form)
        place = None
        if form.valid:
            place = next((one for one in municipalities if one.id == form.data.municipality), None)
            if place is None:
                form.add_error("municipality", _("Velg en kommune."))
            if form.data.starter and form.data.starter not in starters():
                form.add_error("starter", _("Velg et av alternativene."))
            elif not form.data.title and not form.data.starter:
                form.add_error("title", _("Skriv hva planen heter."))
        if form.valid and place:
            given, starter = form.data, starters().get(form.data.starter)
            title = merged(starter.title, request.lang, given.title) if starter and given.title else (
                starter.title if starter else {request.lang: given.title})  # fmt: skip
            made = await actions.make(
                place, by=request.person.id, now=request.now, title=title,
                summary={request.lang: given.summary} if given.summary or not starter else starter.summary,
                first_year=given.first_year, last_year=given.last_year, starter=starter,
            )  # fmt: skip
            return see_other(f"/plans/{made.slug}?saved={Saved.MADE}", request)
    return render(
        request, FORM, status=422 if form.errors else 200, plan=None, form=form,
        municipalities=[(one.id, one.name) for one in municipalities],
        starters=[("", _("En tom plan"), "")]
        + [(name, pick(one.title), pick(one.summary)) for name, one in starters().items()],
    )  # fmt: skip


def _objected(form: Filled[Any], plan: Plan | None = None) -> None:
    """What is wrong with the years becomes errors of the form."""
    goals = [goal for area in plan.focus_areas for goal in area.goals] if plan else []
    if form.valid:
        for name, words in objections(form.data.first_year, form.data.last_year, goals):
            form.add_error(name, words)


@coordinator
@holds_plan
async def edit(request: Request) -> Response:
    """GET and POST /plans/{slug}/edit"""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    form = _says(found)
    if request.method == "POST":
        form = await PlanForm.read(request)
        if form.valid:
            form.meet(_says(found))
            _objected(form, found)
        if form.valid:
            given = form.data
            await actions.edit(
                found, by=request.person.id, now=request.now, first_year=given.first_year,
                last_year=given.last_year, title=merged(found.title, request.lang, given.title),
                summary=merged(found.summary, request.lang, given.summary),
            )  # fmt: skip
            return see_other(f"/plans/{found.slug}?saved={Saved.CHANGED}", request)
    return render(request, FORM, status=422 if form.errors else 200, plan=found, form=form)


def _says(plan: Plan) -> Filled[PlanForm]:
    return PlanForm.blank(
        title=pick(plan.title),
        summary=pick(plan.summary),
        first_year=plan.first_year,
        last_year=plan.last_year,
    )


@coordinator
@made_once
async def copy(request: Request) -> Response:
    """GET and POST /plans/{slug}/copy: the next plan begins with what this one has."""
    found = await queries.plan_of(request.person, request.path_params["slug"])
    form: Filled[CopyForm] = CopyForm.blank(title=pick(found.title), first_year=found.last_year + 1)
    if request.method == "POST":
        form = await CopyForm.read(request)
        if form.valid and form.data.first_year + found.last_year - found.first_year > 2100:
            form.add_error("first_year", _("Skriv et årstall mellom 2000 og 2100."))
        if form.valid:
            made = await actions.copy(
                found, by=request.person.id, now=request.now, first_year=form.data.first_year,
                title=merged(found.title, request.lang, form.data.title),
            )  # fmt: skip
            return see_other(f"/plans/{made.slug}?saved={Saved.MADE}", request)
    return render(
        request,
        "marketplace/goals/plans/copy.html",
        status=422 if form.errors else 200,
        plan=found,
        form=form,
    )


@coordinator
@holds_plan
async def retire(request: Request) -> Response:
    """GET and POST /plans/{slug}/retire. GET only asks."""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    if request.method == "GET":
        return render(request, "marketplace/goals/plans/retire.html", plan=found)
    await actions.retire(found, by=request.person.id, now=request.now)
    return see_other(f"/plans/{found.slug}?saved={Saved.RETIRED}", request)


@coordinator
@holds_plan
async def bring_back(request: Request) -> Response:
    """POST /plans/{slug}/bring-back"""
    found = await queries.plan_of(request.person, request.path_params["slug"])
    await actions.bring_back(found, by=request.person.id, now=request.now)
    return see_other(f"/plans/{found.slug}?saved={Saved.CHANGED}", request)


# Focus areas


@coordinator
@made_once
@holds_plan
async def new_area(request: Request) -> Response:
    """GET and POST /plans/{slug}/areas/new"""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    form: Filled[AreaForm] = AreaForm.blank()
    if request.method == "POST":
        form = await AreaForm.read(request)
        if form.valid:
            area = await actions.make_area(
                found, by=request.person.id, now=request.now, title={request.lang: form.data.title},
                summary={request.lang: form.data.summary},
            )  # fmt: skip
            return see_other(f"/plans/{found.slug}?saved={Saved.CHANGED}#area-{area.number}", request)
    return render(request, AREA, status=422 if form.errors else 200, plan=found, area=None, form=form)


def _area(request: Request, plan: Plan) -> FocusArea:
    return queries.area_in(plan, parse_id(request.path_params["area"]))


@coordinator
@holds_plan
async def edit_area(request: Request) -> Response:
    """GET and POST /plans/{slug}/areas/{area}/edit"""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    area = _area(request, found)
    form = _area_says(area)
    if request.method == "POST":
        form = await AreaForm.read(request)
        if form.valid and form.meet(_area_says(area)):
            await actions.edit_area(
                area, by=request.person.id, now=request.now,
                title=merged(area.title, request.lang, form.data.title),
                summary=merged(area.summary, request.lang, form.data.summary),
            )  # fmt: skip
            return see_other(f"/plans/{found.slug}?saved={Saved.CHANGED}#area-{area.number}", request)
    return render(request, AREA, status=422 if form.errors else 200, plan=found, area=area, form=form)


def _area_says(area: FocusArea) -> Filled[AreaForm]:
    return AreaForm.blank(title=pick(area.title), summary=pick(area.summary))


@coordinator
@holds_plan
async def move_area(request: Request) -> Response:
    """POST /plans/{slug}/areas/{area}/move: one place up or down."""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    area, form = _area(request, found), await MoveForm.read(request)
    if not form.valid:
        return await show(request, found, _("Velg et av alternativene."))
    await move_in_order("focus_area", found.id, area.id, form.data.by, by=request.person.id, now=request.now)
    return see_other(f"/plans/{found.slug}", request)


@coordinator
@holds_plan
async def remove_area(request: Request) -> Response:
    """POST /plans/{slug}/areas/{area}/remove: one that has nothing in it."""
    found = await queries.plan_to_change(request.person, request.path_params["slug"])
    try:
        await actions.remove_area(_area(request, found), by=request.person.id, now=request.now)
    except Refused as refused:
        return await show(request, found, refused.message)
    return see_other(f"/plans/{found.slug}?saved={Saved.CHANGED}", request)
