"""What a co-organiser is told. The subject names no offer."""

from typing import Any
from uuid import UUID

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, mail
from offers.catalogue.models import Offer, OfferOrganizer
from offers.catalogue.queries import title_of
from organizations.members.addressees import still
from organizations.members.queries import managers_to_tell


async def who_leads_it(recipient: Recipient, /, *, organization: str, **_facts: Any) -> Recipient | None:
    """A manager of the co-organising organisation, while they are one."""
    return still(recipient, await managers_to_tell(UUID(organization)))


@mail(to=who_leads_it)
async def co_organizer(channel: Channel, lang: str, offer: str, organization: str) -> Content | None:
    """An organisation has been made a co-organiser; nothing to say when it is one no more."""
    found = await OfferOrganizer.get_or_none(
        offer_id=UUID(offer), organization_id=UUID(organization)
    ).select_related("organization")
    about = await Offer.get_or_none(id=UUID(offer)).select_related("owner")
    if found is None or about is None:
        return None
    return compose(
        "co_organizer", channel, lang, lazy("Dere er medarrangør"), organization=found.organization.name,
        owner=about.owner, title=await title_of(about.id, lang), may_edit=found.may_edit, slug=about.slug,
    )  # fmt: skip
