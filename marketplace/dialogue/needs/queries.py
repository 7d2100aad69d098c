"""Reads of what residents miss. Fetching is permission: coordinators see what was said in their municipalities."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import NotFound
from marketplace.dialogue.acts import Act
from organizations.members.queries import coordinated_municipalities

PAGE = 50
UNSAID = "-"
"""In place of an audience or a district that they did not say."""


@dataclass(frozen=True, slots=True)
class Group:
    """What was said of one audience in one district: how often, and when last. None: they did not say which."""

    audience: str | None
    district: str | None
    district_name: str | None
    said: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody misses, in their own words."""

    id: UUID
    text: str
    audience: str | None
    district_id: UUID | None
    district: str | None
    municipality: str
    said_at: datetime
    taken_at: datetime | None
    taken_by: str | None
    """What whoever made an item of it is called."""
    item_at: str | None
    """Where the item stands: the dialogue, or its meeting."""


async def groups(municipality: UUID) -> list[Group]:
    """What is missed in a municipality, by audience and district, the most often said first."""
    return await rows(
        Group,
        """SELECT n.audience, d.slug AS district, d.name AS district_name, count(*) AS said, max(n.said_at) AS last
        FROM need n LEFT JOIN district d ON d.id = n.district_id WHERE n.municipality_id = $1
        GROUP BY n.audience, d.slug, d.name ORDER BY said DESC, last DESC, n.audience, d.slug LIMIT 200""",
        municipality,
    )


SAID = f"""SELECT n.id, n.text, n.audience, n.district_id, d.name AS district, m.slug AS municipality,
    n.said_at, n.taken_at,
    (SELECT p.name FROM audit_entry a JOIN person p ON p.id = a.actor_id
        WHERE n.taken_at IS NOT NULL AND a.object_id = n.id AND a.at = n.taken_at AND a.action = '{Act.NEED_TAKEN}'
        LIMIT 1) AS taken_by,
    '/dialogues/' || g.slug || coalesce('/meetings/' || o.slug, '') AS item_at
FROM need n JOIN municipality m ON m.id = n.municipality_id LEFT JOIN district d ON d.id = n.district_id
LEFT JOIN (dialogue_item i JOIN dialogue g ON g.id = i.dialogue_id
    LEFT JOIN (dialogue_meeting x JOIN offer o ON o.id = x.offer_id) ON x.id = i.meeting_id) ON i.id = n.item_id"""


async def said(
    municipality: UUID, audience: str, district: str, before: UUID | None
) -> tuple[list[Said], UUID | None]:
    """A page of what was said there, the newest first, and where the next one begins. Empty `audience` and slug of a
    `district`: all; UNSAID: what does not say it. Keys go by the time they were made, so they are the order."""
    found = await rows(
        Said,
        f"""{SAID} WHERE n.municipality_id = $1 AND $2 IN ('', coalesce(n.audience, '{UNSAID}'))
            AND $3 IN ('', coalesce(d.slug, '{UNSAID}')) AND ($4::uuid IS NULL OR n.id < $4)
        ORDER BY n.id DESC LIMIT {PAGE + 1}""",
        municipality, audience, district, before,
    )  # fmt: skip
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


async def need_of(person: Any, id: UUID) -> Said:  # noqa: A002 - an id is called id here
    """One of those that the person may see. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    found = await row(Said, f"{SAID} WHERE n.id = $1 AND n.municipality_id = ANY($2)", id, reached)
    if found is None:
        raise NotFound
    return found


async def was_removed(id: UUID) -> bool:  # noqa: A002 - an id is called id here
    """Has a coordinator taken it away?"""
    return bool(
        await value(
            "SELECT EXISTS (SELECT FROM audit_entry WHERE object_id = $1 AND action = $2)",
            id,
            Act.NEED_REMOVED,
        )
    )


async def said_since(municipalities: list[UUID], since: datetime) -> int:
    """How often somebody has said what they miss in these municipalities since then."""
    count: int = await value(
        "SELECT count(*) FROM need WHERE municipality_id = ANY($1) AND said_at > $2", municipalities, since
    )
    return count
