"""One mail to whoever looks after the instance, at once and past the outbox: it is about no person, and it must go when
the outbox does not."""

import secrets

import structlog
from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.models import Channel
from marketplace.base.post import delivery
from marketplace.base.post.delivery import Postponed
from marketplace.base.post.letter import Letter, Rejected
from marketplace.base.post.mail import Content
from marketplace.settings import settings

log = structlog.get_logger("alarm")


async def written(subject: str, text: str) -> bool:
    """Was the operator written to? What cannot go now is noted in the log, and is tried at the next look."""
    try:
        await send(settings().operator_email or "", "operator", subject, text)
    except (Postponed, Rejected) as problem:
        log.error("the operator could not be written to", problem=problem.code)
        return False
    return True


async def send(to: str, about: str, subject: str, text: str) -> None:
    """Raises Postponed or Rejected."""
    key = f"{about}:{secrets.token_hex(8)}"
    letter = Letter(uuid7(), Channel.EMAIL, to, key, Content(subject, text), clock.now())
    way = delivery.carrier(Channel.EMAIL)
    try:
        await way.send(letter)
    finally:
        await way.close()
