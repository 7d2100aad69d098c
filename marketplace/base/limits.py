"""How often something may be tried: rows in PostgreSQL, so that all web processes count together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from uuid_utils.compat import uuid7

from marketplace.base.database import rows
from marketplace.base.errors import TooMany
from marketplace.base.http import Request, signature
from marketplace.base.i18n import gettext
from marketplace.settings import settings

# A count may be lost with the server's power, so its commit need not wait for the disk: at a busy address those who
# come after wait for this row.
COUNT = """INSERT INTO rate_limit AS r (id, key, count, window_ends)
SELECT id, key, 1, ends FROM unnest($1::uuid[], $2::bytea[], $3::timestamptz[]) AS t (id, key, ends)
WHERE set_config('synchronous_commit', 'off', true) = 'off'
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN r.window_ends <= $4 THEN 1 ELSE r.count + 1 END,
    window_ends = CASE WHEN r.window_ends <= $4 THEN excluded.window_ends ELSE r.window_ends END
RETURNING key, count, window_ends"""


@dataclass(frozen=True)
class Tries:
    """At most `most` tries of `action` by `subject` in a window. The subject is kept as a keyed hash."""

    action: str
    subject: str
    most: int
    window: timedelta

    @property
    def key(self) -> bytes:
        return bytes.fromhex(signature("limit", self.action, self.subject))


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


def of_visitor(action: str, request: Request, most: int, window: timedelta) -> Tries:
    """Tries by whoever is at this network address."""
    address = client_address(request)
    factor = settings().loopback_limit_factor if is_loopback(address) else 1
    return Tries(action, address, most * factor, window)


async def limits(tries: Iterable[Tries], *, now: datetime) -> None:
    """Count one try of each, in one statement; raises TooMany when one of them has had more than its most.

    Not for the inside of a transaction: it makes the commit wait for no disk.
    """
    by_key = {each.key: each for each in tries}
    keys = sorted(by_key)  # in one order, so that nobody waits in a ring
    counted = await rows(
        COUNT, [uuid7() for _ in keys], keys, [now + by_key[key].window for key in keys], now
    )
    over = [each["window_ends"] for each in counted if each["count"] > by_key[each["key"]].most]
    if over:
        raise TooMany(
            gettext("Dette er prøvd mange ganger på kort tid. Vent litt og prøv igjen."), max(over) - now
        )


async def limit(action: str, subject: str, most: int, window: timedelta, *, now: datetime) -> None:
    """Count one try of `action` by `subject`; more than `most` in a window raises TooMany."""
    await limits([Tries(action, subject, most, window)], now=now)


async def limit_visitor(action: str, request: Request, most: int, window: timedelta) -> None:
    """The same for whoever is at this network address."""
    await limits([of_visitor(action, request, most, window)], now=request.now)
