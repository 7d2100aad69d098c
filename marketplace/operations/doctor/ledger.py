"""Can the ledger be written? Where it cannot, nobody can be erased and no link revoked."""

from collections.abc import AsyncIterator

from marketplace.base.data import ledger as books
from marketplace.operations.disks import beside_data
from marketplace.operations.doctor.findings import Found, Kind, Looking
from marketplace.settings import settings


async def ledger(at: Looking) -> AsyncIterator[Found]:
    """It is begun here where there is none: a restore to before that says what it cannot know."""
    folder = settings().ledger
    try:
        books.begin_folder(folder)
    except OSError as problem:
        yield Kind.WRONG, f"{folder} cannot be written ({problem.strerror}): set TREFFPUNKT_LEDGER_DIR"
        return
    if beside_data(folder) and not settings().demo and not settings().database_url:
        words = f"it lies in {folder}, on the disk of the database: better on another, that survives it"
    else:
        words = f"what must stay gone after a restore is noted in {folder}"
    yield Kind.WELL, words
