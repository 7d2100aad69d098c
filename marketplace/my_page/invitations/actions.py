"""Taking the role that one is invited to."""

from datetime import datetime

from marketplace.base.data.database import in_transaction
from marketplace.people import actions
from marketplace.people.sign_in.queries import SignedIn
from offers.catalogue.models import Offer
from offers.publishing.team.actions import assign_host, tidy_hosts
from organizations.members.invitations import actions as invitations
from organizations.members.invitations.queries import Invited
from organizations.members.models import LeadsAs


async def accept(invitation: Invited, person: SignedIn, *, name: str | None, now: datetime) -> str:
    """Take the role that one is invited to; a host also leads the offer that the invitation names. Returns the new
    secret of the sign-in. Raises InvitationGone."""
    async with in_transaction():
        await tidy_hosts(person.id, now)
        secret = await invitations.accept(invitation.id, person, now=now)
        if name:
            await actions.describe(person.id, name=name, lang=person.lang)
        if invitation.offer_id:
            offer = await Offer.get(id=invitation.offer_id)
            await assign_host(
                offer,
                person.id,
                LeadsAs(invitation.leads_as) if invitation.leads_as else None,
                by=person.id,
                now=now,
            )
    return secret
