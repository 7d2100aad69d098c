"""The claim over HTTP, against two real web processes."""

import asyncio
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx2 as httpx
import pytest

from marketplace.base.data.database import rows
from marketplace.base.data.instance import claim
from offers.catalogue.models import Joining, SeatPool
from tests import make, markup, program


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture
async def claimed(db: None, database_url: str) -> None:
    """The database is marked as the demo's before anything is in it: else the servers leave it alone."""
    await claim(database_url, datetime.now(UTC))


@pytest.fixture
def address(claimed: None) -> Iterator[str]:
    """Two web processes on the test's database."""
    port = free_port()
    environment = os.environ | {
        "TREFFPUNKT_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TREFFPUNKT_WEB_PROCESSES": "2",
    }
    server = program.start("serve", "--port", str(port), environment=environment)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0


async def ready(address: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                if (await client.get(f"{address}/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise AssertionError("the server did not start")


async def test_two_hundred_ask_at_once_for_ten_seats(address: str) -> None:
    offer = await make.offer(
        joining=Joining.WHOLE, capacity=10, starts=[datetime.now(UTC) + timedelta(days=7)]
    )
    await ready(address)
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:

        async def fill_in(number: int) -> dict[str, str | list[str]]:
            page = await client.get(
                f"/offers/{offer.slug}/bookings/new", headers={"cookie": "form=" + "0" * 32}
            )
            return markup.fields(markup.forms(page.text)[0]) | {
                "name": f"Person {number}",
                "contact": "email",
                "email": f"person{number}@example.no",
            }

        forms = [await fill_in(number) for number in range(200)]

        async def send(fields: dict[str, str | list[str]]) -> int:
            answer = await client.post(
                f"/offers/{offer.slug}/bookings",
                data=fields,
                headers={"cookie": "form=" + "0" * 32, "origin": address},
            )
            return answer.status_code

        statuses = await asyncio.gather(*[send(fields) for fields in forms])
    assert Counter(statuses) == {303: 200}
    states = await rows(
        "SELECT state, count(*) AS n, count(DISTINCT queue_no) AS q FROM booking GROUP BY state"
    )
    assert {row["state"]: (row["n"], row["q"]) for row in states} == {
        "confirmed": (10, 0),
        "waiting": (190, 190),
    }
    pool = await SeatPool.get(offer=offer)
    assert (pool.taken, pool.waiting) == (10, 190)
    sent = await rows("SELECT mail, count(DISTINCT address) AS n FROM outbox_message GROUP BY mail")
    assert {row["mail"]: row["n"] for row in sent} == {"receipt": 10, "waiting": 190}
