"""The message that lets somebody in."""

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.mail import Content, compose, mail
from marketplace.base.models import Channel


@mail
async def sign_in(channel: Channel, lang: str, token: str, code: str) -> Content | None:
    """The one-time link and the code.

    The only mail whose secrets stand in the outbox: only their hashes are stored, so they cannot be made again when
    it is sent. They are worthless after 15 minutes, and sent rows are cleaned.
    """
    with speaking(lang):
        subject = _("Logg inn")
    return compose("sign_in", channel, lang, subject, token=token, code=code)


@mail
async def new_address(channel: Channel, lang: str, token: str, code: str) -> Content | None:
    """The same for an address that somebody wants to add to theirs: link and code prove it, and sign nobody in."""
    with speaking(lang):
        subject = _("Bekreft adressen din")
    return compose("new_address", channel, lang, subject, token=token, code=code)


@mail
async def addresses_changed(channel: Channel, lang: str) -> Content | None:
    """An address was added to the person's, or removed. Which one is not said: this may be the wrong reader."""
    with speaking(lang):
        subject = _("Adressene dine er endret")
    return compose("addresses_changed", channel, lang, subject)


@mail
async def help_offered(channel: Channel, lang: str) -> Content | None:
    """Somebody would like to book for whoever has this address. Who and what is for those alone who sign in with it."""
    with speaking(lang):
        subject = _("Noen vil hjelpe deg")
    return compose("help_offered", channel, lang, subject)
