"""How long each migration keeps others from writing: `python -m tests.bench.locks [PEOPLE [DIR]]` prints a table for
docs/upgrading.md. The oldest release makes the demo; meanwhile somebody writes to each table that a booking writes to.
What was made stays in DIR, an empty folder, where one is named: to try a backup and a restore with as many rows.
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import asyncpg

from marketplace.base.data import marks
from marketplace.base.data.database import credentials, disconnect
from marketplace.base.data.migrate import migrate
from marketplace.base.postgres.embedded import EmbeddedPostgres
from tests.upgrades.older import Instance, releases

WRITTEN = {
    "booking": "seats = seats",
    "seat_pool": "waiting = waiting",
    "session": "starts_at = starts_at",
    "offer": "state = state",
    "outbox_message": "attempts = attempts",
    "contact_point": "value = value",
    "rate_limit": "count = count",
}
"""Tables that a booking writes to or locks a row of, and a write that changes nothing."""


class Writing:
    """Somebody writes one row of a table again and again, and notes the longest that it took."""

    def __init__(self, table: str, change: str) -> None:
        self.table, self.change = table, change
        self.longest = 0.0

    async def go_on(self, url: str) -> None:
        connection = await asyncpg.connect(**credentials(url))
        sql = f"UPDATE {self.table} SET {self.change} WHERE id = (SELECT id FROM {self.table} LIMIT 1)"
        try:
            while True:
                began = time.monotonic()
                try:
                    await connection.execute(sql)
                except asyncpg.PostgresError:  # a column that has just gone
                    await connection.reload_schema_state()
                self.longest = max(self.longest, time.monotonic() - began)
                await asyncio.sleep(0.01)
        finally:
            connection.terminate()


class Everybody(threading.Thread):
    """All of them, in a loop of their own: the migrator's computing is not what they wait for."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.ended = url, threading.Event()
        self.those = [Writing(table, change) for table, change in WRITTEN.items()]

    def run(self) -> None:
        asyncio.run(self.write())

    async def write(self) -> None:
        tasks = [asyncio.create_task(each.go_on(self.url)) for each in self.those]
        while not self.ended.is_set():  # noqa: ASYNC110 - it is another thread's
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def measured(url: str, name: str) -> tuple[float, Writing]:
    """Seconds of a migration, and whoever waited longest meanwhile."""
    everybody = Everybody(url)
    everybody.start()
    await asyncio.sleep(0.5)
    for each in everybody.those:
        each.longest = 0.0
    seconds: list[float] = []

    def told(line: str) -> None:
        if " done in " in line:
            seconds.append(float(line.split()[-2]))

    await migrate(url, target=name, tell=told)
    everybody.ended.set()
    await asyncio.to_thread(everybody.join)
    await disconnect()
    return sum(seconds), max(everybody.those, key=lambda each: each.longest)


async def main(url: str, schema: str) -> None:
    connection = await asyncpg.connect(**credentials(url))
    rows = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in WRITTEN}
    await connection.close()
    print("Rows: " + ", ".join(f"{table} {number:,}" for table, number in rows.items()) + "\n")
    print("| Migration | Compatible | Seconds | Longest that a write waited |\n|---|---|---|---|")
    for name in marks.names():
        if name > schema:
            took, waited = await measured(url, name)
            word = "yes" if marks.compatible(name) else "no"
            # Who waited longer than it took waited for something else, too.
            longest = (
                f"{waited.longest:.2f} s ({waited.table})"
                if waited.longest < took
                else f"{took:.2f} s at most"
            )
            print(f"| {name} | {word} | {took:.2f} | {longest} |", flush=True)


if __name__ == "__main__":
    people = sys.argv[1] if len(sys.argv) > 1 else "20000"
    oldest = releases()[0]
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        data = Path(sys.argv[2] if len(sys.argv) > 2 else f"{place}/data")
        with EmbeddedPostgres(data) as server:
            os.environ["TREFFPUNKT_DEMO"] = "1"
            program = oldest.program(Path(place))
            Instance(server, data).command(program, "demo", "--people", people, seconds=3600)
            asyncio.run(main(server, oldest.schema))
