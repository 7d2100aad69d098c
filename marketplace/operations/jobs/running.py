"""What a job is, and how a worker runs one: each failure is one job's own, and every run is counted."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from marketplace.base import clock
from marketplace.base.backoff import Backoff
from marketplace.base.data import jobs
from marketplace.base.data.database import UNAVAILABLE
from marketplace.base.insight.tracing import span
from marketplace.base.log import by_database
from marketplace.operations.jobs.leap import Clock
from marketplace.operations.jobs.reports import Tallies

MOST_WAIT = 30.0
"""Seconds before a job that failed runs again, at most; what comes less often anyway comes as often as before."""

log = structlog.get_logger("schedule")

AT_IT: dict[str, float] = {}
"""The jobs that this process is at, each with since when (time.monotonic): what does not end is never counted."""


def at_it_longer(most: timedelta) -> list[str]:
    """The jobs that have been at it for longer, by name."""
    since = time.monotonic() - most.total_seconds()
    return sorted(name for name, began in AT_IT.items() if began < since)


@dataclass(frozen=True)
class Job:
    """`run(now)` every so often. Of several workers only one does it, unless `everywhere`."""

    name: str
    every: timedelta
    run: Callable[[datetime], Awaitable[object]]
    everywhere: bool = False
    in_demo: timedelta | None = None
    """How often in demo mode, where somebody moves the clock and waits to see what comes of it."""
    by_any_clock: bool = False
    """Also run while the clock is not believed (leap.py)."""


class Worker:
    """Runs the jobs of the timetable."""

    def __init__(self) -> None:
        self.leader = jobs.Leader()
        self.running: set[asyncio.Task[object]] = set()
        self.tallies = Tallies()
        self.one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.backoffs: dict[str, Backoff] = {}
        self.again: dict[str, float] = {}
        self.clock = Clock()

    async def due(self, job: Job) -> None:
        """One run by the timetable: what has failed comes less and less often, until it works again."""
        if time.monotonic() >= self.again.get(job.name, 0.0):
            await self.run(job)

    async def run(self, job: Job, *, asked: bool = False) -> None:
        """One run, if it is ours to do. `asked`: the operator wants it, whatever the clock says."""
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        began, error = time.monotonic(), None
        try:
            async with self.one_at_a_time[job.name]:
                if not (job.everywhere or await self.leader.leads()):
                    return
                if not (asked or job.by_any_clock or await self.clock.believed(clock.now())):
                    return
                began = AT_IT[job.name] = time.monotonic()
                with span(f"job {job.name}", **{"treffpunkt.job": job.name}):
                    try:
                        await job.run(clock.now())
                    finally:
                        AT_IT.pop(job.name, None)
        except UNAVAILABLE as away:
            error = away
            log.warning("database away", job=job.name, problem=type(away).__name__, **by_database(away))
        except Exception as fault:
            error = fault
            log.exception("job failed", job=job.name)
        finally:
            self.running.discard(task)
        backoff = self.backoffs.setdefault(job.name, Backoff(1.0, MOST_WAIT))
        if error is None:
            backoff.well()
            self.again.pop(job.name, None)
        else:
            self.again[job.name] = time.monotonic() + backoff.wait()
        self.tallies.ran(job.name, clock.now(), time.monotonic() - began, error)
