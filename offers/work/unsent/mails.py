"""What hosts are asked whose phone took a register along, and of which nothing has come."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, mail
from offers.work.mails import to_member, who_is_told
from offers.work.unsent import queries
from organizations.notices.models import Notice


@mail(to=who_is_told(Notice.REGISTERS))
async def unsent(
    channel: Channel, lang: str, organization: str, person: str, taken: Sequence[str]
) -> Content | None:
    """Marks may lie on their phone; nothing when they have come meanwhile. No name stands here."""
    left = await queries.unsent(UUID(organization), UUID(person), [UUID(each) for each in taken], lang)
    if not left:
        return None
    return await to_member("unsent", Notice.REGISTERS, channel, lang, lazy("Ligger oppmøtet på telefonen din?"),
                           (organization, person), sessions=left)  # fmt: skip
