"""What a coordinator's pages of figures are made of: while this stands, the same page is the same
(base/quick/kept_while.py). One statement each."""

from collections.abc import Hashable
from typing import Any

from marketplace.base.data.database import row
from marketplace.base.web.http import Request
from organizations.members.models import Role
from organizations.members.queries import COORDINATED

FIGURES = """(SELECT array_agg(id ORDER BY id) FROM mine) AS mine,
    (SELECT revision FROM catalogue_revision WHERE id = 1) AS catalogue,
    (SELECT count(*) FROM closing WHERE municipality_id IN (SELECT id FROM mine)) AS closings,
    (SELECT string_agg(d.xmin::text, ' ') FROM district d WHERE d.municipality_id IN (SELECT id FROM mine))
        AS districts"""
"""Columns, with COORDINATED before them: which municipalities are read, their closings (none ever changes or goes), and
the names that stand beside figures. Those of organisations are in the catalogue's revision. Of other rows it is who
wrote them last, xmin: a row that is new or changed has one that no row had before, and one that goes is missing."""
OLD = """(SELECT string_agg(g.xmin::text, ' ') FROM plan p JOIN focus_area a ON a.plan_id = p.id
        JOIN goal g ON g.focus_area_id = a.id WHERE p.municipality_id IN (SELECT id FROM mine)
        AND EXISTS (SELECT FROM goal_figure f WHERE f.goal_id = g.id)) AS old"""
"""Goals with figures by the old rule."""
GAPS = """(SELECT string_agg(p.xmin::text, ' ') FROM district_place p
        WHERE p.municipality_id IN (SELECT id FROM mine)) AS places,
    (SELECT string_agg(concat(i.xmin, m.xmin), ' ') FROM dialogue_item i JOIN dialogue d ON d.id = i.dialogue_id
        LEFT JOIN dialogue_meeting m ON m.id = i.meeting_id
        WHERE d.municipality_id IN (SELECT id FROM mine)) AS items,
    (SELECT concat(count(*), max(n.id::text)) FROM need n
        WHERE n.municipality_id IN (SELECT id FROM mine)) AS needs,
    (SELECT string_agg(d.xmin::text, ' ') FROM dialogue d
        WHERE d.municipality_id IN (SELECT id FROM mine)) AS dialogues"""


async def made_of(request: Request, columns: str, *values: Any, more: str = "") -> Hashable | None:
    """The columns for whoever asks; None where they coordinate nothing, or where the column `changing` is true. `more`
    goes on where COORDINATED ends."""
    found = await row(f"{COORDINATED}{more} SELECT {columns}", request.person.id, [Role.COORDINATOR], *values)
    if found is None or not found["mine"] or found.get("changing"):
        return None
    return tuple(tuple(one) if isinstance(one, list) else one for one in found.values())


async def figures(request: Request) -> Hashable | None:
    """Of pages of statistics."""
    return await made_of(request, f"{FIGURES}, {OLD}")


async def coverage(request: Request) -> Hashable | None:
    """Of the coverage map, but for who has booked and what has begun: it is made again each second."""
    return await made_of(request, f"{FIGURES}, {GAPS}")
