"""Writes of people and sign-ins."""

from datetime import datetime, timedelta

from marketplace.base.database import rows
from marketplace.people.queries import SignedIn

SEEN_EVERY = timedelta(minutes=5)
"""A sign-in's last use is written at most this often."""


async def touch(person: SignedIn, now: datetime) -> None:
    """Note that the sign-in was used."""
    if now - person.seen_at > SEEN_EVERY:
        await rows("UPDATE sign_in SET seen_at = $2 WHERE id = $1", person.sign_in_id, now)
