"""Writes of invitations: asking somebody, asking again, taking it back, and the answer."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, value
from marketplace.base.data.ledger import Lost
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import SOURCE
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.base.web.limits import Tries, limits, of_address
from marketplace.people.sign_in.queries import SignedIn
from organizations.directory.models import Municipality, Organization, OrganizationKind, OrganizationState
from organizations.members import mails
from organizations.members.actions import begin, changing, renewed_secret
from organizations.members.acts import Act
from organizations.members.invitations.queries import UNANSWERED
from organizations.members.models import Invitation, LeadsAs, Role
from organizations.members.rules import INVITATION_LASTS, MOST_OPEN

DAY = timedelta(days=1)


class InvitationGone(Refused):
    """It is answered, taken back or too old, or the organisation is not open, or it is somebody else's."""


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
    leads_as: LeadsAs | None = None,
) -> Invitation:
    """Ask whoever has this address to have a role, and as a host to lead an offer as something. Whoever is asked
    for the same again gets a new link. `by` None: the operator. Raises Refused, TooMany.

    Nobody looks whose the address is: an answer that did would tell whether a member has it. Whoever has the role
    already keeps it (`accept`)."""
    await limits(
        [
            of_address("invitation to", address, 5, DAY, now=now),
            Tries("invitation from", str(organization), 60, DAY),
            *([Tries("invitation by", str(by), 40, DAY)] if by else []),
        ],
        now=now,
    )
    async with changing(organization) as state:
        if state != OrganizationState.APPROVED:
            raise Refused(_("Dere kan ikke invitere noen mens organisasjonen er stengt."))
        known = await value(
            f"""SELECT i.id FROM invitation i WHERE i.organization_id = $1 AND i.channel = $2 AND i.address = $3
            AND i.role = $4 AND i.offer_id IS NOT DISTINCT FROM $5 AND {UNANSWERED} LIMIT 1""",
            organization, channel, address, role, offer,
        )  # fmt: skip
        if known:
            again = await Invitation.get(id=known)
            again.leads_as = leads_as or again.leads_as
            again.invited_by_id = by or again.invited_by_id  # who asked last answers for it
            return await _send(again, by, now)
        if await value(OPEN, organization, now) >= MOST_OPEN:
            raise Refused(_("Mange inviterte har ikke svart ennå. Ta tilbake noen av invitasjonene først."))
        invitation = Invitation(
            organization_id=organization, role=role, channel=channel, address=address, lang=lang, offer_id=offer,
            leads_as=leads_as, invited_by_id=by, created_at=now, expires_at=now,
        )  # fmt: skip
        return await _send(invitation, by, now)


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
    units = Organization.filter(municipality_id=municipality.id, kind=OrganizationKind.MUNICIPAL)
    async with in_transaction():
        # Two operators at once make one unit.
        await value("SELECT id FROM municipality WHERE id = $1 FOR UPDATE", municipality.id)
        asked = units.filter(slug=unit) if unit else units.filter(parent_id=None)
        found = await asked.order_by("created_at", "id").first()
        if unit and found is None:
            raise Refused(f"{municipality.name} has no municipal unit with the slug {unit}.")
        if found is None:
            found = await Organization.create(
                municipality_id=municipality.id, kind=OrganizationKind.MUNICIPAL,
                name=f"{municipality.name} kommune", slug=f"{municipality.slug}-kommune",
                state=OrganizationState.APPROVED, created_at=now,
            )  # fmt: skip
            await record(Act.ORGANIZATION_MADE, now=now, object_id=found.id, organization=found.id)
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
    invitation.token_hash = None
    await invitation.save()
    await post(
        mails.invitation, channel=invitation.channel, address=invitation.address, lang=invitation.lang, now=now,
        key=f"invitation:{invitation.id}:{int(invitation.expires_at.timestamp())}", invitation=str(invitation.id),
    )  # fmt: skip
    await record(
        Act.INVITATION_SENT, now=now, actor=by, object_id=invitation.id, organization=invitation.organization_id,
        details={"role": invitation.role},
    )  # fmt: skip
    return invitation


async def take_back(invitation: UUID, *, by: UUID, now: datetime) -> None:
    """The link works no longer. Raises NotFound when it has been answered meanwhile."""
    await _end(invitation, by, Act.INVITATION_TAKEN_BACK, now)


async def decline(invitation: UUID, person: SignedIn, *, now: datetime) -> None:
    """Nei takk. Raises NotFound when it has been answered meanwhile."""
    await _end(invitation, person.id, Act.INVITATION_DECLINED, now)


async def _end(invitation: UUID, by: UUID, act: str, now: datetime) -> None:
    async with in_transaction():
        ended = await value(
            f"UPDATE invitation i SET ended_at = $2 WHERE id = $1 AND {UNANSWERED} RETURNING organization_id",
            invitation, now,
        )  # fmt: skip
        if ended is None:
            raise NotFound
        ledger.note(Lost.INVITATION, invitation)
        await record(act, now=now, actor=by, object_id=invitation, organization=ended)


async def accept(invitation: UUID, person: SignedIn, *, now: datetime) -> str:
    """Begin the role. The sign-in gets a new secret, for what it may do has changed; it is returned.

    Raises InvitationGone, also when the person has not proven the address theirs.
    """
    organization = await value("SELECT organization_id FROM invitation WHERE id = $1", invitation)
    async with changing(organization) as state:
        role = state == OrganizationState.APPROVED and await value(
            f"""UPDATE invitation i SET accepted_at = $2
            WHERE id = $1 AND {UNANSWERED} AND expires_at > $2 AND EXISTS (SELECT FROM contact_point c
                WHERE c.person_id = $3 AND c.channel = i.channel AND c.value = i.address AND c.verified_at IS NOT NULL)
            RETURNING role""",
            invitation, now, person.id,
        )  # fmt: skip
        if not role:
            raise InvitationGone
        await begin(organization, person.id, Role(role), Act.MEMBERSHIP_BEGAN, person.id, now)
        return await renewed_secret(person.sign_in_id, now)
