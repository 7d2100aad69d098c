"""What a signed-in person can change of their own."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base import audit
from marketplace.base.database import in_transaction, row, rows
from marketplace.people import actions as people
from marketplace.people.queries import SignedIn, secret_hash
from offers.bookings.rules import ACTIVE
from offers.catalogue.models import Offer
from offers.publishing.team_actions import assign_host
from organizations.members import actions as members

REVOKE = (
    "UPDATE calendar_address SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL RETURNING id"
)


async def describe(person: UUID, *, name: str | None, lang: str) -> None:
    """Set what the person is called, and the language of their messages: also of those about what is booked already."""
    async with in_transaction():
        await people.describe(person, name=name, lang=lang)
        await rows("UPDATE booking SET lang = $2 WHERE booked_by_id = $1 AND state = ANY($3)",
                   person, lang, list(ACTIVE))  # fmt: skip


async def new_calendar_address(person: UUID, *, now: datetime) -> str:
    """Make the person's calendar address, or another one in place of the old, which stops working.

    Returns its secret (192 bits), which nobody can be shown again: only the hash is kept.
    """
    secret = secrets.token_urlsafe(24)
    async with in_transaction():
        # Two tabs at once: the second waits here, and then sees the address of the first.
        await rows("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        await rows(REVOKE, person, now)
        made = uuid7()
        await rows(
            "INSERT INTO calendar_address (id, person_id, secret_hash, created_at) VALUES ($1, $2, $3, $4)",
            made, person, secret_hash(secret), now,
        )  # fmt: skip
        await audit.record("calendar_address.made", actor=person, person=person, object_id=made, now=now)
    return secret


async def revoke_calendar_address(person: UUID, *, now: datetime) -> None:
    """Stop the person's calendar address, if they have one."""
    async with in_transaction():
        if revoked := await row(REVOKE, person, now):
            await audit.record(
                "calendar_address.revoked", actor=person, person=person, object_id=revoked["id"], now=now
            )


async def accept(invitation: dict[str, Any], person: SignedIn, *, name: str | None, now: datetime) -> str:
    """Take the role that one is invited to; a host also leads the offer that the invitation names. Returns the new
    secret of the sign-in. Raises InvitationGone."""
    async with in_transaction():
        secret = await members.accept(invitation["id"], person, now=now)
        if name:
            await people.describe(person.id, name=name, lang=person.lang)
        if invitation["offer_id"]:
            offer = await Offer.get(id=invitation["offer_id"])
            await assign_host(offer, person.id, by=person.id, now=now)
    return secret
