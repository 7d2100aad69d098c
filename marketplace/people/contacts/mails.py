"""What is said of somebody's addresses."""

from marketplace.base import clock
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from marketplace.people.sign_in.queries import still_works


@mail(to=whoever_is_there, urgent=True)
async def new_address(channel: Channel, lang: str, token: str, code: str) -> Content | None:
    """For an address that somebody wants to add: link and code prove it theirs while they last, and sign nobody in."""
    if not await still_works(token, clock.now()):
        return None
    with speaking(lang):
        subject = _("Bekreft adressen din")
    return compose("new_address", channel, lang, subject, token=token, code=code)


@mail(to=whoever_is_there)
async def addresses_changed(channel: Channel, lang: str) -> Content | None:
    """An address was added to the person's, or removed. Which one is not said: this may be the wrong reader. It
    goes to the removed one too, on purpose: it may not have been the person."""
    with speaking(lang):
        subject = _("Adressene dine er endret")
    return compose("addresses_changed", channel, lang, subject)
