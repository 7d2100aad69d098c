"""Hva er viktig for deg? Notes that only their writer sees, beside when they were there; and all of it on paper, for
whoever they want to show it to."""

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.press.answer import as_pdf
from marketplace.base.web.access import signed_in
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, parse_id, see_other
from marketplace.base.web.limits import printing
from marketplace.base.web.once import made_once
from marketplace.base.web.seen import one_at_a_time
from marketplace.base.web.templates import render
from marketplace.my_page.own_goals import actions, queries
from marketplace.my_page.own_goals.forms import GoalForm, ShareForm
from marketplace.my_page.own_goals.paper import paper
from marketplace.my_page.own_goals.rules import MOST, Attended, Goal, TooManyGoals
from marketplace.my_page.saved import Saved

HOME = "/my-page/goals"


@signed_in
async def listing(request: Request) -> Response:
    """GET /my-page/goals: what I have written, when I was there, and what I can take along."""
    me = request.person
    return _listed(
        request, await queries.goals_of(me.id), await queries.attended(me.id, me.name, request.lang)
    )


def _listed(
    request: Request, goals: list[Goal], attended: list[Attended], share: Filled[ShareForm] | None = None
) -> Response:
    """`share`: what was chosen to be taken along, and why there is no PDF of it."""
    return render(
        request, "marketplace/my_page/own_goals/listing.html", section="my-page", most=MOST, form=share,
        status=422 if share else 200, goals=goals, attended=attended,
    )  # fmt: skip


@signed_in
@made_once
async def new(request: Request) -> Response:
    """GET and POST /my-page/goals/new"""
    form: Filled[GoalForm] = GoalForm.blank()
    if request.method == "POST":
        form = await GoalForm.read(request)
        if form.valid:
            try:
                await actions.add(request.person.id, form.data.text, now=request.now)
            except TooManyGoals as full:
                form.add_error("text", str(full))
            else:
                return see_other(f"{HOME}?saved={Saved.GOAL}", request)
    return _page(request, form, None)


@signed_in
async def change(request: Request) -> Response:
    """GET and POST /my-page/goals/{goal}/change"""
    goal = await _mine(request)
    form = _says(goal)
    if request.method == "POST":
        form = await GoalForm.read(request)
        if form.valid:
            async with one_at_a_time(goal.id):
                if form.meet(_says(await _mine(request))):
                    await actions.change(request.person.id, goal.id, form.data.text, now=request.now)
                    return see_other(f"{HOME}?saved={Saved.GOAL}", request)
    return _page(request, form, goal)


@signed_in
async def remove(request: Request) -> Response:
    """GET and POST /my-page/goals/{goal}/remove. GET only asks."""
    goal = await _mine(request)
    if request.method == "POST":
        await actions.remove(request.person.id, goal.id)
        return see_other(f"{HOME}?saved={Saved.GOAL_REMOVED}", request)
    return render(request, "marketplace/my_page/own_goals/remove.html", section="my-page", goal=goal)


@signed_in
async def pdf(request: Request) -> Response:
    """GET /my-page/goals/goals.pdf?goal=…&times=…: what I have chosen, on paper. Nobody gets it but who asked."""
    me, form = request.person, ShareForm.from_query(request)
    chosen = set(form.data.goal) if form.valid else set()
    goals, attended = await queries.goals_of(me.id), await queries.attended(me.id, me.name, request.lang)
    if not goals and not attended:
        return see_other(HOME, request)
    shared = [one for one in goals if one.id in chosen and one.words]
    times = attended if form.valid and form.data.times else []
    if not shared and not times:
        nothing: Filled[ShareForm] = ShareForm.blank()
        nothing.add_error("share", _("Velg noe som skal være med i PDF-en."))
        return _listed(request, goals, attended, nothing)
    await printing(me.id, request.now)
    return as_pdf(await paper(me.name, shared, times, request.lang), "viktig-for-meg")


async def _mine(request: Request) -> Goal:
    return await queries.goal_of(request.person.id, parse_id(request.path_params["goal"]))


def _says(goal: Goal) -> Filled[GoalForm]:
    """The form with what stands there now."""
    return GoalForm.blank(text=goal.words or "")


def _page(request: Request, form: Filled[GoalForm], goal: Goal | None) -> Response:
    return render(
        request, "marketplace/my_page/own_goals/goal.html", status=422 if form.errors else 200, form=form,
        goal=goal, section="my-page",
    )  # fmt: skip
