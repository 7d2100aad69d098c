"""`kill -9` of `migrate` while the server is at a statement: nothing of that migration stays, and the next `migrate`
goes on as if it had never been tried. `make soak` dies in each migration, `make test` in a few."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import asyncpg

from marketplace.base.data import marks
from marketplace.base.data.address import credentials
from marketplace.base.data.migrate import NEWEST
from marketplace.base.postgres.embedded import EmbeddedPostgres
from tests.cluster import TEMPLATE, address_of
from tests.marketplace.operations.clusters import FAST, a_place, ask
from tests.marketplace.operations.killing import TO, WITHIN, killed

SOAK = os.environ.get("SOAK") == "1"
FEW = ("0001", "0013", NEWEST[:4])
SCHEMA = """SELECT md5(string_agg(line, E'\\n' ORDER BY line)) FROM (
    SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
        FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint
    UNION ALL SELECT tgname || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS lines
WHERE line NOT LIKE '%tortoise_migrations%'"""
"""All there is but the list of what was done, which is made before the first migration is."""
DONE = "SELECT count(*) FROM tortoise_migrations WHERE name = '{}'"
OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'"""
INDEX = "0054_outbox_waiting"
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
CUT_OFF = """SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'"""


def goes(url: str, to: str = "") -> None:
    """All migrations, or up to one."""
    went = killed(TO, "/nowhere", -1, url, to)
    assert went.code == 0, went.err


def goes_before(url: str, name: str) -> None:
    names = marks.names()
    if name != names[0]:
        goes(url, names[names.index(name) - 1])


def alone(url: str) -> None:
    """The server has seen that whoever asked it is dead."""
    until = time.monotonic() + 60
    while ask(url, OTHERS):
        assert time.monotonic() < until, "a connection of the dead one stays"
        time.sleep(0.05)


def dies(url: str, name: str, where: str) -> None:
    died = killed(WITHIN, "/nowhere", -1, url, name, where)
    assert died.code == -signal.SIGKILL, (name, where, died.out, died.err)
    alone(url)


@contextmanager
def somebody_writes(url: str, table: str) -> Iterator[None]:
    """A transaction that has not ended: an index that is made CONCURRENTLY waits for it."""
    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(asyncpg.connect(**credentials(url)))
    try:
        loop.run_until_complete(connection.execute(f"BEGIN; LOCK TABLE {table} IN ROW EXCLUSIVE MODE"))
        yield
    finally:
        loop.run_until_complete(connection.close())
        loop.close()


def test_a_migration_that_is_killed_within_a_statement_leaves_nothing_of_it(server: str) -> None:
    with a_place() as place, EmbeddedPostgres(place / "data", FAST) as url:
        for name in marks.names():
            if name == INDEX or not (SOAK or name[:4] in FEW):
                continue
            goes_before(url, name)
            stood = ask(url, SCHEMA)
            for where in ("first", "noted"):
                dies(url, name, where)
                assert ask(url, SCHEMA) == stood, (name, where)
                assert ask(url, DONE.format(name)) == 0, (name, where)
        goes(url)
        assert ask(url, SCHEMA) == ask(address_of(server, TEMPLATE), SCHEMA)


def test_an_index_that_is_cut_off_while_it_is_made_is_made_anew() -> None:
    """A `migrate` that is killed does not end it: the server goes on with it alone. The end of the server does."""
    with a_place() as place, EmbeddedPostgres(place / "data", FAST) as url:
        goes_before(url, INDEX)
        with somebody_writes(url, "outbox_message"), ThreadPoolExecutor() as beside:
            migrating = beside.submit(killed, TO, "/nowhere", -1, url, INDEX)
            until = time.monotonic() + 60
            while not (ask(url, INVALID) and ask(url, CUT_OFF)):
                assert time.monotonic() < until, "it was never at it"
                time.sleep(0.05)
        assert migrating.result().code != 0
        alone(url)
        assert (ask(url, INVALID), ask(url, DONE.format(INDEX))) == (1, 0)
        goes(url)
        assert ask(url, INVALID) == 0
        assert ask(url, "SELECT count(*) FROM pg_index WHERE indexrelid = 'outbox_waiting'::regclass") == 1
