"""Makes addresses of calendars."""

import secrets
from datetime import datetime, time

from uuid_utils.compat import uuid7

from marketplace.base.clock import at_oslo, today
from marketplace.base.database import value

SLUG = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters that are taken for others: a short address is also read aloud."""


async def save_search(query: str, *, now: datetime) -> str:
    """The short slug of a canonical query: the one it has, or a new one."""
    slug = "".join(secrets.choice(SLUG) for _ in range(8))
    return str(
        await value(
            """INSERT INTO saved_search (id, slug, query, created_at, used_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (query) DO UPDATE SET used_at = excluded.used_at RETURNING slug""",
            uuid7(), slug, query, now, at_oslo(today(now), time(0)),
        )  # fmt: skip
    )
