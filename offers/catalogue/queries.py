"""Reads of the catalogue. `published` is the one place that knows who may see an offer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marketplace.base.database import rows
from organizations.members.queries import is_staff


@dataclass(frozen=True)
class Viewer:
    """Who looks: visitors see public offers, staff also staff's, members what is shown to their organisations."""

    staff: bool = False
    organizations: tuple[UUID, ...] = ()


VISITOR = Viewer()


async def viewer_of(person: Any) -> Viewer:
    """The viewer behind a request (`request.person`)."""
    if person is None:
        return VISITOR
    mine = await rows(
        "SELECT DISTINCT organization_id AS id FROM membership WHERE person_id = $1 AND ended_at IS NULL", person.id
    )
    return Viewer(await is_staff(person.id), tuple(row["id"] for row in mine)) if mine else VISITOR


def published(viewer: Viewer, values: list[Any]) -> str:
    """SQL that holds for the offers this viewer may see, over the aliases o (offer) and w (its owner).

    Appends what it needs to `values`, the statement's $ parameters. Search, pages, feeds, maps and caches all ask
    this; nothing else decides.
    """
    base = "o.state = 'published' AND w.state = 'approved'"
    if viewer == VISITOR:
        return f"{base} AND o.visibility = 'public'"
    ways = ["o.visibility = 'public'"]
    if viewer.staff:
        ways.append("o.visibility = 'staff'")
    if viewer.organizations:
        values.append(list(viewer.organizations))
        mine = f"ANY(${len(values)}::uuid[])"
        ways.append(f"o.owner_id = {mine}")
        ways.append(
            "o.visibility = 'members' AND EXISTS (SELECT 1 FROM offer_audience_organization a "
            f"WHERE a.offer_id = o.id AND a.organization_id = {mine})"
        )
    return f"{base} AND ({' OR '.join(ways)})"
