"""Forgetting: what the table in rules.py says is due goes, and numbers remain."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import pairwise
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from marketplace.base.data import audit, jobs, ledger
from marketplace.base.data.database import UNAVAILABLE, column, rows, value
from marketplace.base.post import mailbox
from marketplace.privacy.erasure.actions import erase_what_came_after
from marketplace.privacy.kept.rules import AUDIT_MONTHS, MAILBOX, Goes
from marketplace.privacy.rules import TABLES
from marketplace.statistics.closing import due
from offers.attendance import keys, year_keys
from offers.attendance.closing.rules import settled_at

log = structlog.get_logger("privacy")

DONE = "INSERT INTO forgetting (id, at, gone) VALUES ($1, $2, $3)"
AT_ONCE = 2000
"""Rows looked at in one statement: no long locks, whatever the size."""
Step = tuple[str, Callable[[datetime], Awaitable[int | None]]]
"""What goes, and how; it gives how much went."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
"""Before and after every id."""


async def forget(now: datetime) -> dict[str, int]:
    """Delete or empty all that is due. Returns how many rows (months of audit_entry, years of keys, persons) by table,
    without those that had none. It may be stopped at any place and begun again. Raises what went wrong with one of them
    when all the others are done: nobody's data stays because another's could not go."""
    counts = dict[str, int]()
    steps: list[Step] = [("erased", erase_what_came_after)]
    steps += [(table, partial(apply, table, about.goes)) for table, about in TABLES.items() if about.goes]
    steps += [
        ("audit_entry", audit.open_months),
        ("audit_entry", partial(audit.drop_months, keep=AUDIT_MONTHS)),
        ("keys", close_years),
        ("ledger", lambda now: asyncio.to_thread(ledger.clear, now)),
        ("mailbox", lambda now: asyncio.to_thread(mailbox.clear, now - MAILBOX)),
    ]

    async def take(step: Step) -> None:
        what, act = step
        counts[what] = await act(now) or 0

    await jobs.each(steps, take)
    done = {table: count for table, count in counts.items() if count}
    gone = sum(done.values())
    await rows(DONE, uuid7(), now, gone)
    log.info("forgotten", rows=gone)  # by table it would at times be a small count of people
    return done


async def apply(table: str, goes: Goes, now: datetime) -> int:
    """Let what is due of one table go, a slice of ids at a time. Returns how many rows. What goes wrong with a row is
    raised when all others have gone."""
    due = f"({goes.since}) <= $1"
    if goes.becomes:
        names, values = ", ".join(f"t.{name}" for name in goes.becomes), ", ".join(goes.becomes.values())
        given = ", ".join(f"{name} = {sql}" for name, sql in goes.becomes.items())
        act, due = f"UPDATE {table} t SET {given}", f"ROW({names}) IS DISTINCT FROM ROW({values}) AND {due}"
    else:
        act = f"DELETE FROM {table} t"
    # Both ends are always said, and never left open by `IS NULL OR`: with that a plan for any slice reads from the
    # table's beginning, each time.
    slice_ends = f"SELECT id FROM {table} WHERE id >= $1 ORDER BY id OFFSET {AT_ONCE} LIMIT 1"
    change = f"{act} WHERE t.id >= $2 AND t.id <= $3 AND {due} RETURNING t.id"
    in_slice = f"SELECT id FROM {table} t WHERE t.id >= $2 AND t.id <= $3 AND {due} ORDER BY id"
    before, count = now - goes.after, 0

    async def go(ends: tuple[UUID, UUID]) -> None:
        nonlocal count
        try:
            count += len(await rows(change, before, *ends))
        except Exception as fault:
            if isinstance(fault, UNAVAILABLE) or ends[0] == ends[1]:
                raise
            await jobs.each([(one, one) for one in await column(in_slice, before, *ends)], go)

    ends = [FIRST]
    while end := await value(slice_ends, ends[-1]):
        ends.append(end)
    await jobs.each(pairwise([*ends, LAST]), go)
    return count


async def close_years(now: datetime) -> int:
    """Destroy the counting keys of years that are over: when all cells of the thirteenth closing are stored in every
    municipality, a month after the year. A year of which something is still to be
    closed keeps its key, however late it is."""
    over = [year for year in keys.years() if settled_at(year) <= now]
    open_years = {each.year for each in await due(now)} if over else set()
    over = [year for year in over if year not in open_years]
    await jobs.each(over, lambda year: year_keys.close(year, now))
    return len(over)
