"""What the operator is told of: facts of /health/ready, which anybody may read, so that a mail tells of nobody.

What ends the worker itself it cannot tell: gone.py does of the worker, deploy/alerts.yml of the machine and database.
"""

import shutil
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from marketplace.base.data.database import rows, value
from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.base.numbers import share
from marketplace.base.post.held import GOING
from marketplace.base.post.queue import BEFORE, HOLDS
from marketplace.operations.disks import nearest
from marketplace.operations.jobs.leap import leapt
from marketplace.operations.jobs.reports import reports
from marketplace.operations.jobs.running import at_it_longer
from marketplace.operations.opened import embedded
from marketplace.operations.ready import around, backups
from marketplace.operations.ready.facts import OK, Said
from marketplace.settings import settings

FREE = 10
"""Of a hundred parts of a disk, at least."""
FAILS = timedelta(minutes=30)
"""So long may a job go wrong: most put themselves right."""
HANGS = timedelta(hours=1)
"""No job takes so long; what has not ended by then waits for something that will not come."""

LATE = timedelta(minutes=5)
AWAY = "SELECT channel FROM carrier_away WHERE failures > 1 AND since < $1"
STILL, LONG = timedelta(minutes=15), timedelta(hours=1)
"""So long may nothing go out while something is due; and so long may any message wait, whatever goes out meanwhile."""
STUCK = f"""SELECT count(*) AS number, min(due_at) AS since FROM outbox_message m WHERE {GOING} AND due_at <= $1
    AND NOT EXISTS (SELECT FROM carrier_away a WHERE a.channel = m.channel)
    AND NOT EXISTS (SELECT FROM outbox_message o WHERE {BEFORE} AND {GOING} AND o.due_at > $1
        AND o.attempts BETWEEN 1 AND {HOLDS})"""
"""What nobody has tried though it is due, nor waits for a carrier or for an older one that is being tried and holds it
up still."""
ANY_GONE = "SELECT EXISTS (SELECT FROM outbox_message WHERE greatest(sent_at, failed_at) > $1)"


class Away(NamedTuple):
    channel: str


class Stuck(NamedTuple):
    """`since`: when the oldest came due."""

    number: int
    since: datetime | None


class Watched(NamedTuple):
    """`look` says OK, or in a few words what is wrong. `alert`: where docs/operations.md says what to do."""

    name: str
    look: Callable[[datetime], Awaitable[Said]]
    alert: str


async def backup(now: datetime) -> Said:
    """Where the database's host restores it, the dumps are only for whoever wants them."""
    said = await backups.backup(now)
    return OK if said == "never" and settings().provider_restores and not embedded() else said


async def disk(_now: datetime) -> Said:
    """Of each folder that we write in."""
    folders = {"data": settings().data_dir, "keys": settings().keys, "backups": settings().backup_dir}
    for name, folder in folders.items():
        if folder:
            usage = shutil.disk_usage(nearest(folder))
            if (share(usage.free, usage.total) or 0) < FREE:
                return f"less than {FREE} % of the disk for {name} is free"
    return OK


async def jobs(now: datetime) -> Said:
    failing = sorted(
        name
        for name, one in (await reports()).items()
        if one.failing and one.failed_at and (one.ran_at is None or one.failed_at - one.ran_at > FAILS)
    )
    said = {"go wrong": failing, "do not end": at_it_longer(HANGS)}
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in said.items() if names) or OK


async def clock(now: datetime) -> Said:
    return "no job is run: is it right?" if leapt(await value(ALIVE_UNTIL), now) else OK


async def messages(now: datetime) -> Said:
    """By a carrier that is away nothing goes; that one address refuses is no matter of the operator's. Nor does any
    message go where what comes first is never taken, though all carriers work."""
    away = sorted(each.channel for each in await rows(Away, AWAY, now - LATE))
    if away:
        return f"nothing goes out by {' or '.join(away)}"
    (stuck,) = await rows(Stuck, STUCK, now - STILL)
    if stuck.number and not await value(ANY_GONE, now - STILL):
        return f"none has gone out for a quarter of an hour, and {stuck.number} are due"
    if stuck.since and now - stuck.since > LONG:
        return f"the oldest has been due since {stuck.since:%Y-%m-%d %H:%M} UTC"
    return OK


async def held(now: datetime) -> Said:
    said = await around.held(now)
    return OK if said == "none" else said


WATCHED = (
    Watched("keys", around.keys, "TreffpunktKeysWrong"),
    Watched("backup", backup, "TreffpunktBackupOld"),
    Watched("disk", disk, "TreffpunktDiskFull"),
    Watched("jobs", jobs, "TreffpunktJobFails"),
    Watched("clock", clock, "TreffpunktWorkerAway"),
    Watched("messages", messages, "TreffpunktMessagesLate"),
    Watched("messages held", held, "TreffpunktMessagesHeld"),
)
