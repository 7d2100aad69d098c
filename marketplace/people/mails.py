"""The message that lets somebody in."""

from typing import Any, NamedTuple

from marketplace.base.data.database import row
from marketplace.base.models import Channel
from marketplace.base.post.mail import Recipient, follows


class _Address(NamedTuple):
    channel: str
    value: str


@follows("person")
async def an_address_of_theirs(recipient: Recipient, /, **_facts: Any) -> Recipient | None:
    """To the address that the message was for while it is proven theirs and takes mail, then to another that is."""
    found = await row(
        _Address,
        """SELECT channel, value FROM contact_point WHERE person_id = $1 AND verified_at IS NOT NULL
        ORDER BY refused_at IS NOT NULL, (channel, value) = ($2::text, $3::text) DESC, channel, created_at LIMIT 1""",
        recipient.about.person_id, recipient.channel, recipient.address,
    )  # fmt: skip
    return Recipient(Channel(found.channel), found.value, recipient.about) if found else None
