"""What a process needs in order to take a booking."""

from datetime import datetime

from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.data.marks import APPLIED, INCOMPATIBLE
from marketplace.base.data.migrate import NEWEST
from marketplace.base.web import draining
from marketplace.operations.ready.facts import OK, Said, needed
from marketplace.operations.ready.rules import schema
from marketplace.settings import settings

ROOM_FOR = "CREATE TEMP TABLE room ON COMMIT DROP AS SELECT repeat('room', 4096) AS filler"
"""A table is made longer at once, and the catalogue is written: a full disk says so, and a copy that only reads."""


@needed("serving")
async def serving(_now: datetime) -> Said:
    """Told to end, it still takes what comes; whoever asks here sends it elsewhere meanwhile."""
    return "ending" if draining.begun() else OK


@needed("database")
async def database(_now: datetime) -> Said:
    await value("SELECT 1")
    return OK


@needed("migrations")
async def migrations(_now: datetime) -> Said:
    """The schema is this program's, or newer by what programs of before get on with (docs/upgrading.md)."""
    newest = await value(APPLIED)
    unknown = await value(INCOMPATIBLE, NEWEST) if newest and newest > NEWEST else None
    return schema(newest, NEWEST, unknown)


@needed("instance")
async def instance(_now: datetime) -> Said:
    demo = await value("SELECT demo FROM instance")
    return OK if demo in (None, settings().demo) else "another's"


@needed("write")
async def write(_now: datetime) -> Said:
    async with in_transaction():
        await rows(ROOM_FOR)
    return OK
