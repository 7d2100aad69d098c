"""What goes with a person at their wish, and what would be left without them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column
from marketplace.base.text import name_order
from offers.seats.models import ACTIVE

GOES = """WITH own AS (
    SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
), me AS (
    SELECT $1::uuid AS id UNION SELECT c.person_id FROM own
        JOIN contact_point c ON c.channel = own.channel AND c.value = own.value AND c.verified_at IS NULL
    WHERE NOT EXISTS (SELECT FROM contact_point v WHERE v.person_id = c.person_id AND v.verified_at IS NOT NULL)
        AND NOT EXISTS (SELECT FROM acts_for a WHERE a.person_id = c.person_id AND a.actor_id <> $1
            AND a.relation <> 'guide' AND a.ended_at IS NULL)
), near AS (
    SELECT b.participant_id AS id FROM booking b JOIN me ON me.id = b.booked_by_id
    UNION SELECT person_id FROM acts_for WHERE actor_id = $1 AND ended_at IS NULL
) SELECT id FROM me UNION SELECT id FROM near WHERE
    NOT EXISTS (SELECT FROM contact_point v WHERE v.person_id = near.id AND v.verified_at IS NOT NULL)
    AND NOT EXISTS (SELECT FROM acts_for a WHERE a.person_id = near.id
        AND (a.relation = 'guide' OR a.actor_id <> $1 AND a.ended_at IS NULL))"""
"""The person $1, and those who are here only through them: guests with an address that is theirs, whatever they called
themselves, for Min side shows these as the person's own to see and to change; and whom they book for. Whoever has a
sign-in, another helper or was helped by a guide stays, and so does whoever they have stopped helping: what is booked
for them is theirs alone."""

ALONE = """EXISTS (SELECT FROM membership m WHERE m.organization_id = w.id AND m.person_id = $1 AND m.role = 'manager'
    AND m.ended_at IS NULL) AND NOT EXISTS (SELECT FROM membership m WHERE m.organization_id = w.id
    AND m.person_id <> $1 AND m.role = 'manager' AND m.ended_at IS NULL)"""
"""Is the person $1 the only one who manages organisation w?"""


LET_IN, NOT_LET_IN = ["approved", "suspended"], ["applied", "declined"]


async def managed_alone(person: UUID, states: list[str]) -> list[str]:
    """Names of the organisations in these states that nobody would manage without the person. One that is let in must
    have somebody; else it goes with the person."""
    return await column(
        f"SELECT w.name FROM organization w WHERE w.state = ANY($2) AND {ALONE} ORDER BY {name_order('w.name')}",
        person, states,
    )  # fmt: skip


async def coming(person: UUID, now: datetime, again: Sequence[UUID] | None = None) -> list[UUID]:
    """Active bookings of what is not over that go with the person, or of those who did when it is done `again`."""
    return await column(
        f"""SELECT b.id FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.participant_id IN ({GOES}) AND b.state = ANY($2) AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND ($4::uuid[] IS NULL OR b.participant_id = ANY($4))
        ORDER BY b.pool_id, b.id""",
        person, list(ACTIVE), now, None if again is None else list(again),
    )  # fmt: skip


ABOUT_THEM = """(m.person_id = ANY($1) OR m.booking_id IN (
    SELECT id FROM booking WHERE participant_id = ANY($1) OR booked_by_id = ANY($1)))"""
"""Messages for these persons $1 and about what they have booked, whatever the address. What else lies ready for an
address that they have not proven theirs is for whoever has it: anybody can type it."""


async def sent(person: UUID) -> tuple[set[UUID], set[str]]:
    """Messages about what goes, and the person's own addresses: what the local mailbox may hold of them."""
    gone = await column(GOES, person)
    messages = await column(f"SELECT m.id FROM outbox_message m WHERE {ABOUT_THEM}", gone)
    own = await column("SELECT value FROM contact_point WHERE person_id = ANY($1)", gone)
    return {*messages}, {*own}
