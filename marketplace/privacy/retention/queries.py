"""When what is due was last forgotten, and how many rows went."""

from datetime import datetime
from typing import NamedTuple

from marketplace.base.data.database import row

LAST = """SELECT max(at) AS at, (array_agg(gone ORDER BY at DESC))[1] AS gone, sum(gone)::bigint AS in_all
FROM forgetting WHERE at > $1::timestamptz - interval '1 year'"""


class Run(NamedTuple):
    """The last time, its number of rows, and that of the year up to it."""

    at: datetime
    gone: int
    in_all: int


class Found(NamedTuple):
    at: datetime | None
    gone: int | None
    in_all: int | None


async def last_run(now: datetime) -> Run | None:
    """The last time that all that was due was forgotten, in the last year."""
    found = await row(Found, LAST, now)
    if found is None or found.at is None:
        return None
    return Run(found.at, found.gone or 0, found.in_all or 0)
