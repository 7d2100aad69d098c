"""How often something may be tried: rows in PostgreSQL, so that all web processes count together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from uuid_utils.compat import uuid7

from marketplace.base.database import Values, rows
from marketplace.base.errors import TooMany
from marketplace.base.http import Request, signature
from marketplace.base.i18n import gettext
from marketplace.settings import settings


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
    """The visitor's address. X-Forwarded-For counts only as far as our own proxies wrote it: from the right, the first
    that is not one of them. What stands before that, also in another header, the visitor may have made up."""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    address = request.client.host if request.client else "unknown"
    while address in settings().trusted_proxies and said and (before := said.pop().strip()):
        address = before
    return address


def network(address: str) -> str:
    """What counts as one: an IPv4 address, or of IPv6 the 64 bits that a household or a machine is given whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return address


def is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def of_visitor(action: str, request: Request, most: int, window: timedelta, about: str = "") -> Tries:
    """Tries by whoever is in this network, of all or `about` one thing."""
    address = client_address(request)
    factor = settings().loopback_limit_factor if is_loopback(address) else 1
    return Tries(action, f"{network(address)} {about}" if about else network(address), most * factor, window)


def counting(tries: Iterable[Tries], put: Callable[[Any], str], now: datetime) -> str:
    """SQL that counts one try of each and returns key, count and window_ends. `put` adds a value to the statement and
    gives its placeholder. The keys are in one order, so that nobody waits in a ring."""
    windows = sorted((each.key, now + each.window) for each in tries)
    ids, keys, ends = [uuid7() for _ in windows], [key for key, _ in windows], [ends for _, ends in windows]
    over = f"r.window_ends <= {put(now)}::timestamptz"
    return f"""INSERT INTO rate_limit AS r (id, key, count, window_ends)
        SELECT id, key, 1, ends
        FROM unnest({put(ids)}::uuid[], {put(keys)}::bytea[], {put(ends)}::timestamptz[]) AS t (id, key, ends)
        ON CONFLICT (key) DO UPDATE SET count = CASE WHEN {over} THEN 1 ELSE r.count + 1 END,
            window_ends = CASE WHEN {over} THEN excluded.window_ends ELSE r.window_ends END
        RETURNING key, count, window_ends"""


def refuse(
    tries: Iterable[Tries], counted: Iterable[Mapping[str, Any]], now: datetime, words: str = ""
) -> None:
    """Raises TooMany, with these words, when one of them was tried more often than its most."""
    most = {each.key: each.most for each in tries}
    over = [each["window_ends"] for each in counted if each["count"] > most[each["key"]]]
    if over:
        words = words or gettext("Dette er prøvd mange ganger på kort tid. Vent litt og prøv igjen.")
        raise TooMany(words, max(over) - now)


async def limits(tries: Sequence[Tries], *, now: datetime) -> None:
    """Count one try of each, in one statement; raises TooMany when one of them has had more than its most."""
    values = Values()
    sql = counting(tries, values.put, now)
    refuse(tries, await rows(sql, *values), now)


async def limit(action: str, subject: str, most: int, window: timedelta, *, now: datetime) -> None:
    """Count one try of `action` by `subject`; more than `most` in a window raises TooMany."""
    await limits([Tries(action, subject, most, window)], now=now)


async def limit_visitor(action: str, request: Request, most: int, window: timedelta) -> None:
    """The same for whoever is at this network address."""
    await limits([of_visitor(action, request, most, window)], now=request.now)
