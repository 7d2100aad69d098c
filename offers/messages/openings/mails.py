"""What those are told who asked to hear when booking opens."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, Recipient, compose, mail
from offers.bookings.openings.queries import opening
from offers.catalogue.models import Visibility
from offers.messages.follow_up.queries import wants_news
from offers.seats import rules as seats_rules


async def who_still_wants_it(recipient: Recipient, /, *, asked: str = "", **_facts: Any) -> Recipient | None:
    """Whoever has this address, unless they have said since they asked that they want no such messages."""
    since = datetime.fromisoformat(asked) if asked else None
    return recipient if await wants_news(recipient.channel, recipient.address, since) else None


@mail(to=who_still_wants_it)
async def booking_opens(channel: Channel, lang: str, pool: str, asked: str = "") -> Content | None:
    """One can book now. What only some may see is not named: anybody can type an address."""
    found = await opening(UUID(pool), None, lang)
    if found is None or [*seats_rules.closed(found.pool, clock.now())]:
        return None
    title = found.title if found.visibility == Visibility.PUBLIC else ""
    return compose("booking_opens", channel, lang, lazy("Påmeldingen har åpnet"), pool=pool, title=title)
