"""Whoever changes something of a plan holds the plan alone: what they read of it is what they change.

Without it a goal could be made in a focus area that somebody removes at that moment, and go with it; a plan that is
being retired could be brought back by whoever saves its title; and of two who withdraw a goal both would be written.
"""

from functools import wraps

from starlette.responses import Response

from marketplace.base.data.database import value
from marketplace.base.web.access import View
from marketplace.base.web.http import Request, parse_id
from marketplace.base.web.seen import one_at_a_time

PLAN_OF = {
    "plans": "SELECT id FROM plan WHERE slug = $1",
    "goals": "SELECT plan_id FROM focus_area JOIN goal g ON g.focus_area_id = focus_area.id WHERE g.slug = $1",
    "measures": "SELECT plan_id FROM focus_area JOIN measure m ON m.focus_area_id = focus_area.id WHERE m.id = $1",
}
"""By the first word of the address: the plan that it leads to."""


def holds_plan(view: View) -> View:
    """Marks a view that writes something of the plan, goal or measure in its address. It reads, decides and writes in
    one transaction, in which nobody else changes that plan."""

    @wraps(view)
    async def answer(request: Request) -> Response:
        if request.method != "POST":
            return await view(request)
        room, given = request.scope["path"].split("/")[1], request.path_params
        plan = await value(PLAN_OF[room], parse_id(given["id"]) if room == "measures" else given["slug"])
        if plan is None:
            return await view(request)  # which says that it is not there
        async with one_at_a_time(plan):
            return await view(request)

    answer.holds_plan = True  # type: ignore[attr-defined]
    return answer
