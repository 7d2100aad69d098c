"""Reads of somebody's own goals: always by whose they are, and by nothing else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.errors import NotFound
from marketplace.my_page.own_goals.rules import Attended, Goal, opened
from marketplace.my_page.rules import is_own
from offers.bookings.mine import CALLED, HELPED, MINE
from offers.catalogue.queries import offer_text
from offers.catalogue.recorded import MARKS

MOST_ATTENDED = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """The statement's row."""

    id: UUID
    sealed: str
    created_at: datetime
    changed_at: datetime


async def goals_of(person: UUID) -> list[Goal]:
    """The person's goals, the first that they wrote first."""
    found = await rows(
        Stored,
        "SELECT id, sealed, created_at, changed_at FROM own_goal WHERE person_id = $1 ORDER BY created_at, id",
        person,
    )
    return [Goal(one.id, opened(person, one.sealed), one.created_at, one.changed_at) for one in found]


async def goal_of(person: UUID, goal: UUID) -> Goal:
    """One of the person's goals. Raises NotFound for any other."""
    found = next((one for one in await goals_of(person) if one.id == goal), None)
    if found is None:
        raise NotFound
    return found


async def attended(person: UUID, name: str | None, lang: str) -> list[Attended]:
    """When the person was there, the latest first, as far as registers that are closed say so."""
    found = await rows(
        Attended,
        f"""WITH mine AS ({MINE})
        SELECT b.participant_id, b.booked_by_id, {CALLED} AS participant,
            c.person_id IS NOT DISTINCT FROM b.participant_id AS reaches_participant,
            t.title, t.lang AS text_lang, s.starts_at, s.ends_at
        FROM mine JOIN booking b USING (id) JOIN {MARKS} a ON a.booking_id = b.id AND a.state = 'present'
            JOIN session s ON s.id = a.session_id JOIN offer o ON o.id = b.offer_id JOIN {offer_text("$2")} t ON true
            JOIN person n ON n.id = b.participant_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE NOT {HELPED} AND s.status <> 'cancelled'
        ORDER BY s.starts_at DESC, b.id LIMIT {MOST_ATTENDED}""",
        person, lang,
    )  # fmt: skip
    return [one for one in found if is_own(one, person, name)]
