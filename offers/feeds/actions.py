"""Makes addresses of calendars."""

import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.signing import secret_hash, signed_in_form
from offers.feeds.acts import Act

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
        if revoked := await value(REVOKE, person, now, hosting, organization):
            ledger.note(Lost.CALENDAR_ADDRESS, revoked)
            await audit.record(Act.CALENDAR_ADDRESS_REVOKED, actor=person, person=person, object_id=revoked,
                               organization=organization, now=now)  # fmt: skip
