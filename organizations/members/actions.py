"""Writes of roles: beginning, changing and ending one. One transaction each. Invitations have a file of their own.

The organisation's row is locked first by whoever changes its members: so there is always somebody left who manages.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, row, value
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.people.sign_in import actions as people
from marketplace.people.sign_in.queries import SignedIn
from organizations.members import mails
from organizations.members.acts import Act
from organizations.members.addressees import about
from organizations.members.invitations.queries import UNANSWERED
from organizations.members.models import Membership, Role
from organizations.members.queries import reaching


class LastManager(Refused):
    """Nobody would be left who manages the organisation."""

    def __init__(self) -> None:
        super().__init__(_("Organisasjonen må ha minst én leder. Gjør noen andre til leder først."))


@asynccontextmanager
async def changing(organization: UUID) -> AsyncIterator[str]:
    """A transaction that may change the members of an organisation, one at a time. Gives the organisation's state."""
    async with in_transaction():
        yield await value("SELECT state FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization)


async def begin(
    organization: UUID, person: UUID, role: Role, act: str, by: UUID, now: datetime, **details: Any
) -> UUID | None:
    """The new membership's id. None: they have that role already."""
    begun = await value(
        """INSERT INTO membership (id, person_id, organization_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (person_id, organization_id, role) WHERE ended_at IS NULL DO NOTHING RETURNING id""",
        uuid7(), person, organization, role, now,
    )  # fmt: skip
    if begun is None:
        return None
    await record(
        act, now=now, actor=by, object_id=begun, organization=organization, person=person,
        details={"role": role, **details},
    )  # fmt: skip
    return UUID(str(begun))


async def change(membership: Membership, role: Role, *, by: SignedIn, now: datetime) -> str | None:
    """Another role in its place. Returns the new secret of the sign-in when one's own role is changed: all other
    sign-ins of that person end. Raises LastManager, Refused."""
    organization, person = membership.organization_id, membership.person_id
    async with changing(organization):
        await _end_role(membership, now)
        begun = await begin(
            organization, person, role, Act.MEMBERSHIP_CHANGED, by.id, now, before=membership.role
        )
        if begun is None:
            raise Refused(_("Hen har den rollen allerede."))
        await _take_back_invitations(membership, by, now)
        await _keep_a_manager(membership)
        await _tell(begun, person, "changed", now)
        return await _sign_out(person, by, now)


async def end(membership: Membership, *, by: SignedIn | None, now: datetime) -> str | None:
    """The role ends, and with it every sign-in of that person, as `change` says. `by` None: the operator. Raises
    LastManager, Refused."""
    async with changing(membership.organization_id):
        await _end_role(membership, now)
        await _take_back_invitations(membership, by, now)
        await _ended(membership, by, now)
        await _keep_a_manager(membership)
        await _tell(membership.id, membership.person_id, "ended", now)
        return await _sign_out(membership.person_id, by, now)


async def leave(organization: UUID, *, by: SignedIn, now: datetime) -> str | None:
    """One's own roles in an organisation end, all of them. Returns the sign-in's new secret. Raises LastManager."""
    async with changing(organization):
        mine = await Membership.filter(organization_id=organization, person_id=by.id, ended_at=None)
        for membership in mine:
            await _end_role(membership, now)
            await _ended(membership, by, now)
        for membership in mine:
            await _keep_a_manager(membership)
        return await _sign_out(by.id, by, now)


async def _end_role(membership: Membership, now: datetime) -> None:
    """It is looked at anew: somebody may have ended it while the page stood open."""
    ended = await row(
        "UPDATE membership SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id",
        membership.id,
        now,
    )
    if ended is None:
        raise Refused(_("Rollen er avsluttet allerede."))
    ledger.note(Lost.MEMBERSHIP, membership.id)
    ledger.note(Lost.INVITATION, *await column(LED_TO_IT, membership.person_id, membership.organization_id))


LED_TO_IT = """SELECT i.id FROM invitation i JOIN contact_point c ON c.channel = i.channel AND c.value = i.address
WHERE c.person_id = $1 AND i.organization_id = $2 AND i.accepted_at IS NOT NULL"""
"""A restore to before an invitation was accepted must not let it be accepted again by whoever was shown out since."""


async def _take_back_invitations(membership: Membership, by: SignedIn | None, now: datetime) -> None:
    """Whoever may invite no more takes no way back along: what they have sent, perhaps to an address of their own,
    works no longer. Whoever goes by themselves leaves it to those who stay."""
    if by and by.id == membership.person_id:
        return
    ended = await column(
        f"""UPDATE invitation i SET ended_at = $3 WHERE organization_id = $1 AND invited_by_id = $2
            AND {UNANSWERED} AND NOT EXISTS (SELECT FROM membership m
                WHERE m.person_id = $2 AND m.organization_id = $1 AND m.ended_at IS NULL
                    AND (m.role = 'manager' OR m.role = 'editor' AND i.role = 'host'))
        RETURNING id""",
        membership.organization_id, membership.person_id, now,
    )  # fmt: skip
    ledger.note(Lost.INVITATION, *ended)
    for each in ended:
        await record(Act.INVITATION_TAKEN_BACK, now=now, actor=by.id if by else None, object_id=each,
                     organization=membership.organization_id)  # fmt: skip


async def _ended(membership: Membership, by: SignedIn | None, now: datetime) -> None:
    await record(
        Act.MEMBERSHIP_ENDED, now=now, actor=by.id if by else None, object_id=membership.id,
        person=membership.person_id,
        organization=membership.organization_id, details={"role": membership.role},
    )  # fmt: skip


async def _keep_a_manager(membership: Membership) -> None:
    """After a manager's role has ended, somebody else must have one."""
    left = "SELECT true FROM membership WHERE organization_id = $1 AND role = 'manager' AND ended_at IS NULL LIMIT 1"
    if membership.role == Role.MANAGER and not await value(left, membership.organization_id):
        raise LastManager


async def _tell(membership: UUID, person: UUID, change: str, now: datetime) -> None:
    to = await reaching(person)
    if to:
        await post(
            mails.membership, channel=Channel(to.channel), address=to.value, lang=to.lang, now=now,
            key=f"membership:{membership}:{change}", about=about(to), membership=str(membership),
        )  # fmt: skip


async def _sign_out(person: UUID, by: SignedIn | None, now: datetime) -> str | None:
    """End the sign-ins of whoever's role has changed. Whoever did it to themselves stays here, under a new secret."""
    if by is None:
        await people.end_all(person, by_operator=True, now=now)
        return None
    own = person == by.id
    await people.end_all(person, by=by.id, but=by.sign_in_id if own else None, now=now)
    return await renewed_secret(by.sign_in_id, now) if own else None


async def renewed_secret(sign_in: UUID, now: datetime) -> str:
    """The secret of the sign-in that takes its place."""
    renewed = await people.renew(sign_in, now=now)
    if renewed is None:
        raise Refused(_("Du er ikke logget inn lenger. Logg inn og prøv igjen."))
    return renewed[1]
