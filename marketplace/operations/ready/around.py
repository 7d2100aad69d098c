"""How what stands around the process is: bookings are taken without it, but somebody should look."""

import asyncio
import shutil
from datetime import datetime, timedelta

from marketplace.base.data.database import value
from marketplace.base.data.jobs import ALIVE_UNTIL
from marketplace.base.models import Channel
from marketplace.base.numbers import share
from marketplace.base.post.held import GOING, HELD
from marketplace.operations.ready.facts import OK, Said, told
from marketplace.settings import settings
from offers.attendance import year_keys

LATE = f"""SELECT EXISTS (SELECT FROM outbox_message WHERE channel = $2 AND {GOING}
    AND problem IS NOT NULL AND created_at < $1)"""
LATE_AFTER = timedelta(minutes=5)
OLDEST_DUE = f"SELECT min(due_at) FROM outbox_message WHERE {GOING} AND due_at < $1"
ANY_HELD = f"SELECT EXISTS (SELECT FROM outbox_message WHERE {HELD})"
BROKEN_OFF = "SELECT count(*) FROM job_run WHERE job <> 'worker' AND done_at IS NULL AND leased_until < $1"
"""Jobs that somebody began and nobody has finished, long enough ago that another should have."""


@told("worker")
async def worker(now: datetime) -> Said:
    seen = await value(ALIVE_UNTIL)
    return "never seen" if seen is None else OK if seen > now else "stale"


@told("mail")
async def mail(now: datetime) -> Said:
    return await _through(Channel.EMAIL, now)


@told("sms")
async def sms(now: datetime) -> Said:
    return await _through(Channel.SMS, now)


async def _through(channel: Channel, now: datetime) -> Said:
    """Do messages get through by it?"""
    return "late" if await value(LATE, now - LATE_AFTER, channel) else OK


@told("oldest_due_message_seconds")
async def oldest_due_message(now: datetime) -> Said:
    due: datetime | None = await value(OLDEST_DUE, now)
    return int((now - due).total_seconds()) if due else 0


@told("messages_held")
async def held(_now: datetime) -> Said:
    """A restore holds what was to be sent until the operator has looked: it is not late, it waits for them."""
    return "wait for your word: outbox release" if await value(ANY_HELD) else "none"


@told("jobs_broken_off")
async def jobs(now: datetime) -> Said:
    return int(await value(BROKEN_OFF, now - timedelta(hours=1)))


@told("keys")
async def keys(now: datetime) -> Said:
    """Those that years are counted under: without its own nothing of a year is registered or closed."""
    gone = await year_keys.missing(now)
    return f"missing: {', '.join(map(str, gone))}" if gone else OK


@told("disk_free_percent")
async def disk(_now: datetime) -> Said:
    """Of the disk that the data folder lies on."""
    usage = await asyncio.to_thread(shutil.disk_usage, settings().data_dir)
    return share(usage.free, usage.total) or 0
