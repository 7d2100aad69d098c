"""Putting right a database that was put back to an earlier moment, before anybody can sign in."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from marketplace.base.data import audit, ledger
from marketplace.base.data.database import column, connected, credentials, in_transaction, rows
from marketplace.base.data.instance import WrongInstance
from marketplace.base.data.ledger import Entry, Lost
from marketplace.base.data.marks import APPLIED
from marketplace.base.data.migrate import NEWEST, migrate
from marketplace.base.post import held
from marketplace.operations.restore import before
from marketplace.operations.restore.acts import Act
from marketplace.operations.restore.again import do_again
from marketplace.operations.restore.summary import Summary
from marketplace.privacy.actions import forget
from marketplace.settings import settings

MARGIN = timedelta(minutes=10)
"""A line is written a moment before its act is committed, and clocks differ. Doing it twice does no harm."""
REVISED = 1_000_000
"""How far the catalogue's revision is moved on where nobody knows how far it had come."""
MANAGED = """SELECT DISTINCT w.name FROM organization w JOIN membership m ON m.organization_id = w.id
WHERE w.state = 'approved' AND m.role = 'manager' AND m.ended_at IS NULL"""


async def put_right(
    connection_url: str, until: datetime, old_cluster_url: str | None, data: Path, now: datetime
) -> Summary:
    """Do again what must not be undone, in the database at `connection_url`, which is as it was at `until`.

    Erasures, and whatever else the ledger says; then retention, whose clock has gone on. All sign-ins end, and what was
    to be sent waits for the operator's word. Where the database before can be read (`old_cluster_url`), nothing that it
    has sent is sent again, and `data` gets a list of the bookings that differ.

    Call it before anything serves this database. It may be stopped anywhere and begun again. It brings an older
    database to the newest migration first. Raises WrongInstance where it is newer than this program.
    """
    await _known_to_us(connection_url)
    await migrate(connection_url)
    async with connected(connection_url):
        return await set_right(until, old_cluster_url, data, now)


async def _known_to_us(url: str) -> None:
    """A newer program knows what must not come back that we do not, also where we could serve its database."""
    connection = await asyncpg.connect(**credentials(url), timeout=10)
    try:
        there = await connection.fetchval("SELECT to_regclass('tortoise_migrations') IS NOT NULL")
        if there and (newest := await connection.fetchval(APPLIED) or "") > NEWEST:
            raise WrongInstance(
                f"This database is at {newest}, and this program knows no more than {NEWEST}: restore with the newer "
                "Treffpunkt that it comes from."
            )
    finally:
        await connection.close()


async def others(url: str) -> int:
    """How many connections there are to this database besides ours: somebody may be serving it."""
    connection = await asyncpg.connect(**credentials(url), timeout=10)
    try:
        return int(await connection.fetchval(OTHERS))
    finally:
        await connection.close()


OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'"""


async def set_right(until: datetime, old_cluster_url: str | None, data: Path, now: datetime) -> Summary:
    """The same over the connections of this process."""
    await held.hold()  # first: whatever happens below, nothing goes out
    summary = Summary(until, settings().ledger)
    summary.signed_out = await _end_sign_ins(now)
    entries, summary.lines_torn = await asyncio.to_thread(ledger.read, settings().ledger, until - MARGIN)
    summary.lines_read, summary.ledger_began = len(entries), ledger.began(settings().ledger)
    managed = set(await column(MANAGED))
    summary.done_again = await do_again(entries, now)
    summary.without_manager = sorted(managed - set(await column(MANAGED)))
    summary.forgotten = sum((await forget(now)).values())
    await rows("UPDATE catalogue_revision SET revision = revision + $1 WHERE id = 1", REVISED)
    if old_cluster_url:
        try:
            await before.read(old_cluster_url, until, data, _erased(entries), summary, now)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as problem:
            summary.old_problem = type(problem).__name__
    summary.held = await held.hold()  # also what was written of all this
    done = sum(summary.done_again.values())
    await audit.record(Act.DATABASE_RESTORED, now=now, details={"done_again": done, "held": summary.held})
    return summary


async def _end_sign_ins(now: datetime) -> int:
    """Also of those who were signed out since, or whose device was stolen. Codes and links to sign in with go too."""
    async with in_transaction():
        ended = await column("UPDATE sign_in SET ended_at = $1 WHERE ended_at IS NULL RETURNING id", now)
        for table in ("sign_in_ticket", "passkey_challenge"):
            await rows(f"DELETE FROM {table}")
    return len(ended)


def _erased(entries: list[Entry]) -> list[UUID]:
    return [UUID(each.id) for each in entries if each.kind is Lost.PERSON]
