"""A change of one session on the large demo: how soon every web process shows it, and what its feeds then cost."""

import gzip
import http.client
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as clock_time

import asyncpg

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import credentials

CHANGES = 20
LOOKS = 8
"""Connections that look at each feed: with two web processes both are met, but once in a hundred times."""
ONE = """SELECT s.id, o.slug, o.kind, o.audiences[1] AS audience, w.slug AS owner, m.slug AS municipality
    FROM session s JOIN offer o ON o.id = s.offer_id JOIN organization w ON w.id = o.owner_id
    JOIN municipality m ON m.id = o.municipality_id
    WHERE o.state = 'published' AND o.visibility = 'public' AND NOT o.sensitive AND w.state = 'approved'
        AND s.status = 'scheduled' AND s.starts_at >= $1 ORDER BY s.starts_at, s.id LIMIT 1"""


def look(address: str, path: str) -> str:
    """The feed over a connection of its own, packed as clients ask for it, and whole lines again."""
    connection = http.client.HTTPConnection(address.partition("://")[2])
    try:
        connection.request("GET", path, headers={"accept-encoding": "gzip"})
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return gzip.decompress(answer.read()).decode().replace("\r\n ", "")
    finally:
        connection.close()


async def change(dsn: str, address: str, used: Callable[[], float]) -> dict[str, float]:
    """`used` gives the seconds of CPU that the two web processes have used. Milliseconds: `change_seen`, from the
    commit until all of LOOKS connections have got the change in the feed of the offer (the middle one of CHANGES);
    `change_all` and `change_others`, of process time for one process to make the feed of all and the six others anew:
    what looking at them costs when nothing has changed is taken off."""
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        one = await connection.fetchrow(ONE, at_oslo(today(datetime.now(UTC)), clock_time(0)))
        others = [
            f"/calendar/{path}.ics"
            for path in (f"offers/{one['slug']}", f"sessions/{one['id']}", f"organizations/{one['owner']}",
                         f"kinds/{one['kind']}", f"audiences/{one['audience']}",
                         f"municipalities/{one['municipality']}")
        ]  # fmt: skip
        cost, seen = {"all": 0.0, "others": 0.0}, []
        for number in range(CHANGES + 1):
            words = f"Endring {number}."
            await connection.execute("UPDATE session SET note = $2 WHERE id = $1", one["id"], words)
            committed = time.perf_counter()
            while not all(words in look(address, others[0]) for _ in range(LOOKS)):
                pass
            seen.append((time.perf_counter() - committed) * 1000)
            for name, paths in (("others", others), ("all", ["/calendar/all.ics"])):
                for sign in (1, -1):  # with the making, and without
                    before = used()
                    for path in paths:
                        if not all(words in look(address, path) for _ in range(LOOKS)):
                            raise RuntimeError(f"{path} does not show the change")
                    if number:  # at first more than the change is made
                        cost[name] += sign * (used() - before) * 1000 / CHANGES / 2
        return {
            "change_seen": sorted(seen[1:])[CHANGES // 2], "change_seen_slowest": max(seen[1:]),
            "change_all": cost["all"], "change_others": cost["others"],
        }  # fmt: skip
    finally:
        await connection.close()
