"""Deleting all of a person at their wish. Each step can be done again: whoever is interrupted begins anew."""

import asyncio
from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.post import mailbox
from marketplace.base.text import name_order
from marketplace.my_page.acting.actions import hand_over
from offers.bookings.actions import cancel
from offers.seats.models import EndedBy
from offers.seats.rules import ACTIVE

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


async def coming(person: UUID, now: datetime) -> list[UUID]:
    """Active bookings of what is not over that go with the person."""
    return await column(
        f"""SELECT b.id FROM booking b JOIN seat_pool p ON p.id = b.pool_id
        WHERE b.participant_id IN ({GOES}) AND b.state = ANY($2) AND (p.ends_at IS NULL OR p.ends_at > $3)
        ORDER BY b.pool_id, b.id""",
        person, list(ACTIVE), now,
    )  # fmt: skip


async def erase(person: UUID, *, now: datetime) -> None:
    """Delete all that tells who the person is. Numbers stay: that somebody booked, and that somebody came.

    Seats go to whoever waits. Raises Refused for the last manager of an organisation.
    """
    for _attempt in range(3):
        for booking in await coming(person, now):
            await cancel(booking, now=now, by=person, ended_by=EndedBy.ERASED)
        ids, addresses = await _sent(person)
        await asyncio.to_thread(mailbox.remove, ids, addresses)  # before it: who is interrupted begins anew
        if await _forget(person, now):
            await asyncio.to_thread(mailbox.remove, ids, addresses)
            return
    raise Conflict(_("Det ble meldt på noe mens vi slettet. Prøv en gang til."))


async def _sent(person: UUID) -> tuple[set[UUID], set[str]]:
    """Messages about what goes, and the person's own addresses: what the local mailbox may hold of them."""
    gone = await column(GOES, person)
    messages = await column(f"SELECT m.id FROM outbox_message m WHERE {ABOUT_THEM}", gone)
    own = await column("SELECT value FROM contact_point WHERE person_id = ANY($1)", gone)
    return {*messages}, {*own}


async def _forget(person: UUID, now: datetime) -> bool:
    """The one transaction in which names and addresses go. False: something was booked meanwhile."""
    async with in_transaction():
        # Organisations first, as where members are changed: two last managers at once wait for each other here.
        await rows(
            """SELECT w.id FROM organization w WHERE w.id IN (SELECT organization_id FROM membership
            WHERE person_id = $1 AND role = 'manager' AND ended_at IS NULL) ORDER BY w.id FOR NO KEY UPDATE""",
            person,
        )  # fmt: skip
        await rows("SELECT id FROM person WHERE id = $1 FOR UPDATE", person)  # nobody books as them meanwhile
        if alone := await managed_alone(person, LET_IN):
            raise Refused(_("Du er den eneste lederen i %(names)s. Gi rollen til en annen først.",
                            names=", ".join(alone)))  # fmt: skip
        if await coming(person, now):
            return False
        gone = await column(GOES, person)
        for helped in await column("SELECT DISTINCT person_id FROM acts_for WHERE actor_id = $1", person):
            if helped not in gone:
                await hand_over(person, helped, now=now)
        await rows(f"DELETE FROM outbox_message m WHERE {ABOUT_THEM}", gone)
        # An application goes with the only one who stands behind it, who is whom to ask.
        await rows(f"DELETE FROM organization w WHERE w.state = ANY($2) AND {ALONE}", person, NOT_LET_IN)
        await _delete(person, gone)
        await rows("UPDATE person SET name = NULL, lang = 'nb', shielded = false WHERE id = ANY($1)", gone)
        await audit.record("person.erased", actor=person, person=person, now=now)
    return True


ABOUT_THEM = """(m.person_id = ANY($1) OR m.booking_id IN (
    SELECT id FROM booking WHERE participant_id = ANY($1) OR booked_by_id = ANY($1)))"""
"""Messages for these persons $1 and about what they have booked, whatever the address. What else lies ready for an
address that they have not proven theirs is for whoever has it: anybody can type it."""


async def _delete(person: UUID, gone: list[UUID]) -> None:
    """What is about these persons only, and what lies ready for the addresses that the person has proven theirs."""
    for table in ("outbox_message", "sign_in_ticket", "invitation", "opening_notice"):
        await rows(
            f"""DELETE FROM {table} t USING contact_point own WHERE own.person_id = $1
            AND own.verified_at IS NOT NULL AND t.channel = own.channel AND t.address = own.value""",
            person,
        )
    # Also where somebody else gave the address for a booking of theirs: they are rung instead.
    await rows(
        """DELETE FROM contact_point c USING contact_point own WHERE own.person_id = $1 AND own.verified_at IS NOT NULL
        AND c.channel = own.channel AND c.value = own.value AND c.verified_at IS NULL""",
        person,
    )
    await rows("DELETE FROM saved_search WHERE owner_id = $1", person)
    for table in ("companion", "booking_answer", "calendar_entry"):
        await rows(
            f"DELETE FROM {table} t USING booking b WHERE b.id = t.booking_id AND b.participant_id = ANY($1)",
            gone,
        )
    await rows("UPDATE booking SET reply = '', form_digest = NULL WHERE participant_id = ANY($1)", gone)
    for table in ("sign_in", "sign_in_ticket", "totp", "passkey", "recovery_code", "calendar_address", "membership",
                  "member_notice", "host_assignment", "contact_point"):  # fmt: skip
        await rows(f"DELETE FROM {table} WHERE person_id = ANY($1)", gone)
    await rows("DELETE FROM acts_for WHERE actor_id = $1 OR person_id = ANY($2)", person, gone)
