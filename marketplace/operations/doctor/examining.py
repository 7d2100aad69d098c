"""All that is looked at before people are let in.

CHECKS is all of it, and who runs it decides what becomes of it: `serve`, `worker` and `run` refuse what is *wrong*
(it can never be right) and say what is *away* (not well at this moment) before they start all the same; `doctor` tells
both and what is well. Settings that are wrong in themselves come first, and stop every command (settings/rules.py).
"""

import ssl

import asyncpg

from marketplace.base import clock
from marketplace.base.data import instance
from marketplace.base.data.database import UNAVAILABLE, credentials
from marketplace.operations.doctor import (
    addresses,
    at_work,
    backups,
    carriers,
    counting,
    database,
    disk,
    ledger,
    surroundings,
    through,
)
from marketplace.operations.doctor.findings import WITHIN, Check, Finding, Kind, Looking, of
from marketplace.settings import settings
from offers.attendance import year_keys

CHECKS: tuple[tuple[str, Check], ...] = (
    ("address", surroundings.address),
    ("proxies", surroundings.proxies),
    ("help line", surroundings.help_line),
    ("database", database.database),
    ("migrations", database.migrations),
    ("calendars", addresses.calendars),
    ("signing", addresses.secrets),
    ("keys", counting.keys),
    ("figures", counting.figures),
    ("mail", carriers.mail),
    ("sms", carriers.sms),
    ("operator", carriers.operator),
    ("disk", disk.disk),
    ("backups", backups.backups),
    ("ledger", ledger.ledger),
    ("clock", database.clocks),
)


ASKED: tuple[tuple[str, Check], ...] = (("jobs", at_work.jobs), ("messages", at_work.messages))
"""What is looked at when somebody asks, and not before each start."""


async def examine(host: str, asked: bool = False) -> list[Finding]:
    """Everything, in the order of CHECKS; ASKED too, when an operator asks."""
    connection, away = None, ""
    try:
        connection = await asyncpg.connect(**credentials(settings().database_url or ""), timeout=WITHIN)
    except (*UNAVAILABLE, asyncpg.PostgresError, ssl.SSLError) as problem:
        away = str(problem) or type(problem).__name__
    at = Looking(host, clock.now(), connection, away)
    try:
        checks = (*CHECKS, *ASKED) if asked else CHECKS
        return [Finding(kind, what, said) for what, check in checks async for kind, said in check(at)]
    finally:
        if connection:
            await connection.close()


async def visited(url: str) -> list[Finding]:
    """What a visit to the public address shows."""
    return [Finding(kind, "through", said) async for kind, said in through.through(url, clock.now())]


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
            await addresses.remember(connection, now)
        finally:
            await connection.close()
    return found
