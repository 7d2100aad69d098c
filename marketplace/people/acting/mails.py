"""What is said to whoever is asked whether somebody may act for them."""

from uuid import UUID

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, mail
from marketplace.people.acting.queries import is_asked


async def who_is_asked(recipient: Recipient, /, *, acts_for: str) -> Recipient | None:
    """Whoever has the address, while they are asked: not when it is answered, or taken back."""
    return recipient if await is_asked(UUID(acts_for), recipient.channel, recipient.address) else None


@mail(to=who_is_asked)
async def help_offered(channel: Channel, lang: str, acts_for: str) -> Content | None:
    """Somebody would like to book for whoever has this address. Who and what is for those alone who sign in with it."""
    with speaking(lang):
        subject = _("Noen vil hjelpe deg")
    return compose("help_offered", channel, lang, subject)
