"""The facts of an offer, to whoever asked for them on the telephone."""

from marketplace.base import clock
from marketplace.base.errors import NotFound
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, compose, mail, whoever_is_there
from marketplace.guide.sending.queries import facts_of


@mail(to=whoever_is_there, passing=True)
async def offer_facts(channel: Channel, lang: str, slug: str) -> Content | None:
    """When and where it is, and the link. It knows nobody's name, and does not say that somebody has booked; an SMS
    does not say what it is either, for it is read on a locked screen."""
    try:
        facts = await facts_of(slug, lang, clock.now())
    except NotFound:
        return None
    return compose("offer_facts", channel, lang, lazy("Det du spurte om"), offer=facts)
