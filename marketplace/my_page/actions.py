"""What a signed-in person can change of their own."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ledger import Lost
from marketplace.my_page.acts import Act
from marketplace.people import actions
from offers.seats.models import ACTIVE

THEIR_WORD = """UPDATE booking b SET lang = $2 WHERE b.state = ANY($3) AND (b.contact_id IS NULL AND b.booked_by_id = $1
    OR b.contact_id IN (SELECT c.id FROM contact_point own
        JOIN contact_point c ON c.channel = own.channel AND c.value = own.value
        WHERE own.person_id = $1 AND (own.verified_at IS NOT NULL OR c.id = own.id)))
RETURNING b.id"""
"""What is said of a booking is said in the language of whoever reads it: of all whose messages go to this person, also
what was booked as a guest or by a guide; and of nothing that they have booked for somebody who gets it themselves."""


async def describe(person: UUID, *, name: str | None, lang: str) -> None:
    """Set what the person is called, and the language of their messages: also of those about what is booked already,
    and of those that have not left yet."""
    async with in_transaction():
        await actions.describe(person, name=name, lang=lang)
        theirs = await column(THEIR_WORD, person, lang, list(ACTIVE))
        await rows(
            """UPDATE outbox_message SET lang = $2 WHERE sent_at IS NULL AND failed_at IS NULL
                AND (booking_id = ANY($3) OR booking_id IS NULL AND person_id = $1)""",
            person, lang, theirs,
        )  # fmt: skip


SHIELD = """UPDATE person SET shielded = $2 WHERE id = $1 OR NOT $2 AND id IN (
    SELECT c.person_id FROM contact_point own
    JOIN contact_point c ON c.channel = own.channel AND c.value = own.value AND c.verified_at IS NULL
    WHERE own.person_id = $1 AND own.verified_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM contact_point v WHERE v.person_id = c.person_id AND v.verified_at IS NOT NULL))"""


async def shield(person: UUID, alias: bool, *, now: datetime) -> None:
    """Show an alias for the person on lists, or their name again: also for what is booked already, signed in or as a
    guest with an address that they have proven theirs (offers/bookings/queries.py:HIDDEN reads that). Their name shows
    again where a guide has wished for an alias for them, too."""
    async with in_transaction():
        await rows(SHIELD, person, alias)
        ledger.note(Lost.OWN_NAME, person, number=int(alias))
        await audit.record(Act.ALIAS_CHANGED, actor=person, person=person, now=now)
