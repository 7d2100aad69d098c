"""Makes addresses of calendars."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime, time
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import at_oslo, today
from marketplace.base.data import audit, ledger
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.signing import secret_hash, signed_in_form
from offers.feeds.acts import Act

SLUG = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are taken for others: a short address is also read aloud."""


async def save_search(query: str, *, owner: UUID | None = None, now: datetime) -> str:
    """The short slug of a canonical query, this owner's or the visitors': the one it has, or a new one."""
    slug = "".join(secrets.choice(SLUG) for _ in range(8))
    found = await value(
        """INSERT INTO saved_search (id, slug, query, created_at, used_at, owner_id) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (query, owner_id) DO UPDATE SET used_at = excluded.used_at RETURNING slug""",
        uuid7(), slug, query, now, at_oslo(today(now), time(0)), owner,
    )  # fmt: skip
    return str(found)


REVOKE = """UPDATE calendar_address SET revoked_at = $2 WHERE person_id = $1 AND hosting = $3
    AND organization_id IS NOT DISTINCT FROM $4 AND revoked_at IS NULL RETURNING id"""


async def make_address(
    person: UUID,
    *,
    hosting: bool = False,
    organization: UUID | None = None,
    form_key: str | None = None,
    now: datetime,
) -> str | None:
    """Make the address of the person's own calendar, of what they lead (`hosting`) or of what an organisation
    arranges; or another one in place of the old, which stops working.

    Returns its secret (192 bits), which only the same form can show again: only the hash is kept. None when that form's
    address has been replaced or stopped since.
    """
    secret = _secret_of(form_key, person, hosting, organization) if form_key else secrets.token_urlsafe(24)
    async with in_transaction():
        # Two tabs at once: the second waits here, and then sees the address of the first.
        await rows("SELECT id FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
        before = await row(
            "SELECT revoked_at FROM calendar_address WHERE secret_hash = $1", secret_hash(secret)
        )
        if before:
            return None if before["revoked_at"] else secret
        ledger.note(Lost.CALENDAR_ADDRESS, *await column(REVOKE, person, now, hosting, organization))
        made = uuid7()
        await rows(
            """INSERT INTO calendar_address (id, person_id, hosting, organization_id, secret_hash, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)""",
            made, person, hosting, organization, secret_hash(secret), now,
        )  # fmt: skip
        await audit.record(Act.CALENDAR_ADDRESS_MADE, actor=person, person=person, object_id=made,
                           organization=organization, now=now)  # fmt: skip
    return secret


def _secret_of(form_key: str, person: UUID, hosting: bool, organization: UUID | None) -> str:
    """A secret that the same form gives again: nobody else has its key and the server's."""
    made = signed_in_form("calendar address", form_key, str(person), str(hosting), str(organization or ""))
    return urlsafe_b64encode(made[:24]).decode()


async def revoke_address(
    person: UUID, *, hosting: bool = False, organization: UUID | None = None, now: datetime
) -> None:
    """Stop that address, if there is one."""
    async with in_transaction():
        if revoked := await row(REVOKE, person, now, hosting, organization):
            ledger.note(Lost.CALENDAR_ADDRESS, revoked["id"])
            await audit.record(Act.CALENDAR_ADDRESS_REVOKED, actor=person, person=person, object_id=revoked["id"],
                               organization=organization, now=now)  # fmt: skip
