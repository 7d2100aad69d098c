"""Deleting all of a person at their wish. Each step can be done again: whoever is interrupted begins anew."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.base.data import audit, jobs, ledger
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.post import mailbox
from marketplace.my_page.acting.actions import hand_over
from marketplace.privacy.acts import Act
from marketplace.privacy.erasure.queries import (
    ABOUT_THEM,
    ALONE,
    BOOKED_FOR,
    GOES,
    LEFT_TO_THE_DESK,
    LET_IN,
    LIES_READY,
    NOT_LET_IN,
    OWN,
    came_after,
    coming,
    managed_alone,
    sent,
)
from offers.bookings.actions import cancel
from offers.bookings.calendar import let_go
from offers.seats.models import EndedBy


async def erase(
    person: UUID, *, now: datetime, again: Sequence[UUID] | None = None, by_operator: bool = False
) -> None:
    """Delete all that tells who the person is. Numbers stay: that somebody booked, and that somebody came. Done by
    whoever runs the instance where they wrote or rang instead: the audit log then names nobody.

    Seats go to whoever waits. Raises Refused for the last manager of an organisation, unless it is done `again` after a
    restore: then it was done when somebody else managed it too, and went with these persons and nobody else.
    """
    by = None if by_operator else person
    for _attempt in range(3):
        for booking in await coming(person, now, again):
            await cancel(booking, now=now, by=by, ended_by=EndedBy.ERASED)
        ids, addresses = await sent(person)
        await asyncio.to_thread(mailbox.remove, ids, addresses)  # before it: who is interrupted begins anew
        if await _forget(person, now, again, by):
            await asyncio.to_thread(mailbox.remove, ids, addresses)
            return
    raise Conflict(_("Det ble meldt på noe mens vi slettet. Prøv en gang til."))


LATELY = timedelta(days=3)
"""Longer than any page that was open goes on, and than the nights in which a worker is missed."""


async def erase_what_came_after(now: datetime) -> int:
    """What was under way in another window, when somebody was erased, was written after it: a booking, an address, a
    goal. It goes too. Returns of how many there was something."""
    late = await came_after(now, now - LATELY)
    await jobs.each(late, lambda person: erase(person, now=now, by_operator=True))
    return len(late)


async def _forget(person: UUID, now: datetime, again: Sequence[UUID] | None, by: UUID | None) -> bool:
    """The one transaction in which names and addresses go. False: something was booked meanwhile."""
    async with in_transaction():
        # Organisations first, as where members are changed: two last managers at once wait for each other here.
        await rows(
            """SELECT w.id FROM organization w WHERE w.id IN (SELECT organization_id FROM membership
            WHERE person_id = $1 AND role = 'manager' AND ended_at IS NULL) ORDER BY w.id FOR NO KEY UPDATE""",
            person,
        )  # fmt: skip
        await rows("SELECT id FROM person WHERE id = $1 FOR UPDATE", person)  # nobody books as them meanwhile
        if again is None and (alone := await managed_alone(person, LET_IN)):
            raise Refused(_("Du er den eneste lederen i %(names)s. Gi rollen til en annen først.",
                            names=", ".join(alone)))  # fmt: skip
        if await coming(person, now, again):
            return False
        gone = [each for each in await column(GOES, person) if again is None or each in again]
        helping = f"SELECT DISTINCT person_id FROM acts_for a WHERE actor_id = $1 AND NOT {LEFT_TO_THE_DESK}"
        for helped in await column(helping, person):
            if helped not in gone:
                await hand_over(person, helped, now=now)
        await rows(f"DELETE FROM outbox_message m WHERE {ABOUT_THEM}", gone)
        # Whoever stays and has booked for them has their times in a calendar still.
        for booked in await rows(BOOKED_FOR, gone):
            await let_go(booked["booked_by_id"], booked["participant_id"], now=now)
        # An application goes with the only one who stands behind it, who is whom to ask.
        await rows(f"DELETE FROM organization w WHERE w.state = ANY($2) AND {ALONE}", person, NOT_LET_IN)
        await _delete(person, gone)
        await rows("UPDATE person SET name = NULL, lang = 'nb', shielded = false WHERE id = ANY($1)", gone)
        await audit.record(Act.PERSON_ERASED, actor=by, person=person, now=now)
        ledger.note(Lost.PERSON, person, *(each for each in gone if each != person))
    return True


async def _delete(person: UUID, gone: list[UUID]) -> None:
    """What is about these persons only, and what lies ready for the addresses that the person has proven theirs."""
    for table in LIES_READY:
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
    for table in ("companion", "booking_answer", "calendar_entry", "coming_again"):
        await rows(
            f"DELETE FROM {table} t USING booking b WHERE b.id = t.booking_id AND b.participant_id = ANY($1)",
            gone,
        )
    # What is still to be said to them nobody can say any more.
    await rows("DELETE FROM phone_call y USING booking b WHERE b.id = y.booking_id AND y.called_at IS NULL "
               "AND b.participant_id = ANY($1)", gone)  # fmt: skip
    await rows("UPDATE phone_call y SET number = NULL FROM booking b WHERE b.id = y.booking_id "
               "AND y.number IS NOT NULL AND b.participant_id = ANY($1)", gone)  # fmt: skip
    await rows("UPDATE booking SET reply = '', form_digest = NULL WHERE participant_id = ANY($1)", gone)
    for table in OWN:
        await rows(f"DELETE FROM {table} WHERE person_id = ANY($1)", gone)
    await rows(f"DELETE FROM acts_for a WHERE a.actor_id = $1 AND NOT {LEFT_TO_THE_DESK} OR a.person_id = ANY($2)",
               person, gone)  # fmt: skip
