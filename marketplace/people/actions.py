"""What is written of a person, whoever they are."""

from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.models import Channel


async def describe(person: UUID, *, name: str | None, lang: str) -> None:
    """Set what the person is called, and the language of their messages. Without a name the old one stands: a person
    whose name is gone is one that was forgotten, with their bookings (marketplace/privacy)."""
    await rows("UPDATE person SET name = coalesce($2, name), lang = $3 WHERE id = $1", person, name, lang)


async def is_somebodys(channel: Channel | str, address: str) -> None:
    """Whoever has just used what was sent to this address reads it: that the mail server once said that nobody is at it
    (contacts/jobs.py) holds no longer."""
    await rows(
        "UPDATE contact_point SET refused_at = NULL WHERE channel = $1 AND value = $2 AND refused_at IS NOT NULL",
        channel, address,
    )  # fmt: skip
