"""Goals for coordinators: what is wanted, how far it has come, and why it was changed."""

from typing import Any

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import pick
from marketplace.base.quick.kept_while import kept_while
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.once import made_once
from marketplace.base.web.templates import render
from marketplace.goals import actions, made_of, queries, words
from marketplace.goals.alone import holds_plan
from marketplace.goals.figures import chart, standings
from marketplace.goals.figures.rules import COUNTED_AS_LABELS, DIRECTION_LABELS, of_people
from marketplace.goals.figures.series import Wanted, measure_of, series
from marketplace.goals.figures.spans import TERM_LABELS, Span
from marketplace.goals.forms import NOWHERE, CommentForm, GoalForm, GoalTextForm, SayCellsForm, WhyForm
from marketplace.goals.models import AT_MEETING, Goal, Plan, Term
from marketplace.goals.objections import (
    CHOICES,
    NEVER_HELD,
    Known,
    cell_objections,
    objections,
    target_objection,
)
from marketplace.goals.plans.measures.queries import measures_in, newest_comments
from marketplace.goals.plans.measures.rules import STATE_LABELS
from marketplace.goals.saved import Saved
from marketplace.statistics import stored
from marketplace.statistics.measures import INDICATORS
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS

GOAL, FORM = "marketplace/goals/goal.html", "marketplace/goals/form.html"


@coordinator
@kept_while(made_of.goal)
async def goal(request: Request) -> Response:
    """GET /goals/{slug}: the verdict and why, the chart and its table, what is counted, what is done and said."""
    found = await queries.goal_of(request.person, request.path_params["slug"])
    return await _goal(request, found, CommentForm.blank())


async def _goal(request: Request, found: Goal, form: Any, status: int = 200) -> Response:
    plan, changed = found.focus_area.plan, await queries.changes(found.id)
    stretches = Span.of(found).stretches()
    asked = _year(request, stretches)
    stretch = Span.of(found).stretch(request.now, asked)
    wanted = [Wanted(found, one, standings.targets(found, changed, one)) for one in stretches]
    all_of_it = await series(wanted, request.now, beside=True)
    shown = all_of_it[stretches.index(stretch)]
    measure, at = measure_of(found), shown.progress.at
    measures = await measures_in(found.focus_area.id)
    lag = await queries.lagging(found, at.year) if at and measure and shown.sessions < shown.due else 0
    return render(
        request, GOAL, status=status, goal=found, plan=plan, series=shown, progress=shown.progress,
        card=words.verdict_card(shown), lead=words.lead(found, shown.aim), heading=words.heading(shown),
        explanation=words.explanation(shown), unit=words.unit(shown.aim), chart=chart.chart(shown),
        table=chart.table(shown), up_to=words.up_to(stretch, at) if at else "", stretch=stretch,
        years=[(one.first, words.verdict_card(each)) for one, each in zip(stretches, all_of_it, strict=True)],
        indicator=INDICATORS[measure] if measure else None, of_people=of_people(found.indicator),
        label=words.indicator_label(found.indicator), part=words.part(found), lag=lag,
        narrowed=words.narrowed(found, *await queries.names_of_cells(found)),
        span=Span.of(found), over=Span.of(found).over(request.now), changes=changed, form=form, measures=measures,
        last_said=await newest_comments([one.id for one in measures]),
        comments=await queries.comments(goal=found.id), states=STATE_LABELS,
    )  # fmt: skip


def _year(request: Request, stretches: list[Span]) -> int | None:
    """?year= of a goal of each year, where it is one of them."""
    asked = request.query.get("year", [""])[-1]
    return int(asked) if asked in {str(one.first) for one in stretches} else None


@coordinator
@made_once
@holds_plan
async def comment(request: Request) -> Response:
    """POST /goals/{slug}/comments"""
    found = await queries.goal_to_change(request.person, request.path_params["slug"])
    form = await CommentForm.read(request)
    if not form.valid:
        return await _goal(request, found, form, 422)
    await actions.comment(found, form.data.comment, by=request.person.id, now=request.now)
    return see_other(f"/goals/{found.slug}?saved={Saved.COMMENT}", request)


@coordinator
@made_once
@holds_plan
async def new_goal(request: Request) -> Response:
    """GET and POST /plans/{slug}/goals/new"""
    found = await queries.plan_to_add_to(request.person, request.path_params["slug"])
    choices = await _choices(request, found)
    dialogues = choices["dialogues"]
    form: Filled[GoalForm] = GoalForm.blank(
        first_year=min(max(today(request.now).year, found.first_year), found.last_year), counted_as="number",
        direction="at_least", focus_area=request.query.get("area", [""])[-1],
        dialogue=dialogues[0].id if len(dialogues) == 1 else None, evening="", term="",
    )  # fmt: skip
    if request.method == "POST":
        form = await GoalForm.read(request)
        if form.valid:
            for name, said in objections(form.data, choices["known"]):
                form.add_error(name, said)
        if form.valid:
            try:
                made = await _make(request, found, form.data)
                return see_other(f"/goals/{made.slug}?saved={Saved.MADE}", request)
            except Refused as refused:
                form.add_error(
                    "dialogue" if form.data.indicator == AT_MEETING else "organizations", refused.message
                )
    return render(request, FORM, status=422 if form.errors else 200, plan=found, form=form, **choices)


async def _make(request: Request, plan: Plan, given: GoalForm) -> Goal:
    meetings = given.indicator == AT_MEETING
    cells = SayCellsForm().cells if meetings else given.cells
    return await actions.make(
        queries.area_in(plan, given.focus_area), by=request.person.id, now=request.now,
        title={request.lang: given.title}, indicator=given.indicator, counted_as=given.counted_as,
        direction=given.direction, target=given.target, first_year=given.first_year, last_year=given.last,
        term=given.term, each_year=given.each_year and given.last > given.first_year,
        dialogue_id=given.dialogue if meetings else None, baseline=given.baseline,
        baseline_year=given.baseline_year, baseline_source=given.baseline_source, **cells,
    )  # fmt: skip


async def _choices(request: Request, plan: Plan) -> dict[str, Any]:
    """What the form offers, and what is known of the plan's municipality and years."""
    municipality = plan.municipality_id
    dialogues = await queries.dialogues_of(municipality)
    districts = await queries.districts_of(municipality)
    organizations = await queries.organizations_of(municipality)
    old, peopled = await queries.old_rule_years(municipality, range(plan.first_year, plan.last_year + 1))
    known = Known(
        plan.first_year, plan.last_year, request.now, frozenset(one.id for one in plan.focus_areas),
        frozenset(one.id for one in dialogues), frozenset(one.id for one in districts),
        frozenset(one.id for one in organizations), frozenset(old),
        frozenset(one.year for one in await stored.closings(municipality)),
        peopled,
    )  # fmt: skip
    return {
        "known": known, "dialogues": dialogues, "areas": sorted(plan.focus_areas, key=lambda one: one.number),
        "indicators": [
            *((one.value, INDICATORS[one].label, INDICATORS[one].counts) for one in CHOICES),
            (AT_MEETING, words.indicator_label(AT_MEETING), ""),
        ],
        "counted_as": list(COUNTED_AS_LABELS.items()), "directions": list(DIRECTION_LABELS.items()),
        "terms": [("", _("Hele år")), *((Term(one).value, label) for one, label in TERM_LABELS.items())],
        "audiences": list(AUDIENCE_LABELS.items()),
        "kinds": [(one, label) for one, label in KIND_LABELS.items() if one not in NEVER_HELD],
        "districts": [*((str(one.id), one.name) for one in districts), (NOWHERE, _("Uten bydel"))]
        if districts else [],
        "organizations": [(str(one.id), one.name) for one in organizations],
        "evenings": [
            ("", _("Hele døgnet")), ("true", _("Kveld fra kl. 16 og helg")), ("false", _("Dagtid på hverdager")),
        ],
    }  # fmt: skip


@coordinator
@holds_plan
async def edit_goal(request: Request) -> Response:
    """GET and POST /goals/{slug}/edit: its name and target. What it counts stays: another counting is another goal."""
    found = await queries.goal_to_change(request.person, request.path_params["slug"])
    form = _says(found)
    if request.method == "POST":
        form = await GoalTextForm.read(request)
        if form.valid and form.meet(_says(found)) and await _change(request, found, form):
            return see_other(f"/goals/{found.slug}?saved={Saved.CHANGED}", request)
    return render(
        request, "marketplace/goals/edit.html", status=422 if form.errors else 200, goal=found,
        plan=found.focus_area.plan, form=form, locked=Span.of(found).over(request.now),
    )  # fmt: skip


async def _change(request: Request, found: Goal, form: Filled[GoalTextForm]) -> bool:
    given = form.data
    if objection := target_objection(found, given):
        form.add_error(*objection)
        return False
    try:
        await actions.change(
            found, by=request.person.id, now=request.now, target=given.target, why=given.why,
            title=found.title | {request.lang: given.title},
        )  # fmt: skip
    except actions.Locked as refused:
        form.add_error("target", refused.message)
        return False
    except Refused as refused:
        form.add_error("form", refused.message)
        return False
    return True


def _says(goal: Goal) -> Filled[GoalTextForm]:
    """The form with what the goal says now."""
    return GoalTextForm.blank(title=pick(goal.title), target=goal.target, why="")


@coordinator
@holds_plan
async def say_cells(request: Request) -> Response:
    """GET and POST /goals/{slug}/cells: a goal from before the cube is asked which cells it means, once."""
    found = await queries.goal_to_change(request.person, request.path_params["slug"])
    await found.focus_area.plan.fetch_related("focus_areas")
    choices = await _choices(request, found.focus_area.plan)
    form: Filled[SayCellsForm] = SayCellsForm.blank(
        audiences=found.audiences, kinds=found.kinds, districts=[], organizations=[],
        evening="" if found.evening is None else str(found.evening).lower(),
    )  # fmt: skip
    if request.method == "POST":
        form = await SayCellsForm.read(request)
        if form.valid:
            for name, said in cell_objections(form.data, choices["known"]):
                form.add_error(name, said)
        if form.valid and found.cells_known:
            return see_other(f"/goals/{found.slug}", request)
        if form.valid:
            try:
                why = _("Målet er fra før tallene ble delt i celler. Koordinatoren sa hvilke det gjelder.")
                await actions.say_cells(
                    found, by=request.person.id, now=request.now, why=why, **form.data.cells
                )
                return see_other(f"/goals/{found.slug}?saved={Saved.CHANGED}", request)
            except Refused as refused:
                form.add_error("organizations", refused.message)
    return render(
        request, "marketplace/goals/cells.html", status=422 if form.errors else 200, goal=found,
        plan=found.focus_area.plan, form=form, **choices,
    )  # fmt: skip


@coordinator
@holds_plan
async def withdraw(request: Request) -> Response:
    """GET and POST /goals/{slug}/withdraw. GET only asks."""
    found = await queries.goal_to_change(request.person, request.path_params["slug"])
    form = WhyForm.blank()
    if request.method == "POST":
        form = await WhyForm.read(request)
        if form.valid:
            try:
                await actions.withdraw(found, by=request.person.id, now=request.now, why=form.data.why)
                return see_other(f"/goals/{found.slug}?saved={Saved.WITHDRAWN}", request)
            except Refused as refused:
                form.add_error("form", refused.message)
    return render(
        request, "marketplace/goals/withdraw.html", status=422 if form.errors else 200, goal=found,
        plan=found.focus_area.plan, form=form,
    )  # fmt: skip
