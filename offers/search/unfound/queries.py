"""Reads of what was searched for and not found."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows

SHOWN = 50


class Sought(NamedTuple):
    """Words that came on so many days, the last time then."""

    words: str
    days: int
    last_on: date


async def sought(municipality: UUID) -> list[Sought]:
    """What was looked for there or everywhere, on the most days first."""
    return await rows(
        Sought,
        f"""SELECT words, sum(days)::int AS days, max(last_on) AS last_on FROM unfound
        WHERE words IS NOT NULL AND (municipality_id = $1 OR municipality_id IS NULL)
        GROUP BY words ORDER BY 2 DESC, 3 DESC, 1 LIMIT {SHOWN}""",
        municipality,
    )
