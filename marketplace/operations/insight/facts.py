"""What the collector asks the database and the disks: a few short statements at a scrape, on a connection of its own.

Nothing here counts people, or is told by anything that could tell one from another: no offer, place, organisation or
kind of message. Messages are counted in tens, for one message is about one person.
"""

import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from marketplace.base import clock
from marketplace.base.data import backed_up
from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.base.data.migrate import NEWEST, NEWEST_IS_THERE
from marketplace.base.models import WRITTEN
from marketplace.operations.check.seats import COUNTED, SOLD_TWICE, WRONGLY_TAKEN, WRONGLY_WAITING
from marketplace.operations.disks import nearest
from marketplace.operations.jobs import reports
from marketplace.settings import settings
from offers.attendance import year_keys

STATES = ("due", "later", "held", "failed")
DAY = timedelta(days=1)
TENS = 10
"""Counts of messages are rounded up to the next of so many; none is none."""

OUTBOX = """SELECT channel, CASE WHEN failed_at IS NOT NULL THEN 'failed' WHEN waits_for = 'word' THEN 'held'
    WHEN due_at <= $1 THEN 'due' ELSE 'later' END AS state, count(*) AS messages, min(due_at) AS oldest
FROM outbox_message WHERE sent_at IS NULL AND (failed_at IS NULL OR failed_at > $2 AND problem IS NOT NULL
    AND problem NOT IN ('nobody''s any more', 'nothing to say')) GROUP BY 1, 2"""
"""What is on its way, and what was given up since $2. What nobody is to be told any more has not failed."""
SLOTS = """SELECT count(*) AS slots, count(*) FILTER (WHERE wal_status = 'lost') AS lost,
    coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0)::bigint AS kept FROM pg_replication_slots
WHERE NOT pg_is_in_recovery()"""
"""What the log keeps for a copy that may stand still."""
SEATS = f"""WITH pools AS (
    SELECT DISTINCT k.pool_id AS id FROM audit_entry a JOIN booking k ON k.id = a.object_id
    WHERE a.id > $1 AND a.at > $2 AND a.at < $3 LIMIT 500)
SELECT count(*) FILTER (WHERE {WRONGLY_TAKEN} OR {WRONGLY_WAITING} OR ({SOLD_TWICE.replace("taken", "p.taken")}))
FROM pools JOIN seat_pool p USING (id)
LEFT JOIN LATERAL (SELECT {COUNTED} FROM booking WHERE pool_id = p.id) b ON true"""
"""Pools that were booked since $1 and do not add up: check-data's laws, for what has just changed. One statement sees
one moment, so a booking that is being written is seen whole or not at all."""
LOOK_BACK = timedelta(minutes=5)
"""Pools that were booked so lately are looked at, at each scrape: what is wrong once is seen several times."""


@dataclass
class Facts:
    """What was found. What could not be found out is None, or empty."""

    up: bool = False
    newest: bool | None = None
    messages: dict[tuple[str, str], int] = field(default_factory=dict)
    """In tens, by carrier and state."""
    oldest_due: dict[str, float] = field(default_factory=dict)
    """Seconds since the longest due message of a carrier was due."""
    jobs: dict[str, reports.Report] = field(default_factory=dict)
    worker_alive: bool | None = None
    seats_broken: int | None = None
    log_kept: int | None = None
    slots_lost: int | None = None
    keys_wrong: int | None = None


Ask = Callable[[asyncpg.Connection, Facts, datetime], Awaitable[None]]


def in_tens(number: int) -> int:
    return -(-number // TENS) * TENS


async def schema(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    facts.newest = await connection.fetchval(NEWEST_IS_THERE, NEWEST)


async def outbox(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    carriers = sorted(channel.value for channel in WRITTEN)
    facts.messages = dict.fromkeys(((carrier, state) for carrier in carriers for state in STATES), 0)
    facts.oldest_due = dict.fromkeys(carriers, 0.0)
    for one in await connection.fetch(OUTBOX, now, now - DAY):
        facts.messages[one["channel"], one["state"]] = in_tens(one["messages"])
        if one["state"] == "due":
            facts.oldest_due[one["channel"]] = (now - one["oldest"]).total_seconds()


async def jobs(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    facts.jobs = await reports.read_on(connection)
    seen = await connection.fetchval(ALIVE_UNTIL)
    facts.worker_alive = seen is not None and seen > now


async def seats(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    since = now - LOOK_BACK
    first = UUID(int=int(since.timestamp() * 1000) << 80)
    facts.seats_broken = await connection.fetchval(SEATS, first, since, now + DAY)


async def log(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    found = await connection.fetchrow(SLOTS)
    facts.log_kept, facts.slots_lost = found["kept"], found["lost"]


async def keys(connection: asyncpg.Connection, facts: Facts, now: datetime) -> None:
    facts.keys_wrong = len(await year_keys.problems(connection))


ASKED: tuple[Ask, ...] = (schema, outbox, jobs, seats, log, keys)
"""Each by itself: what one cannot find out, for a table that is not there yet or a right that is missing, is left out,
and the others are told."""


async def ask(connection: asyncpg.Connection) -> Facts:
    """All that the database tells. Raises what it raises when it is away."""
    facts, now = Facts(up=True), clock.now()
    for each in ASKED:
        try:
            await each(connection, facts, now)
        except (
            asyncpg.UndefinedTableError,
            asyncpg.UndefinedColumnError,
            asyncpg.InsufficientPrivilegeError,
        ):
            continue
    return facts


def disks() -> "dict[str, shutil._ntuple_diskusage]":
    """Bytes in all and free where we write, by what the folder is for: never by its path."""
    found = {}
    for name, folder in (("data", settings().data_dir), ("keys", settings().keys)):
        found[name] = shutil.disk_usage(nearest(folder))
    return found


def copies() -> backed_up.BackedUp:
    """When this instance was last backed up."""
    return backed_up.last()
