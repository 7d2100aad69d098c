"""What a coordinator's pages of figures are made of: while this stands, the same page is the same
(base/web/kept_while.py). One statement each."""

from collections.abc import Hashable
from typing import Any

from marketplace.base.data.database import row
from marketplace.base.web.http import Request
from organizations.members.models import Role
from organizations.members.queries import COORDINATED

FIGURES = """(SELECT array_agg(id ORDER BY id) FROM mine) AS mine,
    (SELECT revision FROM catalogue_revision WHERE id = 1) AS catalogue,
    (SELECT count(*) FROM closing WHERE municipality_id IN (SELECT id FROM mine)) AS closings,
    (SELECT md5(string_agg(d::text, '' ORDER BY d.id)) FROM district d WHERE d.municipality_id IN (SELECT id FROM mine))
        AS districts,
    (SELECT md5(string_agg(g.title::text, '' ORDER BY g.id)) FROM plan p JOIN focus_area a ON a.plan_id = p.id
        JOIN goal g ON g.focus_area_id = a.id WHERE p.municipality_id IN (SELECT id FROM mine)
        AND EXISTS (SELECT FROM goal_figure f WHERE f.goal_id = g.id)) AS old"""
"""Columns, with COORDINATED before them: which municipalities are read, their closings (none ever changes or goes), and
the names that stand beside figures: of districts, and of goals with figures by the old rule. Those of organisations are
in the catalogue's revision."""
GAPS = """(SELECT md5(string_agg(p::text, '' ORDER BY p.id)) FROM district_place p
        WHERE p.municipality_id IN (SELECT id FROM mine)) AS places,
    (SELECT md5(string_agg(i::text || m.offer_id::text, '' ORDER BY i.id)) FROM dialogue_item i
        JOIN dialogue d ON d.id = i.dialogue_id LEFT JOIN dialogue_meeting m ON m.id = i.meeting_id
        WHERE d.municipality_id IN (SELECT id FROM mine)) AS items,
    (SELECT md5(string_agg(d::text, '' ORDER BY d.id)) FROM dialogue d
        WHERE d.municipality_id IN (SELECT id FROM mine)) AS dialogues"""


async def made_of(request: Request, columns: str, *values: Any) -> Hashable | None:
    """The columns for whoever asks; None where they coordinate nothing, or where the column `changing` is true."""
    found = await row(f"{COORDINATED} SELECT {columns}", request.person.id, [Role.COORDINATOR], *values)
    if found is None or not found["mine"] or found.get("changing"):
        return None
    return tuple(tuple(one) if isinstance(one, list) else one for one in found.values())


async def figures(request: Request) -> Hashable | None:
    """Of pages of statistics."""
    return await made_of(request, FIGURES)


async def coverage(request: Request) -> Hashable | None:
    """Of the coverage map, but for who has booked and what has begun: it is made again each second."""
    return await made_of(request, f"{FIGURES}, {GAPS}")
