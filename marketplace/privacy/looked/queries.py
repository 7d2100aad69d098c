"""Who has read something about a person, from the audit log."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.privacy.looked.rules import READS, what
from offers.bookings.mine import HELPED, MINE
from offers.catalogue.queries import offer_text
from offers.seats.sql import active, covers

A_PAGE = 50

LOOKED = f"""SELECT e.id, e.at, e.action, e.details ->> 'list' AS list, k.name AS who, w.name AS organization,
    t.title, t.lang AS text_lang
FROM (
    SELECT e.* FROM (
        SELECT b.offer_id AS id, b.created_at AS since, b.state, b.changed_at FROM mine JOIN booking b USING (id)
        UNION ALL SELECT s.id, b.created_at, b.state, b.changed_at FROM mine JOIN booking b USING (id)
            JOIN seat_pool p ON p.id = b.pool_id
            JOIN session s ON s.offer_id = b.offer_id AND {covers()}
    ) x JOIN audit_entry e ON e.object_id = x.id AND e.at >= x.since
        AND (e.at <= x.changed_at OR {active("x")})
    UNION SELECT * FROM audit_entry WHERE person_id = $1
) e
LEFT JOIN person k ON k.id = e.actor_id LEFT JOIN organization w ON w.id = e.organization_id
LEFT JOIN session s ON s.id = e.object_id LEFT JOIN offer o ON o.id = coalesce(s.offer_id, e.object_id)
LEFT JOIN {offer_text("$2")} t ON true
WHERE e.action IN ('{"', '".join(READS)}') AND e.actor_id IS DISTINCT FROM $1"""
"""Readings of lists on which the person $1 stood then, and of theirs alone; not their own. Needs mine (OF_MINE)."""
OF_MINE = f"WITH mine AS (SELECT b.id FROM booking b WHERE b.id IN ({MINE}) AND NOT {HELPED})"


@dataclass(frozen=True, slots=True)
class Look:
    """A reading: of what list, by whom (None: no longer here), and the offer's title where it was of one."""

    id: UUID
    at: datetime
    action: str
    list: str | None
    who: str | None
    organization: str | None
    title: str | None
    text_lang: str | None

    @property
    def what(self) -> str:
        return what(self.action, self.list)


async def looked(person: UUID, lang: str, before: UUID | None) -> tuple[list[Look], UUID | None]:
    """Who has looked, newest first, a page of those `before` this entry, and the entry before which more stand."""
    found = await rows(
        Look,
        f"""{OF_MINE} {LOOKED}
            AND ($3::uuid IS NULL OR (e.at, e.id) < (SELECT a.at, a.id FROM audit_entry a WHERE a.id = $3))
        ORDER BY e.at DESC, e.id DESC LIMIT {A_PAGE + 1}""",
        person, lang, before,
    )  # fmt: skip
    page = found[:A_PAGE]
    return page, page[-1].id if len(found) > A_PAGE else None
