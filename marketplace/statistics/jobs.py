"""What the worker does about figures."""

from datetime import datetime
from uuid import UUID

import structlog

from marketplace.base.data import jobs
from marketplace.base.errors import Refused
from marketplace.statistics import closing
from offers.attendance.year_keys import key_to_close

log = structlog.get_logger("statistics")


async def close_cells(now: datetime) -> None:
    """Close every month that is over, in order of time. A slot is a municipality and a month, so that workers do not do
    the same twice and a killed one's is done again; while somebody is at one, the later ones of that year wait.
    Without the year's own key nothing of that year is closed, and the operator is told (in the log, and by `doctor` and
    `check-data`); another is never made."""
    keyless, waits = set[int](), set[tuple[UUID, int]]()
    for each in await closing.due(now):
        if each.year in keyless or (each.municipality, each.year) in waits:
            continue
        try:
            key = await key_to_close(each.year)
        except Refused:
            keyless.add(each.year)
            log.error("a year's months are not closed: its key is not here", year=each.year)
            continue
        leased = await jobs.lease(closing.JOB, each.slot, now=now)
        if not leased or not await closing.close(each, key, now=now):
            waits.add((each.municipality, each.year))
