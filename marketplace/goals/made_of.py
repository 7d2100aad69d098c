"""What the pages of a plan and of a goal are made of: while this stands, the page is the same
(base/web/kept_while.py). All rows of it, so that nobody who changes one has to remember its pages."""

from collections.abc import Hashable

from marketplace.base.web.http import Request
from marketplace.goals.models import AT_MEETING
from marketplace.statistics.made_of import FIGURES, made_of

PLAN = """{figures}, (SELECT md5(string_agg(x.line, '' ORDER BY x.line)) FROM (
        SELECT p::text AS line FROM plan p WHERE p.id = {plan}
        UNION ALL SELECT a::text FROM focus_area a WHERE a.plan_id = {plan}
        UNION ALL SELECT g::text FROM goal g JOIN focus_area a ON a.id = g.focus_area_id WHERE a.plan_id = {plan}
        UNION ALL SELECT m::text FROM measure m JOIN focus_area a ON a.id = m.focus_area_id WHERE a.plan_id = {plan}
        UNION ALL SELECT n::text FROM population n WHERE n.municipality_id IN (SELECT id FROM mine)) x) AS plan,
    EXISTS (SELECT FROM goal g JOIN focus_area a ON a.id = g.focus_area_id
        WHERE a.plan_id = {plan} AND g.indicator = '{meeting}') AS changing"""
"""Who was at a meeting changes with each register: such a plan is read each time."""
SAID = """(SELECT md5(string_agg(x.line, '' ORDER BY x.line)) FROM (
        SELECT h::text || coalesce(w.name, '') AS line FROM goal_change h JOIN goal g ON g.id = h.goal_id
            LEFT JOIN person w ON w.id = h.changed_by_id WHERE g.slug = $3
        UNION ALL SELECT c::text FROM plan_comment c JOIN goal g ON g.id = c.goal_id WHERE g.slug = $3
        UNION ALL SELECT c::text FROM plan_comment c JOIN measure m ON m.id = c.measure_id
            JOIN goal g ON g.focus_area_id = m.focus_area_id WHERE g.slug = $3) x) AS said"""
PAGE_OF_PLAN = PLAN.format(figures=FIGURES, meeting=AT_MEETING, plan="(SELECT id FROM plan WHERE slug = $3)")
PAGE_OF_GOAL = PLAN.format(
    figures=FIGURES, meeting=AT_MEETING,
    plan="(SELECT a.plan_id FROM goal g JOIN focus_area a ON a.id = g.focus_area_id WHERE g.slug = $3)",
) + f", {SAID}"  # fmt: skip


async def plan(request: Request) -> Hashable | None:
    """Of a plan's page."""
    return await made_of(request, PAGE_OF_PLAN, request.path_params["slug"])


async def goal(request: Request) -> Hashable | None:
    """Of a goal's page."""
    return await made_of(request, PAGE_OF_GOAL, request.path_params["slug"])
