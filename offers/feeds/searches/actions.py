"""Gives a search an address of its own, which calendars subscribe to."""

import secrets
from datetime import datetime, time
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import value

SLUG = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are taken for others: a short address is also read aloud."""


async def save(query: str, *, owner: UUID | None = None, now: datetime) -> str:
    """The short slug of a canonical query, this owner's or the visitors': the one it has, or a new one."""
    slug = "".join(secrets.choice(SLUG) for _ in range(8))
    found = await value(
        """INSERT INTO saved_search (id, slug, query, created_at, used_at, owner_id) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (query, owner_id) DO UPDATE SET used_at = excluded.used_at RETURNING slug""",
        uuid7(), slug, query, now, at_oslo(today(now), time(0)), owner,
    )  # fmt: skip
    return str(found)
