"""Whom messages about a booking are for: what their rows remember, and where they go when they are sent."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.base.models import WRITTEN, Channel
from marketplace.base.post.mail import About, Recipient, follows


@dataclass(frozen=True, slots=True)
class Addressee:
    """A booking as word of it is sent: where its messages go (no channel: no message reaches them), and what they
    remember. `person_id`: whose the address is."""

    booking_id: UUID
    offer_id: UUID
    person_id: UUID | None
    link_version: int
    lang: str
    channel: str | None
    address: str | None

    @property
    def about(self) -> About:
        """What its messages remember."""
        return About(self.booking_id, self.offer_id, self.person_id, self.link_version)


@dataclass(frozen=True, slots=True)
class Whereto:
    """Where the messages of a booking go now."""

    channel: str
    address: str
    person_id: UUID | None
    link_version: int


@follows("booking")
async def where_its_messages_go(recipient: Recipient, /, **_facts: Any) -> Recipient | None:
    """Where the messages of the booking go now, and nowhere else: it may have passed to another person, or the address
    may be theirs no more. Whoever was to get it then loses nothing of their own: what it tells is the booking's, and
    its link opens the booking."""
    found = await row(
        Whereto,
        """SELECT c.channel, c.value AS address, c.person_id, b.link_version FROM booking b
            JOIN contact_point c ON c.id = b.contact_id WHERE b.id = $1""",
        recipient.about.booking_id,
    )
    # Whoever is to be rung by now stands on a list instead.
    if found is None or found.channel not in WRITTEN:
        return None
    now = replace(recipient.about, person_id=found.person_id, link_version=found.link_version)
    return Recipient(Channel(found.channel), found.address, now)


async def who_had_them(recipient: Recipient, /, *, booking: str) -> Recipient | None:
    """Whoever had the messages of the booking, while they go elsewhere. For what tells nothing but that: they have a
    right to nothing else any more."""
    found = await row(
        """SELECT FROM booking b JOIN contact_point c ON c.id = b.contact_id
            WHERE b.id = $1 AND (c.channel, c.value) = ($2::text, $3::text)""",
        UUID(booking), recipient.channel, recipient.address,
    )  # fmt: skip
    return recipient if found is None else None


async def whose_calendar_it_is(recipient: Recipient, /, **_facts: Any) -> Recipient | None:
    """The address whose calendar a message clears, while it is that person's: no other has what it takes away."""
    found = await row(
        "SELECT FROM contact_point WHERE person_id = $1 AND (channel, value) = ($2::text, $3::text)",
        recipient.about.person_id, recipient.channel, recipient.address,
    )  # fmt: skip
    return None if found is None else recipient
