"""Plans and goals for coordinators: what the municipality wants, and how far it has come."""

from typing import Any
from uuid import UUID

from starlette.responses import Response

from marketplace.base.access import coordinator
from marketplace.base.clock import today
from marketplace.base.forms import Filled
from marketplace.base.http import Request, see_other
from marketplace.base.i18n import WORD_JOINER, pick
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import month as month_name
from marketplace.base.once import made_once
from marketplace.base.seen import one_at_a_time
from marketplace.base.templates import render
from marketplace.goals import actions, queries, rules
from marketplace.goals.forms import GoalForm, GoalTextForm
from marketplace.goals.models import Goal, Metric, Plan
from marketplace.goals.rules import METRIC_LABELS, NOT_A_SUM, OF_PEOPLE, STANDING_LABELS, UNITS
from marketplace.statistics.rules import groups
from offers.catalogue.models import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from organizations.members.impartial import OwnOrganization


@coordinator
async def plans(request: Request) -> Response:
    """GET /plans"""
    found = await queries.plans(request.person)
    return render(request, "marketplace/goals/plans.html", municipalities=found)


@coordinator
async def plan(request: Request) -> Response:
    """GET /plans/{slug}"""
    found = await queries.plan_of(request.person, request.path_params["slug"])
    goals = [goal for area in found.focus_areas for goal in area.goals]
    series = await queries.shown_series(found.municipality.id, {goal.year for goal in goals})
    cards = {goal.id: card(goal, series.get(goal.id, [])) for goal in goals}
    return render(request, "marketplace/goals/plan.html", plan=found, cards=cards)


def card(goal: Goal, series: queries.Series) -> dict[str, Any]:
    """A goal in a list, with its progress."""
    metric = Metric(goal.metric)
    return {
        "goal": goal,
        "unit": UNITS[metric],
        "progress": rules.progress(metric, goal.target, goal.year, series),
    }


@coordinator
async def goal(request: Request) -> Response:
    """GET /goals/{slug}: the number, its chart and table, and how it falls into groups."""
    found = await queries.goal_of(request.person, request.path_params["slug"])
    municipality = found.focus_area.plan.municipality_id
    series = (await queries.shown_series(municipality, {found.year})).get(found.id, [])
    metric = Metric(found.metric)
    progress = rules.progress(metric, found.target, found.year, series)
    newest, begun = await queries.newest_groups(found.id), await queries.begun(found, series, request.now)
    if newest and dict(series).get(newest.month) != newest.value:
        newest = None  # the total itself waits: its groups would tell between which numbers it is
    return render(
        request, "marketplace/goals/goal.html", goal=found, plan=found.focus_area.plan,
        progress=progress, unit=UNITS[metric], standing=STANDING_LABELS[progress.standing] if progress else "",
        metric_label=METRIC_LABELS[metric], counted=counted(found), of_people=metric in OF_PEOPLE,
        adds_up=metric not in NOT_A_SUM, points=points(found, begun), table=table(found, begun),
        groups=[(group_label(name), number) for name, number in groups(newest.groups or {}, newest.value).items()]
        if newest else [], groups_month=newest.month if newest else None, by_kind=found.audience is not None,
    )  # fmt: skip


def counted(goal: Goal) -> list[str]:
    """What narrows the goal, in words."""
    words = [
        AUDIENCE_LABELS[Audience(goal.audience)] if goal.audience else "",
        KIND_LABELS[Kind(goal.kind)] if goal.kind else "",
        _("kveld og helg") if goal.evenings_only else "",
        pick(goal.dialogue.title) if goal.dialogue else "",
    ]
    return [str(word) for word in words if word]


def group_label(name: str) -> str:
    if name == Audience.EVERYONE:
        return _("Åpent for alle")
    label = str(AUDIENCE_LABELS[Audience(name)] if name in list(Audience) else KIND_LABELS[Kind(name)])
    return label.replace("–", f"–{WORD_JOINER}")


def points(goal: Goal, series: queries.Series) -> list[tuple[str, int | str | None]]:
    """The chart's bars: the twelve months of the year, those that are not closed without a number."""
    known = dict(series)
    return [
        (
            month_name(month)[:3],
            ("hidden" if known[month] is None else known[month]) if month in known else None,
        )
        for month in rules.months_of(goal.year)[:12]
    ]


def table(goal: Goal, series: queries.Series) -> list[list[str]]:
    """Month, how many new, how many so far, and the plan; for what is no sum: month, number, target."""
    metric, rows, before = Metric(goal.metric), [], 0
    for month, number in series:
        name = _("etter nyttår") if month.year > goal.year else month_name(month)
        so_far = amount(number) if number is not None else _("skjult")
        target = amount(rules.planned(metric, goal.target, month, goal.year))
        if metric in NOT_A_SUM:
            rows.append([name, so_far, target])
        else:
            new = (number or 0) - before
            rows.append([name, amount(new) if new or metric not in OF_PEOPLE else "–", so_far, target])
        before = number or 0
    return rows


def amount(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")


@coordinator
@made_once
async def new_goal(request: Request) -> Response:
    """GET and POST /plans/{slug}/goals/new"""
    found = await queries.plan_of(request.person, request.path_params["slug"])
    dialogues = await queries.dialogues_of(found.municipality.id)
    areas = {area.id: area for area in found.focus_areas}
    form: Filled[GoalForm] = GoalForm.blank(
        year=min(max(today(request.now).year, found.first_year), found.last_year),
        focus_area=request.query.get("area", [""])[-1],
        dialogue=dialogues[0].id if len(dialogues) == 1 else None,
    )  # fmt: skip
    if request.method == "POST":
        form = await GoalForm.read(request)
        objections(form, found, set(areas), {one.id for one in dialogues})
        if form.valid:
            given = form.data.model_dump(exclude={"title", "focus_area", "dialogue"})
            about = form.data.dialogue if form.data.metric in NOT_A_SUM else None
            try:
                made = await actions.make(
                    areas[form.data.focus_area], by=request.person.id, now=request.now,
                    title={request.lang: form.data.title}, dialogue_id=about, **given,
                )  # fmt: skip
                return see_other(f"/goals/{made.slug}", request)
            except OwnOrganization as refused:
                form.add_error("dialogue", refused.message)
    return _form(request, found, None, form, areas=areas.values(), dialogues=dialogues)


def objections(form: Filled[GoalForm], plan: Plan, areas: set[UUID], dialogues: set[UUID]) -> None:
    """Errors in the form that only the plan knows of."""
    if not form.valid:
        return
    given = form.data
    if given.focus_area not in areas:
        form.add_error("focus_area", _("Velg et innsatsområde."))
    if not plan.first_year <= given.year <= plan.last_year:
        form.add_error("year", _("Planen gjelder fra %(first)s til %(last)s. Skriv et av de årene.",
                                 first=plan.first_year, last=plan.last_year))  # fmt: skip
    if given.metric in NOT_A_SUM and given.dialogue not in dialogues:
        form.add_error("dialogue", _("Velg hvilken dialog målet gjelder."))


@coordinator
async def edit_goal(request: Request) -> Response:
    """GET and POST /goals/{slug}/edit: its name and target. What it counts stays: two countings would tell too much."""
    found = await queries.goal_of(request.person, request.path_params["slug"])
    form = _says(found)
    if request.method == "POST":
        form = await GoalTextForm.read(request)
        if form.valid:
            async with one_at_a_time(found.id):
                found = await queries.goal_of(request.person, found.slug)
                if form.meet(_says(found)):
                    try:
                        await actions.change(
                            found, by=request.person.id, now=request.now, target=form.data.target,
                            title=found.title | {request.lang: form.data.title},
                        )  # fmt: skip
                        return see_other(f"/goals/{found.slug}", request)
                    except OwnOrganization as refused:  # in here: what is written of it stays
                        form.add_error("form", refused.message)
    return _form(request, found.focus_area.plan, found, form)


def _says(goal: Goal) -> Filled[GoalTextForm]:
    """The form with what the goal says now."""
    return GoalTextForm.blank(title=pick(goal.title), target=goal.target)


def _form(request: Request, plan: Plan, goal: Goal | None, form: Any, **context: Any) -> Response:
    return render(
        request, "marketplace/goals/form.html", status=422 if form.errors else 200, plan=plan, goal=goal, form=form,
        metrics=list(METRIC_LABELS.items()), audiences=list(AUDIENCE_LABELS.items()), kinds=list(KIND_LABELS.items()),
        **context,
    )  # fmt: skip
