"""What waits for a coordinator: organisations, registers, meetings. No number of anybody, and no offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.text import name_order
from marketplace.goals.models import Goal
from marketplace.today.rules import AGAIN_AFTER
from offers.catalogue.queries import offer_text
from offers.catalogue.recorded import REGISTERS_FOR
from offers.work.told.queries import LACKS_REGISTER
from organizations.members.queries import APPROVAL_REACH
from organizations.notices.models import Notice
from organizations.notices.queries import told

MOST_GOALS = 200


@dataclass(frozen=True)
class Lacking:
    """An organisation with sessions of the last month whose register nobody has saved. `decides`: the coordinator
    decides about it, and does not only read; `reached`: somebody there is told; `reminded_at`: when they last were, if
    that was lately."""

    id: UUID
    slug: str
    name: str
    sessions: int
    decides: bool
    reached: bool
    reminded_at: datetime | None

    @property
    def to_remind(self) -> bool:
        return self.decides and self.reached and self.reminded_at is None


@dataclass(frozen=True)
class Meeting:
    """A meeting of a dialogue to come."""

    dialogue: str
    slug: str
    title: str
    lang: str
    starts_at: datetime
    ends_at: datetime
    organizations: int


async def lacking(person: Any, now: datetime) -> list[Lacking]:
    """The organisations in this coordinator's reach that have registers to save, by name. Sessions only: nobody is
    counted."""
    return await rows(
        Lacking,
        f"""WITH {APPROVAL_REACH} SELECT w.id, w.slug, w.name, count(*) AS sessions, a.decides,
            EXISTS (SELECT FROM {told(Notice.REGISTERS)} t WHERE t.organization_id = w.id) AS reached,
            (SELECT sent_at FROM register_reminder x WHERE x.organization_id = w.id AND x.sent_at > $4) AS reminded_at
        FROM approval_reach a JOIN organization w USING (id) JOIN offer o ON o.owner_id = w.id
            JOIN session s ON s.offer_id = o.id
        WHERE w.state = 'approved' AND {LACKS_REGISTER.format(now="$2", since="$3")}
        GROUP BY w.id, w.slug, w.name, a.decides ORDER BY {name_order('w.name')}, w.id LIMIT 200""",
        person.id, now, now - REGISTERS_FOR, now - AGAIN_AFTER,
    )  # fmt: skip


async def meetings(municipalities: list[UUID], lang: str, now: datetime) -> list[Meeting]:
    """The next meetings of the dialogues, and how many organisations have somebody who is booked."""
    return await rows(
        Meeting,
        f"""SELECT d.slug AS dialogue, o.slug, t.title, t.lang, s.starts_at, s.ends_at,
            (SELECT count(DISTINCT b.organization_id) FROM booking b
                WHERE b.offer_id = o.id AND b.state = 'confirmed') AS organizations
        FROM dialogue d JOIN dialogue_meeting m ON m.dialogue_id = d.id JOIN offer o ON o.id = m.offer_id
            JOIN session s ON s.offer_id = o.id AND s.status <> 'cancelled'
        JOIN {offer_text("$2", "title, lang")} t ON true
        WHERE d.municipality_id = ANY($1) AND o.state = 'published' AND s.ends_at > $3
        ORDER BY s.starts_at, s.id LIMIT 3""",
        municipalities, lang, now,
    )  # fmt: skip


async def goals(municipalities: list[UUID], year: int) -> list[Goal]:
    """The goals that this year counts for, in plans that stand."""
    found: list[Goal] = (
        await Goal.filter(
            focus_area__plan__municipality_id__in=municipalities, focus_area__plan__retired_at=None, withdrawn_at=None,
            first_year__lte=year, last_year__gte=year,
        )
        .select_related("focus_area__plan")
        .order_by("slug")
        .limit(MOST_GOALS)
    )  # fmt: skip
    return found
