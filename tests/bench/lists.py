"""How soon a booking is seen in every process's list, how long the index takes to be made, and how long lists wait
meanwhile."""

import asyncio
import http.client
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.data.database import credentials
from marketplace.base.data.revision import NAME

BOOKINGS = 20
LOOKS = 8
"""Connections that look at the list: with two web processes both are met, but once in a hundred times."""
ANEW = 3
"""Times that the index is made anew."""
ONE = """SELECT p.id, p.capacity - p.reserved - p.taken AS free, b.id AS booking, w.slug AS owner
    FROM seat_pool p JOIN offer o ON o.id = p.offer_id JOIN organization w ON w.id = o.owner_id
    JOIN booking b ON b.offer_id = o.id
    WHERE o.state = 'published' AND o.visibility = 'public' AND NOT o.sensitive AND w.state = 'approved'
        AND o.joining = 'per_session' AND p.starts_at = o.next_session_at AND p.starts_at > $1 AND p.opens_at IS NULL
        AND p.closes_at IS NULL AND p.capacity - p.reserved - p.taken > 5 ORDER BY p.starts_at, p.id LIMIT 1"""


def look(address: str, path: str) -> str:
    """The list over a connection of its own; with a cookie, so that no page is kept for it."""
    connection = http.client.HTTPConnection(address.partition("://")[2])
    try:
        connection.request("GET", path, headers={"cookie": "seen=1"})
        answer = connection.getresponse()
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.read().decode()
    finally:
        connection.close()


async def booked(dsn: str, address: str) -> dict[str, float]:
    """Milliseconds from the commit until all of LOOKS connections have been told that there is one seat less; a booking
    as lists know it: a seat and an entry in the audit trail, in one transaction."""
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        one = await connection.fetchrow(ONE, datetime.now(UTC))
        path, free, seen = f"/organizations/{one['owner']}", one["free"], []
        for number in range(BOOKINGS):
            step = 1 if number % 2 == 0 else -1
            free -= step
            async with connection.transaction():
                await connection.execute(
                    "UPDATE seat_pool SET taken = taken + $2 WHERE id = $1", one["id"], step
                )
                await connection.execute(
                    "INSERT INTO audit_entry (id, at, action, object_id) VALUES ($1, $3, 'booking.made', $2)",
                    uuid7(), one["booking"], datetime.now(UTC))  # fmt: skip
            committed = time.perf_counter()
            words = f"{free} ledige plasser" if free > 4 else f"{free} plasser igjen"
            while not all(words in look(address, path) for _ in range(LOOKS)):
                pass
            seen.append((time.perf_counter() - committed) * 1000)
        return {"booking_seen": sorted(seen)[BOOKINGS // 2], "booking_seen_slowest": max(seen)}
    finally:
        await connection.close()


async def made_anew(dsn: str, address: str) -> dict[str, float]:
    """Both processes lose the connection on which they hear of changes, and make the index anew. `index_made`: seconds
    it took them, at the start as well; `list_waited`: the longest that a list took meanwhile, and `list_longest` when
    nothing was made, in milliseconds."""
    connection = await asyncpg.connect(**credentials(dsn))
    waited = {"list_longest": 0.0, "list_waited": 0.0}
    try:
        for name in ("list_longest", "list_waited"):
            for _ in range(ANEW):
                if name == "list_waited":
                    await connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
                        NAME,
                    )
                ends = time.perf_counter() + 3
                while time.perf_counter() < ends:
                    began = time.perf_counter()
                    await asyncio.to_thread(look, address, "/offers?municipality=all&kind=course&free=on")
                    waited[name] = max(waited[name], (time.perf_counter() - began) * 1000)
    finally:
        await connection.close()
    return waited | {"index_made": _slowest()}


def _slowest() -> float:
    """Seconds, as the processes' logs tell."""
    said = Path("var/bench.log").read_text().splitlines()
    return max(float(json.loads(line)["seconds"]) for line in said if '"index made"' in line)
