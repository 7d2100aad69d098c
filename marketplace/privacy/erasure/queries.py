"""What goes with a person at their wish, and what would be left without them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column
from marketplace.base.text import name_order
from marketplace.privacy.acts import Act
from offers.seats.models import ACTIVE
from offers.seats.sql import active

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


OWN = ("sign_in", "sign_in_ticket", "totp", "passkey", "recovery_code", "calendar_address", "membership",
       "member_notice", "host_assignment", "host_ended", "register_taken", "own_goal", "contact_point")  # fmt: skip
"""Tables with rows that are one person's."""
LIES_READY = ("outbox_message", "sign_in_ticket", "invitation", "opening_notice", "substitute")
"""Tables of what lies ready for an address, whoever has typed it."""
BOOKED_FOR = """SELECT DISTINCT booked_by_id, participant_id FROM booking
WHERE participant_id = ANY($1) AND NOT booked_by_id = ANY($1)"""
"""Who has booked for one of these persons, and is not among them."""
LEFT_TO_THE_DESK = "(a.relation = 'guide' AND a.desk_id IS NOT NULL)"
"""Has a guide booked for somebody at a desk (acts_for a)? Who is left there rings and helps them, as when the guide has
only gone; the row says no more of the guide than the booking does."""


ABOUT_THEM = f"""(m.person_id = ANY($1) OR m.booking_id IN (
    SELECT id FROM booking b WHERE participant_id = ANY($1) OR booked_by_id = ANY($1) AND NOT EXISTS (
        SELECT FROM acts_for a WHERE a.actor_id = b.booked_by_id AND a.person_id = b.participant_id
        AND {LEFT_TO_THE_DESK})))"""
"""Messages for these persons $1 and about what they have booked, whatever the address. What else lies ready for an
address that they have not proven theirs is for whoever has it: anybody can type it."""


async def sent(person: UUID) -> tuple[set[UUID], set[str]]:
    """Messages about what goes, and the person's own addresses: what the local mailbox may hold of them."""
    gone = await column(GOES, person)
    messages = await column(f"SELECT m.id FROM outbox_message m WHERE {ABOUT_THEM}", gone)
    own = await column("SELECT value FROM contact_point WHERE person_id = ANY($1)", gone)
    return {*messages}, {*own}


async def came_after(now: datetime, since: datetime) -> list[UUID]:
    """Those who were erased since, of whom there is something again: it was under way in another window."""
    return await column(
        f"""SELECT n.id FROM person n WHERE EXISTS (SELECT FROM audit_entry e
                WHERE e.person_id = n.id AND e.action = '{Act.PERSON_ERASED}' AND e.at > $2)
            AND (n.name IS NOT NULL
            OR {" OR ".join(f"EXISTS (SELECT FROM {one} x WHERE x.person_id = n.id)" for one in OWN)}
            OR EXISTS (SELECT FROM acts_for a WHERE a.actor_id = n.id AND NOT {LEFT_TO_THE_DESK})
            OR EXISTS (SELECT FROM booking b JOIN seat_pool p ON p.id = b.pool_id
                WHERE b.participant_id = n.id AND {active()} AND (p.ends_at IS NULL OR p.ends_at > $1)))
        ORDER BY n.id""",
        now, since,
    )  # fmt: skip
