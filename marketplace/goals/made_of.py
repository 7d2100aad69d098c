"""What the pages of a plan and of a goal are made of: while this stands, the page is the same
(base/quick/kept_while.py): all rows of it, so that nobody who changes one has to remember its pages."""

from collections.abc import Hashable

from marketplace.base.web.http import Request
from marketplace.goals.models import AT_MEETING
from marketplace.statistics.made_of import FIGURES, made_of

PARTS = """, whole AS MATERIALIZED ({plan}), areas AS MATERIALIZED (
    SELECT id, xmin FROM focus_area WHERE plan_id = (SELECT id FROM whole)), goals AS MATERIALIZED (
    SELECT id, xmin, slug, focus_area_id, indicator FROM goal WHERE focus_area_id IN (SELECT id FROM areas)
), measures AS MATERIALIZED (
    SELECT id, xmin, focus_area_id FROM measure WHERE focus_area_id IN (SELECT id FROM areas))"""
OF_PLAN = PARTS.format(plan="SELECT id, xmin FROM plan WHERE slug = $3")
OF_GOAL = PARTS.format(
    plan="""SELECT p.id, p.xmin FROM goal g JOIN focus_area a ON a.id = g.focus_area_id
        JOIN plan p ON p.id = a.plan_id WHERE g.slug = $3"""
)
PLAN = f"""{FIGURES}, (SELECT string_agg(x.xmin::text, ' ') FROM (
        SELECT xmin FROM whole UNION ALL SELECT xmin FROM areas UNION ALL SELECT xmin FROM goals
        UNION ALL SELECT xmin FROM measures
        UNION ALL SELECT n.xmin FROM population n WHERE n.municipality_id IN (SELECT id FROM mine)) x) AS plan,
    EXISTS (SELECT FROM goals WHERE indicator = '{AT_MEETING}') AS changing"""
"""Who was at a meeting changes with each register: such a plan is read each time."""
SAID = """(SELECT string_agg(x.line, ' ') FROM (
        SELECT concat(h.xmin, '/', w.xmin) AS line FROM goal_change h LEFT JOIN person w ON w.id = h.changed_by_id
            WHERE h.goal_id = (SELECT id FROM goals WHERE slug = $3)
        UNION ALL SELECT c.xmin::text FROM plan_comment c WHERE c.goal_id = (SELECT id FROM goals WHERE slug = $3)
        UNION ALL SELECT c.xmin::text FROM plan_comment c WHERE c.measure_id IN (SELECT m.id FROM measures m
            WHERE m.focus_area_id = (SELECT focus_area_id FROM goals WHERE slug = $3))) x) AS said"""


async def plan(request: Request) -> Hashable | None:
    """Of a plan's page."""
    return await made_of(request, PLAN, request.path_params["slug"], more=OF_PLAN)


async def goal(request: Request) -> Hashable | None:
    """Of a goal's page."""
    return await made_of(request, f"{PLAN}, {SAID}", request.path_params["slug"], more=OF_GOAL)
