"""One mail to whoever looks after the instance, at once and past the outbox: it is about no person, and it must go when
the outbox does not."""

import secrets

from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.models import Channel
from marketplace.base.post import delivery
from marketplace.base.post.letter import Letter
from marketplace.base.post.mail import Content


async def send(to: str, about: str, subject: str, text: str) -> None:
    """Raises Postponed or Rejected."""
    key = f"{about}:{secrets.token_hex(8)}"
    letter = Letter(uuid7(), Channel.EMAIL, to, key, Content(subject, text), clock.now())
    way = delivery.carrier(Channel.EMAIL)
    try:
        await way.send(letter)
    finally:
        await way.close()
