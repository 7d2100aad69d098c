"""What is said at a former address."""

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail
from offers.telling.addressees import who_had_them


@mail(to=who_had_them)
async def sent_elsewhere(channel: Channel, lang: str, booking: str) -> Content | None:
    """To a former address: messages go elsewhere from now on, and whom to ring. Neither what, who nor where, and no
    link: this may be the wrong reader, or the only one who can tell that a link lies in other hands."""
    return compose("sent_elsewhere", channel, lang, lazy("Meldingene går til en ny adresse"))
