"""Forgetting: what the table in rules.py says is due goes, and numbers remain."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import rows, value
from marketplace.base.post import mailbox
from marketplace.privacy.kept.rules import AUDIT_MONTHS, MAILBOX, Goes
from marketplace.privacy.rules import TABLES
from marketplace.statistics.closing import due
from offers.attendance import keys, year_keys
from offers.attendance.closing.rules import settled_at

log = structlog.get_logger("privacy")

DONE = "INSERT INTO forgetting (id, at, gone) VALUES ($1, $2, $3)"
AT_ONCE = 2000
"""Rows looked at in one statement: no long locks, whatever the size."""
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
"""Before and after every id."""


async def forget(now: datetime) -> dict[str, int]:
    """Delete or empty all that is due. Returns how many rows (months of audit_entry, years of keys) by table, without
    those that had none. It may be stopped at any place and begun again."""
    counts = {table: await apply(table, about.goes, now) for table, about in TABLES.items() if about.goes}
    await audit.open_months(now)
    counts["audit_entry"] = await audit.drop_months(now, AUDIT_MONTHS)
    counts["keys"] = await close_years(now)
    counts["ledger"] = await asyncio.to_thread(ledger.clear, now)
    counts["mailbox"] = await asyncio.to_thread(mailbox.clear, now - MAILBOX)
    done = {table: count for table, count in counts.items() if count}
    gone = sum(done.values())
    await rows(DONE, uuid7(), now, gone)
    log.info("forgotten", rows=gone)  # by table it would at times be a small count of people
    return done


async def apply(table: str, goes: Goes, now: datetime) -> int:
    """Let what is due of one table go, a slice of ids at a time. Returns how many rows."""
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
    count, first = 0, FIRST
    while True:
        end: UUID | None = await value(slice_ends, first)
        gone = await rows(change, now - goes.after, first, end or LAST)
        count += len(gone)
        if end is None:
            return count
        first = end


async def close_years(now: datetime) -> int:
    """Destroy the counting keys of years that are over: when all cells of the thirteenth closing are stored in every
    municipality, a month after the year. A year of which something is still to be
    closed keeps its key, however late it is."""
    over = [year for year in keys.years() if settled_at(year) <= now]
    open_years = {each.year for each in await due(now)} if over else set()
    over = [year for year in over if year not in open_years]
    for year in over:
        await year_keys.close(year, now)
    return len(over)
