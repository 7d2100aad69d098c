"""Decisions about attendance: no database, no clock."""

import hashlib
import hmac
from uuid import UUID


def pseudonym(key: bytes, name: str, contact: str | None, participant: UUID) -> bytes:
    """What stands for a person when their name is gone (product.md, "Privacy, by design").

    The same case-folded name and normalised contact (their own, or the booker's) give the same; without a contact
    it is the participant's id. `key` is that of the session's year.
    """
    who = f"contact\0{' '.join(name.casefold().split())}\0{contact}" if contact else f"id\0{participant}"
    return hmac.digest(key, who.encode(), hashlib.sha256)
