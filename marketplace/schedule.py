"""The worker: the whole timetable of background jobs, one page. It sends messages and keeps derived facts fresh."""

import asyncio
import logging
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from marketplace import every_mail  # noqa: F401 - what is imported there can be sent
from marketplace.base import clock
from marketplace.base.data import jobs
from marketplace.base.data.database import UNAVAILABLE, connected
from marketplace.base.insight.tracing import tracing
from marketplace.base.log import configure
from marketplace.base.post import outbox, queue
from marketplace.base.post.queue import Claimed
from marketplace.dialogue.telling.jobs import follow_meetings
from marketplace.guide.ringing.jobs import tell_guides
from marketplace.operations.alarm.jobs import tell_operator
from marketplace.operations.backup.jobs import end_keys
from marketplace.operations.jobs import reports
from marketplace.operations.jobs.running import Job, Worker
from marketplace.operations.restore.jobs import clear_lists
from marketplace.people.contacts.jobs import refuse
from marketplace.privacy.jobs import forget
from marketplace.settings import settings
from marketplace.statistics.jobs import close_cells
from offers.attendance.closing.jobs import close_registers
from offers.bookings.openings.jobs import tell_opened
from offers.messages.actions import ring_instead
from offers.messages.closings.actions import tell_closed
from offers.messages.follow_up.actions import follow_up
from offers.messages.reminders.actions import remind
from offers.publishing.jobs import keep_keywords
from offers.search.words.jobs import make_parts
from offers.seats.jobs import expire_offers, next_sessions
from offers.sessions.jobs import tell_added
from offers.work.actions import ask_others
from offers.work.jobs import tell_days, tell_of_calls, tell_of_requests, tell_who_waits
from offers.work.unsent.jobs import ask_for_unsent
from organizations.approval.jobs import tell_of_applications

stop = asyncio.Event()
"""Set when the worker is told to stop."""


async def told_otherwise(lost: Claimed, now: datetime) -> None:
    """Whoever was to hear it is rung, or somebody else is told."""
    await ring_instead(lost, now)
    await ask_others(lost, now)


async def send(now: datetime) -> None:
    await outbox.send_due(refuse, clock.now, stop, told_otherwise)


SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TIMETABLE: tuple[Job, ...] = (
    Job("send", SECOND, send, everywhere=True),
    Job("bring_back", 10 * MINUTE, queue.bring_back),
    Job("alive", 15 * SECOND, jobs.alive, everywhere=True, in_demo=2 * SECOND),
    Job("next_sessions", MINUTE, next_sessions, in_demo=5 * SECOND),
    Job("keep_keywords", 10 * MINUTE, keep_keywords, in_demo=15 * SECOND),
    Job("make_parts", 15 * SECOND, make_parts, in_demo=2 * SECOND),
    Job("expire_offers", MINUTE, expire_offers, in_demo=5 * SECOND),
    Job("tell_opened", MINUTE, tell_opened, in_demo=5 * SECOND),
    Job("tell_of_requests", 5 * SECOND, tell_of_requests, in_demo=2 * SECOND),
    Job("tell_of_calls", 30 * SECOND, tell_of_calls, in_demo=2 * SECOND),
    Job("tell_guides", MINUTE, tell_guides, in_demo=2 * SECOND),
    Job("tell_who_waits", 10 * MINUTE, tell_who_waits, in_demo=5 * SECOND),
    Job("tell_of_applications", 10 * MINUTE, tell_of_applications, in_demo=5 * SECOND),
    Job("tell_days", MINUTE, tell_days, in_demo=5 * SECOND),
    Job("ask_for_unsent", 10 * MINUTE, ask_for_unsent, in_demo=5 * SECOND),
    Job("tell_added", 5 * SECOND, tell_added, in_demo=2 * SECOND),
    Job("follow_meetings", MINUTE, follow_meetings, in_demo=5 * SECOND),
    Job("tell_closed", MINUTE, tell_closed, in_demo=5 * SECOND),
    Job("remind", 5 * MINUTE, remind, in_demo=5 * SECOND),
    Job("close_registers", MINUTE, close_registers, in_demo=5 * SECOND),
    Job("follow_up", 10 * MINUTE, follow_up, in_demo=5 * SECOND),
    Job("close_cells", 10 * MINUTE, close_cells, in_demo=2 * SECOND),
    Job("clear_lists", 60 * MINUTE, clear_lists),
    Job("end_keys", 60 * MINUTE, end_keys, in_demo=MINUTE),
    Job("tell_operator", 5 * MINUTE, tell_operator, by_any_clock=True),
    Job("forget", 10 * MINUTE, forget, in_demo=10 * SECOND),
)

PATIENCE = 8.0
"""Seconds that a running job gets to finish when the worker is told to stop."""


async def work() -> None:
    """Run the timetable until SIGTERM or Ctrl-C; the message at hand is finished then."""
    configure()
    # It warns of every second that a long send skips.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    stop.clear()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    worker = Worker()
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 60}
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    def add(job: Job) -> None:
        every = (settings().demo and job.in_demo) or job.every
        scheduler.add_job(
            worker.due, "interval", seconds=every.total_seconds(), args=[job], id=job.name,
            next_run_time=datetime.now(UTC),
        )  # fmt: skip

    by_name = {job.name: job for job in TIMETABLE}

    async def report(_now: datetime) -> None:
        await worker.tallies.write()

    async def hurry(now: datetime) -> None:
        """What an operator has asked for with `jobs run` is due at once."""
        for name in await reports.asked() & by_name.keys():
            await asyncio.create_task(worker.run(by_name[name], asked=True))
            await worker.tallies.write()

    for job in TIMETABLE:
        add(job)
    add(Job("report", 15 * SECOND, report, everywhere=True, in_demo=2 * SECOND, by_any_clock=True))
    add(Job("hurry", 3 * SECOND, hurry, by_any_clock=True))
    async with tracing(), connected():
        scheduler.start()
        await stop.wait()
        scheduler.pause()
        if worker.running:
            await asyncio.wait(worker.running, timeout=PATIENCE)
        scheduler.shutdown(wait=False)
        with suppress(*UNAVAILABLE):
            await worker.tallies.write()
        await worker.leader.resign()
