"""How often something may be tried: rows in PostgreSQL, so that all web processes count together."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from uuid import UUID

import structlog
from asyncpg import RaiseError

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from marketplace.base.errors import TooMany
from marketplace.base.i18n import gettext
from marketplace.base.signing import signed
from marketplace.base.web.http import Request
from marketplace.settings import settings

log = structlog.get_logger("limits")
Address = IPv4Address | IPv6Address


@dataclass(slots=True)
class Tries:
    """At most `most` tries of `action` by `subject` in a window. The subject is kept as a keyed hash. What is done now
    counts as `count` of them."""

    action: str
    subject: str
    most: int
    window: timedelta
    count: int = 1
    slowed: int | None = None
    """The most while all together try more often than is usual: see `limits`."""
    ends: datetime | None = None
    """When the window ends. None: a window after the first try in it."""

    id: UUID = field(init=False)

    def __post_init__(self) -> None:
        self.id = UUID(bytes=signed("limit", self.action, self.subject)[:16])


SINCE = datetime(2026, 1, 1, tzinfo=UTC)


TAG = re.compile(r"\+[^@]*(?=@)")


def mailbox_of(address: str) -> str:
    """The mailbox of an address. Whatever tag stands behind its name (ola+1@…) all of it comes to the same person, who
    else could be sent as many messages as there are tags."""
    return TAG.sub("", address)


def of_address(action: str, address: str, most: int, window: timedelta, *, now: datetime) -> Tries:
    """A try with an address or a number that may be anybody's. Whoever is refused must not learn from it how often, or
    since when, somebody else has used it: that they booked is nobody else's business. So the windows of all end at the
    same moments, and the most is `most` and some more, drawn anew for each address and window with our own key."""
    address, number = mailbox_of(address), (now - SINCE) // window
    more = max(5, most // 2)
    drawn = int.from_bytes(signed("limit", "most", action, address, str(number))[:8]) % (more + 1)
    return Tries(action, address, most + drawn, window, ends=SINCE + (number + 1) * window)


def client_address(request: Request) -> str:
    """The visitor's address. X-Forwarded-For counts only as far as our own proxies wrote it: from the right, the first
    that is not one of them. What stands before that, also in another header, the visitor may have made up."""
    return _client(request)[0]


def _client(request: Request) -> tuple[str, Address | None]:
    """The same, and as a number."""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    address = request.client.host if request.client else "unknown"
    number, proxies = ip(address), settings().proxies
    trusted = within(number, proxies)
    if said[0] and not trusted:
        warn_of_proxy()
    while trusted and said and (before := said.pop().strip()):
        address = WITH_PORT.sub(r"\1\2", before) if ":" in before else before
        number = ip(address)
        trusted = within(number, proxies)
    return address, number


WITH_PORT = re.compile(r"^(?:\[([^\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+)$")
"""Some proxies write where the visitor's connection came from in full; each would be somebody new."""


@cache
def warn_of_proxy() -> None:
    """Once a process: a proxy that is not named makes all visitors one. Or a visitor has made it up."""
    log.warning("X-Forwarded-For from an address that is not in TREFFPUNKT_TRUSTED_PROXIES")


LOOPBACK: dict[str, Address] = {name: ip_address(name) for name in ("127.0.0.1", "::1")}
"""This machine, where a proxy mostly is."""


def ip(address: str) -> Address | None:
    """The address as a number, an IPv4 one that is written as IPv6 as what it is. Not remembered: who came here is
    personal, and reading it again takes two to four millionths of a second."""
    if (here := LOOPBACK.get(address)) is not None:
        return here
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def within(found: Address | None, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Is an address in one of these networks?"""
    return found is not None and any(found in network for network in networks)


WIDER = ((64, 1), (56, 4), (48, 16))
"""Of IPv6, bits that count as one, and how many times more may be tried there. A machine is given a /64 whole, a
household or a rented server a /56 and often a /48."""


def networks(address: str, found: Address | None) -> list[tuple[str, int]]:
    """What counts as one, and how many times the most: an IPv4 address, or of IPv6 each of WIDER."""
    if isinstance(found, IPv6Address):
        return [(str(ip_network((found, bits), strict=False)), times) for bits, times in WIDER]
    return [(str(found or address), 1)]


def of_client(request: Request) -> list[tuple[str, int]]:
    """The networks that this visitor's tries count for, and how many times the most. None where the operator knows
    that many people sit behind one address."""
    known: list[tuple[str, int]] | None = request.scope.get("networks")
    if known is None:
        address, found = _client(request)
        factor = settings().loopback_limit_factor if found and found.is_loopback else 1
        known = [(network, times * factor) for network, times in networks(address, found)]
        known = request.scope["networks"] = [] if within(found, settings().crowded) else known
    return known


def of_visitor(
    action: str,
    request: Request,
    most: int,
    window: timedelta,
    about: str = "",
    count: int = 1,
    slowed: int | None = None,
) -> list[Tries]:
    """`count` tries by whoever is in this network, of all or `about` one thing; none in one that is crowded."""
    return [
        Tries(
            action,
            f"{network} {about}" if about else network,
            most * times,
            window,
            count,
            slowed and slowed * times,
        )
        for network, times in of_client(request)
    ]


def windows(tries: Iterable[Tries], now: datetime) -> dict[str, list[object]]:
    """What `counting` and UNLESS_TOO_MANY ask for: ids, in one order, so that nobody waits in a ring, and of each its
    count, the end of its window and its most."""
    found = sorted((one.id, one.ends or now + one.window, one.count, one.most) for one in tries)
    ids, ends, counts, most = map(list, zip(*found, strict=True))
    return {"tried": ids, "ends": ends, "counts": counts, "most": most}


@cache
def counting(of: str | None = None) -> str:
    """SQL, a template for a Statement that shares what was `tried` and the time (`at`): counts one try of each and
    returns its id as `tried`, count and window_ends. `of`: only where the part of that name has a row."""
    # A window that ends well after a new one would is of a clock that ran ahead: nobody waits for that.
    over = (
        "(r.window_ends <= {at}::timestamptz OR r.window_ends > excluded.window_ends + interval '1 minute')"
    )
    return f"""INSERT INTO rate_limit AS r (id, count, window_ends)
        SELECT id, count, ends
        FROM unnest({{tried}}::uuid[], {{ends}}::timestamptz[], {{counts}}::int[]) AS t (id, ends, count)
        {f"WHERE EXISTS (SELECT FROM {of})" if of else ""}
        ON CONFLICT (id) DO UPDATE SET count = excluded.count + CASE WHEN {over} THEN 0 ELSE r.count END,
            window_ends = CASE WHEN {over} THEN excluded.window_ends ELSE r.window_ends END
        RETURNING id AS tried, count, window_ends"""


UNLESS_TOO_MANY = """wait_until((SELECT max(c.window_ends) FROM counted c
    JOIN unnest({tried}::uuid[], {most}::int[]) AS t (id, most) ON t.id = c.tried WHERE c.count > t.most)) IS NULL"""
"""SQL, a condition of the same Statement, where the part that counts is called `counted`: nothing was tried more often
than its most. Else the database undoes the whole statement, and what it raises is told by `too_many`."""


def too_many(raised: RaiseError, now: datetime, words: str) -> TooMany:
    """What UNLESS_TOO_MANY has undone a statement for, in these words."""
    return TooMany(words, datetime.fromtimestamp(float(str(raised)), UTC) - now)


def refuse(
    tries: Iterable[Tries], counted: Iterable[Mapping[str, Any]], now: datetime, words: str = ""
) -> None:
    """Raises TooMany, with these words, when one of them was tried more often than its most."""
    most = {each.id: each.most for each in tries}
    over = [each["window_ends"] for each in counted if each["count"] > most[each["tried"]]]
    if over:
        words = words or gettext("Dette er prøvd mange ganger på kort tid. Vent litt og prøv igjen.")
        raise TooMany(words, max(over) - now)


MOST_PRINTED = 60
"""Papers an hour for one person, or one booking: more than a host with a course of forty needs."""


async def limits(
    tries: Sequence[Tries], *, now: datetime, words: str = "", total: Tries | None = None
) -> None:
    """Count the tries of each, in one statement; raises TooMany when one of them has had more than its most.

    When all together have had more than the most of `total`, nobody is shut out, but those slow down that say how.
    """
    counted = await count([*tries, total] if total else tries, now)
    if total and counted[total.id]["count"] > total.most:
        tries = [replace(each, most=each.slowed or each.most) for each in tries]
    refuse(tries, [counted[each.id] for each in tries], now, words)


async def printing(whose: UUID, now: datetime) -> None:
    """Before something is printed for somebody: one process prints for all, so nobody has it to themselves. Raises
    TooMany."""
    await limits([Tries("print", str(whose), MOST_PRINTED, timedelta(hours=1))], now=now)


COUNTED: ContextVar[list[Tries] | None] = ContextVar("counted", default=None)
"""What has been tried in what `counted_anyway` goes around."""


@asynccontextmanager
async def counted_anyway(now: datetime) -> AsyncIterator[None]:
    """Around a transaction of a whole request: what is tried in it counts also when the rest is undone. Else whoever is
    refused by an error, or only wants to see the form, has as many tries as they like."""
    tries: list[Tries] = []
    token = COUNTED.set(tries)
    try:
        yield
    except Exception:
        COUNTED.reset(token)
        await count(tries, now)
        raise
    COUNTED.reset(token)
    if (around := COUNTED.get()) is not None:
        around.extend(tries)


async def count(tries: Sequence[Tries], now: datetime) -> dict[UUID, Mapping[str, Any]]:
    """Count the tries of each, and give count and window_ends of each by its id."""
    if not tries:
        return {}
    if (noted := COUNTED.get()) is not None:
        noted.extend(tries)
    counted = windows(tries, now)
    del counted["most"]  # whoever asks compares
    asked = Statement(at=now, **counted).add(counting())
    return {each["tried"]: each for each in await rows(asked.sql, *asked.values)}


async def limit(action: str, subject: str, most: int, window: timedelta, *, now: datetime) -> None:
    """Count one try of `action` by `subject`; more than `most` in a window raises TooMany."""
    await limits([Tries(action, subject, most, window)], now=now)


async def limit_visitor(action: str, request: Request, most: int, window: timedelta) -> None:
    """The same for whoever is at this network address."""
    await limits(of_visitor(action, request, most, window), now=request.now)
