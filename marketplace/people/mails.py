"""The message that lets somebody in."""

from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data.database import row
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, follows, mail, whoever_is_there
from marketplace.people.queries import is_asked, still_works


@follows("person")
async def an_address_of_theirs(recipient: Recipient, /, **_facts: Any) -> Recipient | None:
    """To the address that the message was for while it is proven theirs, then to another that is."""
    found = await row(
        """SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY (channel, value) = ($2::text, $3::text) DESC, refused_at NULLS FIRST, channel, created_at LIMIT 1""",
        recipient.about.person_id, recipient.channel, recipient.address,
    )  # fmt: skip
    return Recipient(Channel(found["channel"]), found["value"], recipient.about) if found else None


async def who_is_asked(recipient: Recipient, /, *, acts_for: str) -> Recipient | None:
    """Whoever has the address, while they are asked: not when it is answered, or taken back."""
    return recipient if await is_asked(UUID(acts_for), recipient.channel, recipient.address) else None


@mail(to=whoever_is_there)
async def sign_in(channel: Channel, lang: str, token: str, code: str) -> Content | None:
    """The one-time link and the code, while they let somebody in: in a mailbox a dead one only confuses.

    The only mail whose secrets stand in the outbox: only their hashes are stored, so they cannot be made again when
    it is sent. They are worthless after 15 minutes, and sent rows are cleaned.
    """
    if not await still_works(token, clock.now()):
        return None
    with speaking(lang):
        subject = _("Logg inn")
    return compose("sign_in", channel, lang, subject, token=token, code=code)


@mail(to=whoever_is_there)
async def new_address(channel: Channel, lang: str, token: str, code: str) -> Content | None:
    """The same for an address that somebody wants to add to theirs: link and code prove it, and sign nobody in."""
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


@mail(to=who_is_asked)
async def help_offered(channel: Channel, lang: str, acts_for: str) -> Content | None:
    """Somebody would like to book for whoever has this address. Who and what is for those alone who sign in with it."""
    with speaking(lang):
        subject = _("Noen vil hjelpe deg")
    return compose("help_offered", channel, lang, subject)
