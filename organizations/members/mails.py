"""What is told of roles. Subjects name no organisation."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from organizations.directory.models import OrganizationState
from organizations.members.models import ROLE_LABELS, Invitation, Membership
from organizations.members.rules import invitation_path


@mail(to=whoever_is_there)
async def invitation(channel: Channel, lang: str, invitation: str) -> Content | None:
    """The link to accept a role with. Nothing is left to say when it is answered or taken back, too old, or the
    organisation gives no roles now."""
    found = await Invitation.get_or_none(
        id=UUID(invitation), accepted_at=None, ended_at=None, expires_at__gt=clock.now(),
        organization__state=OrganizationState.APPROVED,
    ).select_related("organization")  # fmt: skip
    if found is None:
        return None
    return compose(
        "invitation", channel, lang, lazy("Du er invitert"), organization=found.organization.name,
        role=ROLE_LABELS[found.role], path=invitation_path(found.id, found.expires_at),
        expires_at=found.expires_at,
    )  # fmt: skip


@mail
async def membership(channel: Channel, lang: str, membership: str) -> Content | None:
    """Somebody else has changed or ended a role."""
    found = await Membership.get_or_none(id=UUID(membership)).select_related("organization")
    if found is None:
        return None
    subject = lazy("Rollen din er avsluttet") if found.ended_at else lazy("Rollen din er endret")
    return compose(
        "membership", channel, lang, subject, organization=found.organization,
        role=ROLE_LABELS[found.role], ended=bool(found.ended_at),
    )  # fmt: skip
