"""Measures of plans (tiltak): what coordinators edit, and what responsible units say of them."""

from typing import Any

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.web.access import coordinator, signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.goals import queries as plans
from marketplace.goals.alone import holds_plan
from marketplace.goals.models import Measure, MeasureState, Plan
from marketplace.goals.plans.forms import MoveForm
from marketplace.goals.plans.measures import actions, queries, rules
from marketplace.goals.plans.measures.forms import MeasureForm, SayForm
from marketplace.goals.plans.measures.rules import STATE_LABELS
from marketplace.goals.plans.order import move as move_in_order
from marketplace.goals.plans.rules import merged
from marketplace.goals.saved import Saved

FORM = "marketplace/goals/plans/measures/form.html"
STATES = list(STATE_LABELS.items())


@signed_in
async def measures(request: Request) -> Response:
    """GET /measures: what one's own organisations answer for."""
    found = await queries.measures_of_units(request.person)
    last_said = await queries.newest_comments([one.id for one in found])
    day = today(request.now)
    return render(
        request, "marketplace/goals/plans/measures/measures.html", measures=found, states=STATE_LABELS,
        last_said=last_said,
        overdue={one.id for one in found if rules.overdue(one, day)},
        new={one.id for one in found if rules.unanswered(one, one.id in last_said)},
    )  # fmt: skip


@signed_in
async def measure(request: Request) -> Response:
    """GET /measures/{id}: for coordinators, and for those who speak for the responsible unit."""
    access = await queries.measure_for(request.person, parse_id(request.path_params["id"]))
    return await _measure(request, access, SayForm.blank(state=access.measure.state))


async def _measure(request: Request, access: queries.Access, form: Any, status: int = 200) -> Response:
    hears = not access.coordinates or await queries.hears(access.measure.responsible_id)
    return render(
        request, "marketplace/goals/plans/measures/measure.html", status=status, measure=access.measure,
        plan=access.measure.focus_area.plan, coordinates=access.coordinates, form=form, states=STATES,
        comments=await plans.comments(measure=access.measure.id),
        overdue=rules.overdue(access.measure, today(request.now)), unheard=not hears,
    )  # fmt: skip


@signed_in
@made_once
@holds_plan
async def comment(request: Request) -> Response:
    """POST /measures/{id}/comments: what is said, and how far it has come."""
    access = await queries.measure_for(request.person, parse_id(request.path_params["id"]))
    if access.measure.focus_area.plan.retired_at:
        raise NotFound
    form = await SayForm.read(request)
    if form.valid and not form.data.comment and form.data.state == access.measure.state:
        form.add_error("comment", _("Skriv kommentaren før du lagrer."))
    if not form.valid:
        return await _measure(request, access, form, 422)
    await actions.comment(
        access.measure, form.data.comment, form.data.state, unit=access.unit, by=request.person.id,
        now=request.now,
    )  # fmt: skip
    return see_other(f"/measures/{access.measure.id}?saved={Saved.COMMENT}", request)


@coordinator
@made_once
@holds_plan
async def new(request: Request) -> Response:
    """GET and POST /plans/{slug}/areas/{area}/measures/new"""
    plan = await plans.plan_to_change(request.person, request.path_params["slug"])
    area = plans.area_in(plan, parse_id(request.path_params["area"]))
    units = await plans.organizations_of(plan.municipality_id)
    form: Filled[MeasureForm] = MeasureForm.blank(state=MeasureState.PLANNED)
    if request.method == "POST":
        form = await MeasureForm.read(request)
        _objections(form, units)
        if form.valid:
            given = form.data
            await actions.make(
                area, by=request.person.id, now=request.now, title={request.lang: given.title},
                responsible_id=given.responsible, deadline=given.deadline, state=given.state,
            )  # fmt: skip
            return see_other(f"/plans/{plan.slug}?saved={Saved.CHANGED}#area-{area.number}", request)
    return _form(request, plan, None, form, units, area=area)


def _objections(form: Filled[MeasureForm], units: list[Any]) -> None:
    if form.valid and form.data.responsible and form.data.responsible not in {one.id for one in units}:
        form.add_error("responsible", _("Velg en organisasjon fra lista."))


@coordinator
@holds_plan
async def edit(request: Request) -> Response:
    """GET and POST /measures/{id}/edit"""
    found = await _to_change(request)
    plan = found.focus_area.plan
    units = await plans.organizations_of(plan.municipality_id)
    form = _says(found)
    if request.method == "POST":
        form = await MeasureForm.read(request)
        _objections(form, units)
        if form.valid and form.meet(_says(found)):
            given = form.data
            await actions.edit(
                found, by=request.person.id, now=request.now, responsible_id=given.responsible,
                deadline=given.deadline, state=given.state,
                title=merged(found.title, request.lang, given.title),
            )  # fmt: skip
            return see_other(f"/measures/{found.id}?saved={Saved.CHANGED}", request)
    return _form(request, plan, found, form, units)


async def _to_change(request: Request) -> Measure:
    access = await queries.measure_for(request.person, parse_id(request.path_params["id"]))
    if not access.coordinates or access.measure.focus_area.plan.retired_at:
        raise NotFound
    return access.measure


def _says(measure: Measure) -> Filled[MeasureForm]:
    return MeasureForm.blank(
        title=pick(measure.title), responsible=measure.responsible_id, state=measure.state,
        deadline=f"{measure.deadline:%-d.%-m.%Y}" if measure.deadline else None,
    )  # fmt: skip


def _form(
    request: Request, plan: Plan, measure: Measure | None, form: Any, units: list[Any], **context: Any
) -> Response:
    return render(
        request, FORM, status=422 if form.errors else 200, plan=plan, measure=measure, form=form, states=STATES,
        units=[("", _("Ingen ennå")), *((one.id, one.name) for one in units)], **context,
    )  # fmt: skip


@coordinator
@holds_plan
async def move(request: Request) -> Response:
    """POST /measures/{id}/move: one place up or down in its focus area."""
    found, form = await _to_change(request), await MoveForm.read(request)
    area = found.focus_area
    if not form.valid:
        access = queries.Access(found, coordinates=True, unit=None)
        return await _measure(request, access, SayForm.blank(state=found.state), 422)
    await move_in_order("measure", area.id, found.id, form.data.by, by=request.person.id, now=request.now)
    return see_other(f"/plans/{area.plan.slug}#area-{area.number}", request)
