"""What is derived from the catalogue and kept, made anew from what it is derived from.

Each is kept in step by whoever writes. It is made anew where that is not enough: the public address has changed, which
stands in every event; the rules of a language have; or somebody has written to the database by hand.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import column, in_transaction, rows, value
from offers.search.words.jobs import make_parts
from offers.seats.upkeep import changing, move_on, refresh

AT_ONCE = 2000
RAISE = """UPDATE catalogue_revision SET revision = revision + 1, changed_at = greatest(changed_at, clock_timestamp())
WHERE id = 1 RETURNING revision"""


async def feeds(_now: datetime) -> int:
    """The events of the public calendars, and the stamp by which programs ask whether a feed has changed."""
    await _raise()
    count = await _in_slices(
        "session", "UPDATE session SET vevent = NULL WHERE id = ANY($1) AND vevent IS NOT NULL"
    )
    await _raise()  # what somebody was storing meanwhile, made as it was before, is not stored
    return count


async def words(now: datetime) -> int:
    """The parts of compounds by which offers are found."""
    count = await _in_slices("offer_text", "UPDATE offer_text SET parts = NULL WHERE id = ANY($1)")
    await make_parts(now)
    return count


async def next_sessions(now: datetime) -> int:
    """Each offer's copies of its sessions: the next and the last, how many; and when its seats begin and end."""
    offers: list[UUID] = await column("SELECT id FROM offer ORDER BY id")
    for offer in offers:
        async with changing(offer):
            await refresh(offer, now)
    await move_on(now)
    return len(offers)


async def _raise() -> None:
    async with in_transaction():
        raised = await value(RAISE)
        await rows("SELECT pg_notify('catalogue', $1)", str(raised))


async def _in_slices(table: str, update: str) -> int:
    """Nobody who books or edits waits for more than a slice."""
    ids: list[UUID] = await column(f"SELECT id FROM {table} ORDER BY id")
    for first in range(0, len(ids), AT_ONCE):
        await rows(update, ids[first : first + AT_ONCE])
    return len(ids)


DERIVED: dict[str, Callable[[datetime], Awaitable[int]]] = {
    "feeds": feeds,
    "words": words,
    "next-sessions": next_sessions,
}
