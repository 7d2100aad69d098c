"""Whoever changes something of a plan holds it alone: what was true when the page was read may not be any more when it
is written. Every route that writes of a plan, a goal or a measure waits for whoever changes that plan at the moment,
and then decides by what stands there."""

from contextvars import copy_context

import pytest
from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.data.database import rows
from marketplace.base.web.seen import one_at_a_time
from marketplace.goals.models import FocusArea, Goal, Measure, Plan
from marketplace.goals.plans import actions as plans_actions
from tests.at_once import waiting
from tests.conftest import NOW
from tests.house.test_bad_input import encoded, form_of, send
from tests.house.test_once import POSTS, insider, town
from tests.house.town import Town, content
from tests.visitor import Visitor

__all__ = ["insider", "town"]

OF_PLANS = [
    path for path in POSTS if path.startswith(("/plans/{slug}/", "/goals/{slug}/", "/measures/{id}/"))
]
ONLY_READS = {"/plans/{slug}/copy": "it makes another plan, of what this one has at that moment"}
HOLDS = [path for path in OF_PLANS if path not in ONLY_READS]
EACH = pytest.mark.parametrize("route", [POSTS[path] for path in HOLDS], ids=HOLDS)


def test_every_route_that_writes_of_a_plan_holds_it() -> None:
    marked = []
    for path, route in POSTS.items():
        assert isinstance(route.endpoint, Guarded)
        if getattr(route.endpoint.view, "holds_plan", False):
            marked.append(path)
    assert marked == HOLDS


@EACH
async def test_it_waits_and_then_goes_by_what_is_there(route: Route, town: Town, insider: Visitor) -> None:
    path, fields = await form_of(route, town, insider)
    plan = await Plan.get(slug="temaplan")
    outside = copy_context()
    async with one_at_a_time(plan.id):
        # Somebody else retires it: nothing in it is changed any more.
        await rows("UPDATE plan SET retired_at = $2 WHERE id = $1", plan.id, NOW)
        before = await content()
        sent = await waiting(send(insider, path, encoded(fields)), outside)
    answer = await sent
    if route.path == "/plans/{slug}/bring-back":
        assert answer.status == 303, "the one act that a retired plan takes"
        return
    assert answer.status == 404, answer.text
    assert await content() == before


async def test_no_goal_is_lost_with_a_focus_area_that_is_removed_at_that_moment(
    town: Town, caller: Visitor
) -> None:
    await caller.sign_in(town.people["coordinator"])
    route = POSTS["/plans/{slug}/goals/new"]
    path, fields = await form_of(route, town, caller)
    await Goal.all().delete()
    await Measure.all().delete()
    area = await FocusArea.get().select_related("plan")
    outside = copy_context()
    async with one_at_a_time(area.plan.id):
        await plans_actions.remove_area(area, by=town.people["coordinator"].id, now=NOW)
        sent = await waiting(send(caller, path, encoded(fields)), outside)
    answer = await sent
    assert answer.status == 422, "it is asked for a focus area that is there"
    assert await Goal.all().count() == 0
