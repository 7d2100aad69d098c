"""The message that lets somebody in."""

from marketplace.base import clock
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import speaking
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from marketplace.people.sign_in.queries import still_works


@mail(to=whoever_is_there, urgent=True)
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
