"""What the worker does about figures."""

from datetime import datetime
from uuid import UUID

import structlog

from marketplace.base.data import jobs
from marketplace.base.errors import Refused
from marketplace.statistics import closing
from marketplace.statistics.closing import Due
from offers.attendance.closing.jobs import close_registers
from offers.attendance.year_keys import key_to_close

log = structlog.get_logger("statistics")


async def close_cells(now: datetime) -> None:
    """Close every month that is over, in order of time. A slot is a municipality and a month, so that workers do not do
    the same twice and a killed one's is done again; while somebody is at one, the later ones of that year wait.
    Without the year's own key nothing of that year is closed, and the operator is told (in the log, and by `doctor` and
    `check-data`); another is never made."""
    keyless, waits = set[int](), set[tuple[UUID, int]]()
    found = await closing.due(now)
    if any(one.number == closing.LATE for one in found):  # what was marked on the last evening counts in it
        await close_registers(now)

    async def close(one: Due) -> None:
        if one.year in keyless or (one.municipality, one.year) in waits:
            return
        waits.add((one.municipality, one.year))  # also when it fails: the next month comes after this one
        try:
            key = await key_to_close(one.year)
        except Refused:
            keyless.add(one.year)
            log.error("a year's months are not closed: its key is not here", year=one.year)
            return
        async with jobs.leased(closing.JOB, one.slot, now=now) as ours:
            if ours and await closing.close(one, key, now=now):
                waits.remove((one.municipality, one.year))

    await jobs.each(found, close)
