"""What a host wrote, as each of those whom it is for gets it."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import SOURCE, language, lazy, speaking, when
from marketplace.base.i18n import gettext as _
from marketplace.base.models import Channel
from marketplace.base.post.mail import SMS_LENGTH, Content, compose, mail, reply_to, short, signed
from marketplace.base.text import isolated
from marketplace.settings import settings
from offers.bookings.queries import booking_in_mail as booking_of
from offers.bookings.rows import OwnBooking
from offers.messages.follow_up.mails import unsubscribing
from offers.messages.follow_up.queries import wants_news
from offers.messages.follow_up.rules import unsubscribe_path
from offers.messages.models import NEWS, HostMessage, Recipients
from offers.messages.queries import titles_of
from offers.messages.rules import filled, without_title


def said(
    text: str, found: OwnBooking, session: str | None, channel: Channel, titles: Iterable[str] = ()
) -> str:
    """A host's text as the one of this booking gets it. An SMS has no name of an offer (product.md), in none of the
    languages in which it has one (`titles`): a host writes in theirs."""
    now = clock.now()
    dates = [each for each in found.sessions if not each.called_off
             and (str(each.id) == session if session else each.ends_at > now)]  # fmt: skip
    one = dates[0] if dates else None
    sms = channel is Channel.SMS
    values = {
        "navn": isolated(found.booker or ""), "tilbud": _("tilbudet") if sms else found.title,
        "tid": when(one.starts_at, one.ends_at) if one else _("etter avtale"),
        "sted": (one.venue if one else None) or (_("på nett") if found.online else _("etter avtale")),
        "lenke": link(found.path),
    }  # fmt: skip
    if sms:
        for title in sorted({found.title, *titles}, key=len, reverse=True):
            text = without_title(text, title)
    return filled(text, values)


def link(path: str) -> str:
    """A whole address, in the present language."""
    return f"{settings().public_url}{'' if language() == SOURCE else f'/{language()}'}{path}"


def sms_of(text: str, found: OwnBooking, session: str | None, titles: Iterable[str] = ()) -> str:
    """The same by SMS: all of it, or its beginning and where the rest stands."""
    words = signed(said(text, found, session, Channel.SMS, titles))
    if len(words) <= SMS_LENGTH:
        return short(words)
    return short(f"{words} {link(found.path + '/messages')}")


@mail
async def host_message(channel: Channel, lang: str, booking: str, message: str) -> Content | None:
    """What somebody who leads the offer wrote; nothing to who has left meanwhile."""
    wrote = await HostMessage.get_or_none(id=UUID(message)).select_related("offer__owner")
    found = await booking_of(UUID(booking), lang)
    if wrote is None:
        return None
    news = wrote.recipients in NEWS
    states = {Recipients.ALL: {"confirmed"}, Recipients.WAITING: {"waiting"}}.get(
        wrote.recipients, {found.state}
    )
    if found.state not in states or (news and not await wants_news(channel, found.address or "")):
        return None
    session = str(wrote.session_id) if wrote.session_id else None
    owner = wrote.offer.owner
    titles = await titles_of(wrote.offer_id)
    with speaking(lang):
        text = said(wrote.text, found, session, channel, titles)
        sms = sms_of(wrote.text, found, session, titles)
    headers = reply_to(owner.name, owner.email)
    stop = unsubscribe_path(channel, found.address or "") if news else None
    return compose("host_message", channel, lang, lazy("Melding fra arrangøren"), booking=found, text=text, sms=sms,
                   owner=owner, replies=bool(headers), headers=headers | unsubscribing(stop), stop=stop)  # fmt: skip
