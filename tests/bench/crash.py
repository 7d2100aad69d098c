"""Web processes are killed (kill -9) in the middle of bookings: every booking that was acknowledged must be there.

Whoever gets no answer sends the same form again, as a person would: that must not book twice.
"""

import asyncio
import random
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil

from marketplace.base.data.database import credentials
from offers.seats.links import opened_by

BOOKINGS, KILLS, CONNECTIONS = 5_000, 10, 32


class Visitors:
    """People who book over kept connections; each sends its form until it is answered."""

    def __init__(self, port: int, forms: Path) -> None:
        self.port = port
        self.forms = [line.split(" ", 1) for line in forms.read_text().splitlines()]
        self.acknowledged: dict[bytes, str] = {}
        """Form key: the path that the visitor was sent to."""
        self.again = 0

    async def book(self, count: int) -> None:
        left = iter(range(count))
        await asyncio.gather(*(self._one_connection(left) for _ in range(CONNECTIONS)))

    async def _one_connection(self, left: Iterator[int]) -> None:
        reader = writer = None
        for number in left:
            path, body = random.choice(self.forms)
            key = secrets.token_bytes(16)
            body = f"{body}&form_key={key.hex()}&email=crash{number}.{key.hex()[:8]}%40example.no"
            request = (
                f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: form={'0' * 32}\r\n"
                f"X-Forwarded-For: 10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}\r\n"
                "Content-Type: application/x-www-form-urlencoded\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()
            while key not in self.acknowledged:
                try:
                    if writer is None or reader is None:
                        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.write(request)
                    head = (await reader.readuntil(b"\r\n\r\n")).decode()
                except (OSError, asyncio.IncompleteReadError):
                    self.again += 1
                    reader = writer = None
                    continue
                fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
                await reader.readexactly(int(fields.get("content-length", 0)))
                assert " 303 " in head.split("\r\n")[0] + " ", head
                location = next(line for line in head.split("\r\n") if line.lower().startswith("location: "))
                self.acknowledged[key] = location.split(": ", 1)[1]
        if writer:
            writer.close()


def web_processes(ours: psutil.Process) -> list[psutil.Process]:
    """The worker alone is nice."""
    return [each for each in ours.children() if each.name() != "postgres" and not each.nice()]


async def crash(ours: psutil.Process, port: int, dsn: str, forms: Path) -> dict[str, int]:
    """Ten times 5,000 bookings with a kill -9 in their middle. Raises AssertionError for anything lost or doubled."""
    connection = await asyncpg.connect(**credentials(dsn))
    lost = doubled = again = total = 0
    try:
        for _ in range(KILLS):
            visitors = Visitors(port, forms)
            booking = asyncio.create_task(visitors.book(BOOKINGS))
            while len(visitors.acknowledged) < BOOKINGS // 2:
                assert not booking.done(), booking.exception()
                await asyncio.sleep(0.005)
            random.choice(web_processes(ours)).send_signal(signal.SIGKILL)
            await booking
            told = [opened_by(path.rpartition("/")[2]) for path in visitors.acknowledged.values()]
            ids = [parsed[0] for parsed in told if parsed]
            found = "SELECT count(*) FROM booking WHERE id = ANY($1) AND state = 'confirmed'"
            lost += len(told) - await connection.fetchval(found, ids)
            doubled += await connection.fetchval(
                """SELECT count(*) FROM (SELECT c.value FROM booking b JOIN contact_point c ON c.id = b.contact_id
                WHERE c.value LIKE 'crash%' GROUP BY c.value HAVING count(*) > 1) twice"""
            )
            again += visitors.again
            total += len(told)
            wrong = await connection.fetchval(
                """SELECT count(*) FROM seat_pool p WHERE taken <> (SELECT coalesce(sum(seats), 0) FROM booking b
                WHERE b.pool_id = p.id AND b.state IN ('confirmed', 'offered'))"""
            )
            assert wrong == 0, f"{wrong} pools count wrong"
        # Nobody reads these mails, and the worker would be at them for an hour.
        await connection.execute(
            "DELETE FROM outbox_message WHERE sent_at IS NULL AND address LIKE '%@example.no'"
        )
    finally:
        await connection.close()
    assert lost == 0, f"{lost} acknowledged bookings are not there"
    assert doubled == 0, f"{doubled} were booked twice"
    return {"acknowledged": total, "sent_again": again, "lost": lost}
