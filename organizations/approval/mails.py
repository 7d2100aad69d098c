"""What is said about an application: to those who apply, and to those who answer. Subjects name no organisation."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, mail
from organizations.approval.models import Decision
from organizations.approval.queries import nobody_hears
from organizations.approval.rules import LATE
from organizations.directory.models import Organization, OrganizationState
from organizations.members.addressees import still
from organizations.members.queries import coordinators_to_tell, managers_to_tell


async def who_leads_it(recipient: Recipient, /, *, organization: str) -> Recipient | None:
    """A manager of the organisation, while they are one."""
    return still(recipient, await managers_to_tell(UUID(organization)))


async def who_leads_what_is_decided(recipient: Recipient, /, *, decision: str) -> Recipient | None:
    """The same, of the organisation that a decision is about."""
    found = await Decision.get_or_none(id=UUID(decision))
    return still(recipient, await managers_to_tell(found.organization_id)) if found else None


async def who_may_answer(recipient: Recipient, /, *, organization: str) -> Recipient | None:
    """A coordinator of the municipality that is asked, while they are one."""
    found = await Organization.get_or_none(id=UUID(organization))
    return still(recipient, await coordinators_to_tell(found.municipality_id)) if found else None


@mail(to=who_leads_it)
async def application_received(channel: Channel, lang: str, organization: str) -> Content | None:
    """Thanks to whoever applied; and whom to ring where nobody in the municipality hears of it."""
    found = await Organization.get_or_none(id=UUID(organization)).select_related("municipality")
    if found is None:
        return None
    subject = lazy("Vi har fått søknaden deres")
    nobody = await nobody_hears(found.id, found.municipality_id)
    return compose("application_received", channel, lang, subject, organization=found, nobody=nobody)


@mail(to=who_may_answer)
async def application_waiting(channel: Channel, lang: str, organization: str) -> Content | None:
    """An organisation waits for the municipality, and for how long if that is long; nothing, if somebody has answered
    meanwhile."""
    found = await Organization.get_or_none(id=UUID(organization), state=OrganizationState.APPLIED)
    if found is None:
        return None
    now = clock.now()
    days = (clock.today(now) - clock.today(found.created_at)).days if now - found.created_at >= LATE else 0
    return compose(
        "application_waiting",
        channel,
        lang,
        lazy("Noen venter på svar fra kommunen"),
        organization=found,
        days=days,
    )


@mail(to=who_leads_it)
async def name_changed(channel: Channel, lang: str, organization: str) -> Content | None:
    """The municipality has changed their name or number: what stands there now, and whom to ask if it is wrong."""
    found = await Organization.get_or_none(id=UUID(organization))
    if found is None:
        return None
    subject = lazy("Kommunen har rettet navn eller nummer")
    return compose("name_changed", channel, lang, subject, organization=found)


@mail(to=who_leads_what_is_decided)
async def decision(channel: Channel, lang: str, decision: str) -> Content | None:
    """The municipality's answer with its reason, to those who lead the organisation."""
    found = await Decision.get_or_none(id=UUID(decision)).select_related("organization")
    if found is None:
        return None
    subject = lazy("Svar fra kommunen")
    return compose("decision", channel, lang, subject, decision=found, organization=found.organization)
