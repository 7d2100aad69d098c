"""What somebody does in the town, and it has not been done: one town is enough for all that tests try there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from marketplace.base import clock
from marketplace.base.data.database import in_transaction, rows


class Undone(Exception):
    """Ends a transaction without leaving anything."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    """What is written in this block is not: the views' own transactions are savepoints in ours."""
    try:
        async with in_transaction():
            yield
            raise Undone
    except Undone:
        if clock.offset_file().exists():  # the demo's clock is no row
            clock.move(timedelta(0))
            clock.offset_file().unlink()


async def forget_revisions() -> None:
    """Afterwards: the next to change the catalogue must not give it a revision again that was undone, for feeds keep
    what they have made by it."""
    await rows("UPDATE catalogue_revision SET revision = revision + 100000")
