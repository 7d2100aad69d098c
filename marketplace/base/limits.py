"""How often something may be tried: rows in PostgreSQL, so that all web processes count together."""

import hashlib
from datetime import datetime, timedelta
from ipaddress import ip_address

from uuid_utils.compat import uuid7

from marketplace.base.database import row
from marketplace.base.errors import TooMany
from marketplace.base.http import Request
from marketplace.base.i18n import gettext
from marketplace.settings import settings

COUNT = """INSERT INTO rate_limit AS r (id, key, count, window_ends) VALUES ($1, $2, 1, $3)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN r.window_ends <= $4 THEN 1 ELSE r.count + 1 END,
    window_ends = CASE WHEN r.window_ends <= $4 THEN $3 ELSE r.window_ends END
RETURNING count, window_ends"""


def client_address(request: Request) -> str:
    """The visitor's address; X-Forwarded-For counts only from a configured proxy (its last entry)."""
    peer = request.client.host if request.client else "unknown"
    if peer in settings().trusted_proxies:
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return forwarded or peer
    return peer


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


async def limit(
    action: str, subject: str, most: int, window: timedelta, *, now: datetime, factor: int = 1
) -> None:
    """Count one try of `action` by `subject` (kept as a hash); more than `most` in a window raises TooMany."""
    key = hashlib.sha256(f"{action}\0{subject}".encode()).digest()
    counted = await row(COUNT, uuid7(), key, now + window, now)
    assert counted is not None  # an upsert always returns its row
    if counted["count"] > most * factor:
        raise TooMany(
            gettext("Dette er prøvd mange ganger på kort tid. Vent litt og prøv igjen."),
            counted["window_ends"] - now,
        )


async def limit_visitor(action: str, request: Request, most: int, window: timedelta) -> None:
    """The same for whoever is at this network address."""
    address = client_address(request)
    factor = settings().loopback_limit_factor if is_loopback(address) else 1
    await limit(action, address, most, window, now=request.now, factor=factor)
