"""What a guide is told of the calls that nobody else can make: how many, and never whom."""

from uuid import UUID

from marketplace.base import clock
from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, mail
from marketplace.guide.ringing import queries
from offers.work.mails import to_member, who_is_told
from organizations.notices.models import Notice


@mail(to=who_is_told(Notice.DESK))
async def desk_calls(channel: Channel, lang: str, organization: str, person: str) -> Content | None:
    """Some whom no message reaches, and whose number only the desk has, wait for a call; nothing when somebody has
    rung."""
    number = await queries.waiting(UUID(organization), UUID(person), clock.now())
    if not number:
        return None
    return await to_member("desk_calls", Notice.DESK, channel, lang, lazy("Noen må ringes"),
                           (organization, person), number=number)  # fmt: skip
