"""A worker that is gone tells nobody of it: the web processes do, one of them for all, and again after a day.

A database that is away they could not agree upon, and each would mail: there /health/ready is 503, which whoever asks
it from outside sees (docs/operations.md).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import structlog
from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.backoff import jittered
from marketplace.base.beside import beside
from marketplace.base.data.database import UNAVAILABLE, row, rows, value
from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.operations.alarm.rules import AGAIN
from marketplace.operations.alarm.sending import written
from marketplace.operations.jobs.leap import leapt
from marketplace.settings import settings

log = structlog.get_logger("alarm")
EVERY = 300.0
"""Seconds between two looks."""
GONE = timedelta(minutes=10)
"""A worker that is started anew is back long before."""

# The row is the word that this is told: of these processes one alone writes it, and none within an hour of another,
# however often a worker comes and goes.
TELL = """INSERT INTO job_run (id, job, slot, leased_until, done_at)
SELECT $1, 'tell_gone', $2, $3, $3::timestamptz
WHERE NOT EXISTS (SELECT FROM job_run WHERE job = 'tell_gone' AND done_at > $3::timestamptz - interval '1 hour'
    AND done_at <= $3)
ON CONFLICT (job, slot) DO NOTHING RETURNING id"""
NOT_TOLD = "DELETE FROM job_run WHERE id = $1"


@asynccontextmanager
async def looked_after() -> AsyncIterator[None]:
    """Look while this block lasts; nothing where nobody is to be told."""
    if not settings().operator_email:
        yield
        return
    async with beside(_look()):
        yield


async def _look() -> None:
    gone = Gone()
    while True:
        await asyncio.sleep(jittered(EVERY))
        try:
            await gone.look(clock.now())
        except UNAVAILABLE:
            pass  # /health/ready says it
        except Exception:
            log.exception("nobody could look whether a worker is at work")


class Gone:
    """What one web process has seen of the workers."""

    def __init__(self) -> None:
        self.seen: datetime | None = None
        """Until when, by the look before, a worker had said that it is alive."""

    async def look(self, now: datetime) -> None:
        """Tell of a worker that has said nothing since the look before, either, and is late."""
        until: datetime | None = await value(ALIVE_UNTIL)
        silent, self.seen = until is not None and until == self.seen, until
        if until and silent and now - until > GONE and not leapt(until, now):
            await tell(until, now)


async def tell(until: datetime, now: datetime) -> None:
    """Mail it, unless it is told. What cannot go now is tried at the next look, by whoever comes first."""
    told = await row(TELL, uuid7(), f"{until:%Y-%m-%dT%H:%M:%S.%f} {(now - until) // AGAIN}", now)
    if told is None:
        return
    if not await written(*words(until)):
        await rows(NOT_TOLD, told["id"])


def words(until: datetime) -> tuple[str, str]:
    """Subject and text."""
    return f"{settings().site_name}: worker", (
        f"{settings().public_url} needs somebody who looks after it:\n\n"
        f"- worker: none has been at work since {until:%Y-%m-%d %H:%M} UTC: no message goes out, and no job is run\n"
        "  docs/operations.md, TreffpunktWorkerAway\n\n"
        "`python -m marketplace doctor` says more, and whether it is over.\n"
        "What lasts is told again after a day.\n"
    )
