"""Writes of roles: inviting, answering an invitation, changing and ending a role. One transaction each.

The organisation's row is locked first by whoever changes its members: so there is always somebody left who manages.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.audit import record
from marketplace.base.database import in_transaction, row, value
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import SOURCE
from marketplace.base.i18n import gettext as _
from marketplace.base.limits import Tries, limits
from marketplace.base.mail import post
from marketplace.base.models import Channel
from marketplace.base.slugs import insert_named
from marketplace.people import actions as people
from marketplace.people.queries import SignedIn, secret_hash
from organizations.directory.models import Municipality, Organization, OrganizationKind, OrganizationState
from organizations.members.invitation_queries import UNANSWERED
from organizations.members.models import Invitation, Membership, Role
from organizations.members.queries import reaching
from organizations.members.rules import INVITATION_LASTS, MOST_OPEN, invitation_token

DAY = timedelta(days=1)


class InvitationGone(Refused):
    """It is answered, taken back or too old, or the organisation is not open, or it is somebody else's."""


class LastManager(Refused):
    """Nobody would be left who manages the organisation."""

    def __init__(self) -> None:
        super().__init__(_("Organisasjonen må ha minst én leder. Gjør noen andre til leder først."))


@asynccontextmanager
async def changing(organization: UUID) -> AsyncIterator[str]:
    """A transaction that may change the members of an organisation, one at a time. Gives the organisation's state."""
    async with in_transaction():
        yield await value("SELECT state FROM organization WHERE id = $1 FOR NO KEY UPDATE", organization)


async def invite(
    organization: UUID,
    role: Role,
    channel: Channel,
    address: str,
    *,
    lang: str,
    now: datetime,
    by: UUID | None = None,
    offer: UUID | None = None,
) -> Invitation:
    """Ask whoever has this address to have a role, and as a host to lead an offer. Whoever is asked for the same again
    gets a new link. `by` None: the operator. Raises Refused, TooMany."""
    await limits(
        [
            Tries("invitation to", address, 5, DAY),
            Tries("invitation from", str(organization), 60, DAY),
            *([Tries("invitation by", str(by), 40, DAY)] if by else []),
        ],
        now=now,
    )
    async with changing(organization) as state:
        if state != OrganizationState.APPROVED:
            raise Refused(_("Dere kan ikke invitere noen mens organisasjonen er stengt."))
        if await value(HAS_ROLE, channel, address, organization, role):
            raise Refused(_("Den som har denne adressen, har rollen allerede."))
        known = await value(
            f"""SELECT i.id FROM invitation i WHERE i.organization_id = $1 AND i.channel = $2 AND i.address = $3
            AND i.role = $4 AND i.offer_id IS NOT DISTINCT FROM $5 AND {UNANSWERED} LIMIT 1""",
            organization, channel, address, role, offer,
        )  # fmt: skip
        if known:
            return await _send(await Invitation.get(id=known), by, now)
        if await value(OPEN, organization, now) >= MOST_OPEN:
            raise Refused(_("Mange inviterte har ikke svart ennå. Ta tilbake noen av invitasjonene først."))
        invitation = Invitation(
            organization_id=organization, role=role, channel=channel, address=address, lang=lang, offer_id=offer,
            invited_by_id=by, created_at=now, token_hash=b"", expires_at=now,
        )  # fmt: skip
        return await _send(invitation, by, now)


HAS_ROLE = """SELECT true FROM contact_point c JOIN membership m ON m.person_id = c.person_id
WHERE c.channel = $1 AND c.value = $2 AND c.verified_at IS NOT NULL AND m.organization_id = $3 AND m.role = $4
    AND m.ended_at IS NULL"""
OPEN = (
    f"SELECT count(*) FROM invitation i WHERE i.organization_id = $1 AND {UNANSWERED} AND i.expires_at > $2"
)


async def invite_coordinator(
    channel: Channel,
    address: str,
    number: str,
    unit: str | None = None,
    name: str | None = None,
    *,
    now: datetime,
) -> Invitation:
    """Ask somebody to coordinate the municipality with this number, or one of its units by slug. Its own unit is made
    when it has none, and with a `name` the municipality itself. Raises Refused in the operator's words."""
    if not re.fullmatch("[0-9]{4}", number):
        raise Refused(f"{number} is no number of a municipality: it has four digits, as 1108.")
    municipality = await Municipality.get_or_none(number=number)
    if municipality is None and name:
        municipality = Municipality(id=uuid7(), number=number, name=name)
        await insert_named(municipality, name)
    if municipality is None:
        known = ", ".join(f"{one.number} {one.name}" for one in await Municipality.all().order_by("number"))
        raise Refused(
            f"No municipality has the number {number}. There are: {known or 'none'}. Give the --name of a new one."
        )
    ours: dict[str, Any] = {"municipality_id": municipality.id, "kind": OrganizationKind.MUNICIPAL}
    async with in_transaction():
        # Two operators at once make one unit.
        await value("SELECT id FROM municipality WHERE id = $1 FOR UPDATE", municipality.id)
        which: dict[str, Any] = {"slug": unit} if unit else {"parent_id": None}
        found = await Organization.filter(**ours, **which).order_by("created_at", "id").first()
        if unit and found is None:
            raise Refused(f"{municipality.name} has no municipal unit with the slug {unit}.")
        if found is None:
            found = await Organization.create(
                **ours, name=f"{municipality.name} kommune", slug=f"{municipality.slug}-kommune",
                state=OrganizationState.APPROVED, created_at=now,
            )  # fmt: skip
            await record("organization.made", now=now, object_id=found.id, organization=found.id)
        return await invite(found.id, Role.COORDINATOR, channel, address, lang=SOURCE, now=now)


async def resend(invitation: UUID, *, by: UUID, now: datetime) -> None:
    """A new link, in place of the one before. Raises Refused, TooMany."""
    found = await Invitation.get(id=invitation)
    await invite(
        found.organization_id, found.role, found.channel, found.address, lang=found.lang, by=by, now=now,
        offer=found.offer_id,
    )  # fmt: skip


async def _send(invitation: Invitation, by: UUID | None, now: datetime) -> Invitation:
    """Save it with a link that is new, and post it."""
    invitation.expires_at = now + INVITATION_LASTS
    invitation.token_hash = secret_hash(invitation_token(invitation.id, invitation.expires_at))
    await invitation.save()
    await post(
        "invitation", channel=invitation.channel, address=invitation.address, lang=invitation.lang, now=now,
        key=f"invitation:{invitation.id}:{int(invitation.expires_at.timestamp())}", invitation=str(invitation.id),
    )  # fmt: skip
    await record(
        "invitation.sent", now=now, actor=by, object_id=invitation.id, organization=invitation.organization_id,
        details={"role": invitation.role},
    )  # fmt: skip
    return invitation


async def take_back(invitation: UUID, *, by: UUID, now: datetime) -> None:
    """The link works no longer. Raises NotFound when it has been answered meanwhile."""
    await _end(invitation, by, "invitation.taken_back", now)


async def decline(invitation: UUID, person: SignedIn, *, now: datetime) -> None:
    """Nei takk. Raises NotFound when it has been answered meanwhile."""
    await _end(invitation, person.id, "invitation.declined", now)


async def _end(invitation: UUID, by: UUID, act: str, now: datetime) -> None:
    async with in_transaction():
        ended = await row(
            f"UPDATE invitation i SET ended_at = $2 WHERE id = $1 AND {UNANSWERED} RETURNING organization_id",
            invitation, now,
        )  # fmt: skip
        if ended is None:
            raise NotFound
        await record(act, now=now, actor=by, object_id=invitation, organization=ended["organization_id"])


async def accept(invitation: UUID, person: SignedIn, *, now: datetime) -> str:
    """Begin the role. The sign-in gets a new secret, for what it may do has changed; it is returned.

    Raises InvitationGone, also when the person has not proven the address theirs.
    """
    organization = await value("SELECT organization_id FROM invitation WHERE id = $1", invitation)
    async with changing(organization) as state:
        accepted = state == OrganizationState.APPROVED and await row(
            f"""UPDATE invitation i SET accepted_at = $2
            WHERE id = $1 AND {UNANSWERED} AND expires_at > $2 AND EXISTS (SELECT FROM contact_point c
                WHERE c.person_id = $3 AND c.channel = i.channel AND c.value = i.address AND c.verified_at IS NOT NULL)
            RETURNING role""",
            invitation, now, person.id,
        )  # fmt: skip
        if not accepted:
            raise InvitationGone
        await _begin(organization, person.id, accepted["role"], "membership.began", person.id, now)
        return await _renewed(person.sign_in_id, now)


async def _begin(
    organization: UUID, person: UUID, role: Role, act: str, by: UUID, now: datetime, **details: Any
) -> UUID | None:
    """The new membership's id. None: they have that role already."""
    begun = await row(
        """INSERT INTO membership (id, person_id, organization_id, role, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (person_id, organization_id, role) WHERE ended_at IS NULL DO NOTHING RETURNING id""",
        uuid7(), person, organization, role, now,
    )  # fmt: skip
    if begun is None:
        return None
    await record(
        act, now=now, actor=by, object_id=begun["id"], organization=organization, person=person,
        details={"role": role, **details},
    )  # fmt: skip
    return UUID(str(begun["id"]))


async def change(membership: Membership, role: Role, *, by: SignedIn, now: datetime) -> str | None:
    """Another role in its place. Returns the new secret of the sign-in when one's own role is changed: all other
    sign-ins of that person end. Raises LastManager, Refused."""
    organization, person = membership.organization_id, membership.person_id
    async with changing(organization):
        await _end_role(membership, now)
        begun = await _begin(
            organization, person, role, "membership.changed", by.id, now, before=membership.role
        )
        if begun is None:
            raise Refused(_("Hen har den rollen allerede."))
        await _keep_a_manager(membership)
        await _tell(begun, person, "changed", now)
        return await _sign_out(person, by, now)


async def end(membership: Membership, *, by: SignedIn, now: datetime) -> str | None:
    """The role ends, and with it every sign-in of that person, as `change` says. Raises LastManager, Refused."""
    async with changing(membership.organization_id):
        await _end_role(membership, now)
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


async def _ended(membership: Membership, by: SignedIn, now: datetime) -> None:
    await record(
        "membership.ended", now=now, actor=by.id, object_id=membership.id, person=membership.person_id,
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
            "membership", channel=Channel(to["channel"]), address=to["value"], lang=to["lang"], now=now,
            key=f"membership:{membership}:{change}", membership=str(membership),
        )  # fmt: skip


async def _sign_out(person: UUID, by: SignedIn, now: datetime) -> str | None:
    """End the sign-ins of whoever's role has changed. Whoever did it to themselves stays here, under a new secret."""
    own = person == by.id
    await people.end_all(person, by=by.id, but=by.sign_in_id if own else None, now=now)
    return await _renewed(by.sign_in_id, now) if own else None


async def _renewed(sign_in: UUID, now: datetime) -> str:
    """The secret of the sign-in that takes its place."""
    renewed = await people.renew(sign_in, now=now)
    if renewed is None:
        raise Refused(_("Du er ikke logget inn lenger. Logg inn og prøv igjen."))
    return renewed[1]
