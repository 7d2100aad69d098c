"""Whom messages to those who work in an organisation are for, while they still do."""

from collections.abc import Iterable

from marketplace.base.models import Channel
from marketplace.base.post.mail import About, Recipient
from organizations.members.queries import Told


def about(told: Told) -> About:
    """What a message to them remembers."""
    return About(person_id=told.person_id)


def still(recipient: Recipient, told: Iterable[Told]) -> Recipient | None:
    """The same person's address, if they are one of those who are told such things now."""
    for one in told:
        if one.person_id == recipient.about.person_id:
            return Recipient(Channel(one.channel), one.value, recipient.about)
    return None
