"""Reads of invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.post.mail import lost
from marketplace.base.signing import secret_hash
from organizations.directory.models import Stands
from organizations.members.rules import LINK


@dataclass(frozen=True, slots=True)
class Invited(Stands):
    """An invitation to an organisation, whose `state` is told too. A host may be asked to lead an offer, as
    something. `lost`: nobody got the message."""

    id: UUID
    role: str
    channel: str
    address: str
    offer_id: UUID | None
    leads_as: str | None
    expires_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    organization: str
    state: str
    lost: bool


LOST = lost("'invitation:' || i.id || ':' || floor(extract(epoch FROM i.expires_at))::bigint")
"""Has nobody got the message with the present link of invitation i? It came back, or was given up."""
INVITATION = f"""SELECT i.id, i.role, i.channel, i.address, i.offer_id, i.leads_as, i.expires_at, i.accepted_at,
    i.ended_at, w.name AS organization, w.state, {LOST} AS lost
FROM invitation i JOIN organization w ON w.id = i.organization_id"""
UNANSWERED = "i.accepted_at IS NULL AND i.ended_at IS NULL"


async def invitations(organization: UUID) -> list[Invited]:
    """What nobody has answered yet, the newest first; also what has run out meanwhile, which can be sent anew."""
    return await rows(
        Invited,
        f"{INVITATION} WHERE i.organization_id = $1 AND {UNANSWERED} ORDER BY i.id DESC LIMIT 200",
        organization,
    )


async def invitation_in(organization: UUID, id: UUID) -> Invited:  # noqa: A002
    """An invitation of this organisation that nobody has answered. Raises NotFound."""
    found = await row(
        Invited, f"{INVITATION} WHERE i.organization_id = $1 AND i.id = $2 AND {UNANSWERED}", organization, id
    )
    if found is None:
        raise NotFound
    return found


async def invitation_of(token: str) -> Invited:
    """The invitation with this link, whatever has become of it. Raises NotFound: sent anew, it has another link."""
    read = LINK.read(token)
    if read:
        # Moments in a link are of whole seconds.
        its = f"{INVITATION} WHERE i.id = $1 AND date_trunc('second', i.expires_at) = $2"
        found = await row(Invited, its, *read)
    else:
        found = await row(
            Invited, f"{INVITATION} WHERE i.token_hash = $1", secret_hash(token)
        )  # old_links.py
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
