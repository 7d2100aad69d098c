"""What has to be looked at before people are let in: folders, database, mail, SMS, disk, clock.

CHECKS is all of it, and who runs it decides what becomes of it: `serve`, `worker` and `run` refuse what is *wrong*
(it can never be right) and say what is *away* (not well at this moment) before they start all the same; `doctor` tells
both and what is well. Settings that are wrong in themselves come first, and stop every command (wrong_settings.py).
"""

import asyncio
import secrets
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from marketplace.addresses import LOOPBACK, within_networks
from marketplace.base import clock
from marketplace.base.data import instance
from marketplace.base.data.database import UNAVAILABLE, credentials
from marketplace.base.data.migrate import NEWEST
from marketplace.base.post import delivery
from marketplace.settings import settings
from marketplace.statistics import closing, role
from offers.attendance import year_keys


class Kind(StrEnum):
    WRONG = "wrong"
    """It can never be right: nothing starts."""
    AWAY = "away"
    """Not well at this moment, and may be in the next."""
    WELL = "well"


@dataclass(frozen=True)
class Finding:
    kind: Kind
    what: str
    """The subject in a word."""
    said: str
    """One sentence; what is wrong says what to set."""

    def __str__(self) -> str:
        return f"{self.kind.value:5}  {self.what}: {self.said}"


@dataclass(frozen=True)
class Looking:
    """What the checks look at. `connection` is None when the database does not answer, and `away` says why."""

    host: str
    now: datetime
    connection: asyncpg.Connection | None = None
    away: str = ""


Found = tuple[Kind, str]
Check = Callable[[Looking], AsyncIterator[Found]]
ROOM = 500 * 1024 * 1024
"""Bytes that a folder's disk should have left."""
AHEAD = timedelta(seconds=30)
"""So much may two clocks differ."""
PATIENCE = timedelta(hours=1)
"""So long may a worker take to close a month."""
WITHIN = 5.0
"""Seconds that a server gets to answer."""


async def proxies(at: Looking) -> AsyncIterator[Found]:
    if found := proxy_objection(at.host):
        yield Kind.WRONG, found
    elif not settings().demo:
        yield Kind.WELL, f"visitors come by {', '.join(settings().trusted_proxies)} to {at.host}"


def proxy_objection(host: str) -> str | None:
    """Whoever listens on this machine alone has the proxy on it, too: every visitor comes from here."""
    proxies = settings().proxies
    if settings().demo or not proxies or host not in LOOPBACK or within_networks("127.0.0.1", proxies):
        return None
    return (
        f"set TREFFPUNKT_TRUSTED_PROXIES to 127.0.0.1 too: `serve` listens on {host}, so your proxy comes from there; "
        "or let it listen elsewhere, with --host"
    )


async def keys(at: Looking) -> AsyncIterator[Found]:
    folder = settings().keys
    try:
        await asyncio.to_thread(try_to_write, folder)
    except OSError as problem:
        yield (
            Kind.WRONG,
            f"set TREFFPUNKT_KEYS_DIR to a folder that can be written: {folder}: {problem.strerror}",
        )
        return
    if folder.stat().st_mode & 0o002:
        yield Kind.WRONG, f"take the right to write in {folder} (TREFFPUNKT_KEYS_DIR) from everybody else"
    told = []
    if at.connection and await at.connection.fetchval("SELECT to_regclass('year_key') IS NOT NULL"):
        told = await year_keys.problems(at.connection)
    for each in told:
        yield Kind.WRONG, each
    if not told:
        yield Kind.WELL, f"{folder} can be written, and holds the keys that years were counted under"


async def figures(at: Looking) -> AsyncIterator[Found]:
    """Who may read figures, and whether the months that are over are closed."""
    if not at.connection or not await at.connection.fetchval("SELECT to_regclass('closing') IS NOT NULL"):
        return
    if wrong := await role.problem(at.connection):
        yield Kind.WRONG, wrong
        return
    if late := await closing.overdue(at.connection, at.now - PATIENCE):
        months = sorted({(each.year, each.number) for each in late})
        yield (
            Kind.AWAY,
            f"{len(months)} months are over and not closed, the first {months[0]}: see the worker's log",
        )
        return
    yield Kind.WELL, "the months that are over are closed"


def try_to_write(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    trial = folder / f"trial-{secrets.token_hex(4)}"
    trial.touch(mode=0o600, exist_ok=False)
    trial.unlink()


async def database(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None:
        yield Kind.AWAY, f"it cannot be reached: {at.away}"
        return
    demo = await instance.is_demo(at.connection)
    if wrong := instance.objection(demo):
        yield Kind.WRONG, wrong
    version = int(await at.connection.fetchval("SHOW server_version_num"))
    if version < 150000:
        yield Kind.WRONG, f"PostgreSQL 15 or newer is needed; this is {version // 10000}"
    yield Kind.WELL, f"PostgreSQL {version // 10000}, {travels(at.connection)}"


def travels(connection: asyncpg.Connection) -> str:
    """How what is asked and answered leaves here. Our own end is asked: a pooler between may have ended the TLS."""
    if credentials(settings().database_url or "")["host"].startswith("/"):
        return "by a socket of this machine"
    used = connection._transport.get_extra_info("ssl_object")
    return f"by {used.version()}" if used else "in plain text"


async def migrations(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None:
        return
    there = "SELECT to_regclass('tortoise_migrations') IS NOT NULL"
    newest = "SELECT EXISTS (SELECT FROM tortoise_migrations WHERE app = 'marketplace' AND name = $1)"
    if await at.connection.fetchval(there) and await at.connection.fetchval(newest, NEWEST):
        yield Kind.WELL, f"the database is at {NEWEST}"
    else:
        yield Kind.AWAY, "run `python -m marketplace migrate`: the database is not at the newest migration"


async def mail(at: Looking) -> AsyncIterator[Found]:
    if settings().demo and not settings().smtp_url:
        return
    way = delivery.Smtp(settings().smtp_url or "")
    try:
        async with asyncio.timeout(WITHIN):
            client = await way.connected()
            safe = client.get_transport_info("ssl_object") is not None
        if safe or way.url.hostname in LOOPBACK:
            yield Kind.WELL, f"{way.url.hostname} takes mail, {'by TLS' if safe else 'on this machine'}"
        else:
            yield Kind.AWAY, f"{way.url.hostname} offers no TLS: links to sign in would travel open"
    except TimeoutError:
        yield Kind.AWAY, f"{way.url.hostname} does not answer"
    except delivery.Postponed as away:
        yield Kind.AWAY, f"{way.url.hostname} takes no mail: {away.code}"
    finally:
        await way.close()


async def sms(at: Looking) -> AsyncIterator[Found]:
    if not settings().sms_url:
        yield Kind.WELL, "none is set, so none is offered in any form"
        return
    url = urlsplit(settings().sms_url or "")
    secure = url.scheme == "https"
    try:
        async with asyncio.timeout(WITHIN):
            _reader, writer = await asyncio.open_connection(
                url.hostname, url.port or (443 if secure else 80), ssl=ssl.create_default_context() if secure else None
            )  # fmt: skip
            writer.close()
        yield Kind.WELL, f"{url.hostname} answers"
    except OSError as problem:
        yield Kind.AWAY, f"{url.hostname} does not answer: {type(problem).__name__}"


async def disk(at: Looking) -> AsyncIterator[Found]:
    """Of the folders that we write in; the database's own disk shows in /health/ready."""
    for folder in dict.fromkeys((settings().data_dir, settings().keys)):
        with suppress(OSError):
            nearest = next(each for each in (folder, *folder.resolve().parents) if each.exists())
            left = shutil.disk_usage(nearest).free
            words = f"{left // 1024**2} MB are free at {nearest}"
            yield (Kind.WELL if left >= ROOM else Kind.AWAY), words


async def clocks(at: Looking) -> AsyncIterator[Found]:
    if at.connection is None or settings().demo:  # the demo's is moved
        return
    theirs = await at.connection.fetchval("SELECT clock_timestamp()")  # the one place that asks: to compare
    apart = abs(theirs - clock.now())
    if apart > AHEAD:
        yield (
            Kind.AWAY,
            f"the database's clock is {int(apart.total_seconds())} seconds from this machine's: set both",
        )
    last = None
    if await at.connection.fetchval("SELECT to_regclass('audit_entry') IS NOT NULL"):
        last = await at.connection.fetchval("SELECT max(at) FROM audit_entry WHERE at > $1", at.now + AHEAD)
    if last:
        yield (
            Kind.AWAY,
            f"something was written at {last:%Y-%m-%d %H:%M} UTC, which is yet to come: look at the clock",
        )
    if apart <= AHEAD and not last:
        yield Kind.WELL, "the database's and this machine's go alike"


async def help_line(at: Looking) -> AsyncIterator[Found]:
    set_ = settings()
    yield (
        Kind.WELL,
        f"{set_.helpline_name}, {set_.helpline_phone}, {set_.helpline_email}, {set_.helpline_hours}",
    )


async def address(at: Looking) -> AsyncIterator[Found]:
    yield Kind.WELL, f"{settings().public_url}; answered are {', '.join(sorted(settings().hosts))}"


CHECKS: tuple[tuple[str, Check], ...] = (
    ("address", address),
    ("proxies", proxies),
    ("help line", help_line),
    ("database", database),
    ("migrations", migrations),
    ("keys", keys),
    ("figures", figures),
    ("mail", mail),
    ("sms", sms),
    ("disk", disk),
    ("clock", clocks),
)


async def examine(host: str) -> list[Finding]:
    """Everything, in the order of CHECKS."""
    connection, away = None, ""
    try:
        connection = await asyncpg.connect(**credentials(settings().database_url or ""), timeout=WITHIN)
    except (*UNAVAILABLE, asyncpg.PostgresError, ssl.SSLError) as problem:
        away = str(problem) or type(problem).__name__
    at = Looking(host, clock.now(), connection, away)
    try:
        return [
            Finding(kind, what, said) for what, check in CHECKS async for kind, said in check(at)
        ]  # fmt: skip
    finally:
        if connection:
            await connection.close()


def of(kind: Kind, found: list[Finding]) -> Iterator[Finding]:
    return (each for each in found if each.kind is kind)


async def begin(host: str) -> list[Finding]:
    """Before anything is served: what was found; and when nothing is wrong, this database is marked as ours."""
    found = await examine(host)
    reached = not any(each.what == "database" for each in of(Kind.AWAY, found))
    if reached and not any(of(Kind.WRONG, found)):
        url, now = settings().database_url or "", clock.now()
        await instance.claim(url, now)
        connection = await asyncpg.connect(**credentials(url), timeout=WITHIN)
        try:
            if await connection.fetchval("SELECT to_regclass('year_key') IS NOT NULL"):
                await year_keys.remember(connection, now)
        finally:
            await connection.close()
    return found


async def send_to(to: str) -> None:
    """Send one real mail, now. Raises Postponed or Rejected."""
    from uuid_utils.compat import uuid7

    from marketplace.base.models import Channel
    from marketplace.base.post.letter import Letter
    from marketplace.base.post.mail import Content

    text = f"This mail shows that {settings().public_url} can send mail.\n"
    letter = Letter(
        uuid7(), Channel.EMAIL, to, f"doctor:{secrets.token_hex(8)}",
        Content(f"{settings().site_name}: a mail to try", text), clock.now(),
    )  # fmt: skip
    way = delivery.carrier(Channel.EMAIL)
    try:
        await way.send(letter)
    finally:
        await way.close()
