"""jobs list and jobs run."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import click

from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA
from marketplace.operations.jobs.reports import Report
from marketplace.operations.jobs.running import Job
from marketplace.operations.opened import database
from marketplace.settings import settings

Timetable = Callable[[], tuple[Job, ...]]
"""Gives the jobs there are: marketplace/schedule.py, which is above here."""

WITHIN = 120.0
"""Seconds that whoever leads gets to run what was asked for."""
LEADER_GONE = 20.0
"""Seconds after which we look again whether anybody leads at all."""


def group(timetable: Timetable) -> click.Group:
    """The commands, for these jobs."""

    @click.group("jobs")
    def jobs() -> None:
        """What the worker does by itself: how it goes, and running one now."""

    @jobs.command("list")
    @DATA
    def list_jobs(data: Path | None) -> None:
        """Say of each job how often it runs, when it last did, how long it took, and what went wrong. Exit 1 when the
        last run of any went wrong."""
        found, now = done(data, _reports)
        failing = False
        for job in timetable():
            failing = failing or bool(job.name in found and found[job.name].failing)
            click.echo(line(job, found.get(job.name), now))
        sys.exit(1 if failing else 0)

    @jobs.command("run")
    @click.argument("name")
    @DATA
    def run_job(name: str, data: Path | None) -> None:
        """Run one job now, and wait for it. Where a worker leads it is the worker that runs it, so nothing is done
        twice; where none does, this command leads for that moment."""
        by_name = {job.name: job for job in timetable()}
        if name not in by_name:
            raise click.ClickException(f"No job is called {name}. There are: {', '.join(sorted(by_name))}.")
        with database(data, there=True):
            report = asyncio.run(_ran(by_name[name]))
        if report is None:
            raise click.ClickException(
                f"{name} was asked for, and did not end within {WITHIN:.0f} seconds: see `jobs list`, and the worker's "
                "log."
            )
        if report.failing:
            raise click.ClickException(f"{name} went wrong: {report.problem}. The log says where.")
        click.echo(f"{name}: done in {report.took_ms / 1000:.1f} s.")

    return jobs


def line(job: Job, report: Report | None, now: datetime) -> str:
    """One job in a line."""
    often = f"every {span((settings().demo and job.in_demo) or job.every)}"
    if report is None or report.runs + report.failures == 0:
        return f"{job.name:20} {often:12} has not run"
    last = (
        f"last {span(now - report.ran_at)} ago, {report.took_ms / 1000:.1f} s"
        if report.ran_at
        else "never well"
    )
    counted = f"{report.failures} of {report.runs + report.failures} failed"
    wrong = f"; NOW FAILING: {report.problem}" if report.failing else ""
    return f"{job.name:20} {often:12} {last}; {counted}{wrong}"


def span(of: timedelta) -> str:
    """2 min, 3 h, 4 d: the largest of them that fits."""
    seconds = max(0, round(of.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size or seconds == size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


async def _reports(now: datetime) -> tuple[dict[str, Report], datetime]:
    from marketplace.operations.jobs.reports import reports

    return await reports(), now


async def _ran(job: Job) -> Report | None:
    """The report of a run that began after we asked. None: there was none in time."""
    from marketplace.base import clock
    from marketplace.base.data.database import connected
    from marketplace.base.log import configure
    from marketplace.operations.jobs.reports import answer, ask
    from marketplace.operations.jobs.running import Worker

    configure()
    async with connected():
        asked_at, asked, look, worker = clock.now(), time.monotonic(), 0.0, Worker()
        await ask(job.name, asked_at)
        while (waited := time.monotonic() - asked) < WITHIN:
            if waited >= look:
                look = waited + LEADER_GONE
                if await worker.leader.leads():  # nobody does; then it is ours
                    try:
                        await worker.run(job, asked=True)
                        await worker.tallies.write(answered=job.name)
                    finally:
                        await worker.leader.resign()
            if found := await answer(job.name, asked_at):
                return found
            await asyncio.sleep(0.3)
    return None
