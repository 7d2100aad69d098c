"""Reads of people and sign-ins."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.database import row


@dataclass(frozen=True)
class SignedIn:
    """The person behind a request."""

    id: UUID
    name: str | None
    lang: str
    sign_in_id: UUID
    seen_at: datetime
    signed_in_at: datetime


def secret_hash(secret: str) -> bytes:
    """How secrets of cookies, links and calendar addresses are stored: they are random, so SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).digest()


async def signed_in(secret: str, now: datetime) -> SignedIn | None:
    """Who has the sign-in with this secret, if it is still alive."""
    found = await row(
        """SELECT p.id, p.name, p.lang, s.id AS sign_in_id, s.seen_at, s.created_at AS signed_in_at
        FROM sign_in s JOIN person p ON p.id = s.person_id
        WHERE s.secret_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2""",
        secret_hash(secret), now,
    )  # fmt: skip
    return SignedIn(**found) if found else None
