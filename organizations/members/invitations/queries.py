"""Reads of invitations."""

from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.signing import secret_hash
from organizations.members.rules import LINK

INVITATION = """SELECT i.id, i.role, i.channel, i.address, i.lang, i.offer_id, i.leads_as, i.created_at, i.expires_at,
    i.accepted_at, i.ended_at, i.organization_id, w.name AS organization, w.slug, w.state
FROM invitation i JOIN organization w ON w.id = i.organization_id"""
UNANSWERED = "i.accepted_at IS NULL AND i.ended_at IS NULL"


async def invitations(organization: UUID) -> list[dict[str, Any]]:
    """What nobody has answered yet, the newest first; also what has run out meanwhile, which can be sent anew."""
    return await rows(
        f"{INVITATION} WHERE i.organization_id = $1 AND {UNANSWERED} ORDER BY i.id DESC LIMIT 200",
        organization,
    )


async def invitation_in(organization: UUID, id: UUID) -> dict[str, Any]:  # noqa: A002
    """An invitation of this organisation that nobody has answered. Raises NotFound."""
    found = await row(
        f"{INVITATION} WHERE i.organization_id = $1 AND i.id = $2 AND {UNANSWERED}", organization, id
    )
    if found is None:
        raise NotFound
    return found


async def invitation_of(token: str) -> dict[str, Any]:
    """The invitation with this link, whatever has become of it. Raises NotFound: sent anew, it has another link."""
    read = LINK.read(token)
    if read:
        found = await row(f"{INVITATION} WHERE i.id = $1 AND date_trunc('second', i.expires_at) = $2", *read)
    else:
        found = await row(f"{INVITATION} WHERE i.token_hash = $1", secret_hash(token))  # old_links.py
    if found is None:
        raise NotFound(_("Lenken virker ikke. Er det kommet en nyere melding? Bruk lenken i den."))
    return found


async def has_proven(person: UUID, channel: str, address: str) -> bool:
    """Has the person proven this address theirs?"""
    return bool(
        await value(
            """SELECT true FROM contact_point
            WHERE person_id = $1 AND channel = $2 AND value = $3 AND verified_at IS NOT NULL""",
            person, channel, address,
        )
    )  # fmt: skip
