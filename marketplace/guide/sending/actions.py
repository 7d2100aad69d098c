"""Sending the facts of an offer."""

from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction
from marketplace.base.models import Channel
from marketplace.base.post.mail import About, post
from marketplace.guide.acts import Act
from marketplace.guide.sending import mails
from marketplace.guide.sending.queries import Facts


async def send(
    facts: Facts, channel: Channel, address: str, *, lang: str, key: str, by: UUID, now: datetime
) -> None:
    """Let the facts of an offer be sent, once a `key`. That a guide sent some, and of what, is noted; the address is
    only in the message, and not there either once it was sent."""
    async with in_transaction():
        await post(mails.offer_facts, channel=channel, address=address, lang=lang, key=key, now=now,
                   about=About(offer_id=facts.id), slug=facts.slug)  # fmt: skip
        await record(Act.OFFER_FACTS_SENT, now=now, actor=by, object_id=facts.id, organization=facts.owner_id,
                     details={"channel": channel.value})  # fmt: skip
