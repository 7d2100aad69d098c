"""A program is replaced under steady bookings: no request is lost, whoever asks is told, and what began is finished."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marketplace.base.data.database import value
from offers.catalogue.models import Joining
from tests import make
from tests.marketplace.served import Proxy, Served, form_of, listening, posting, read
from tests.offers.seats.test_two_servers import claimed  # noqa: F401 - a fixture

A_SECOND = 15
"""So many bookings."""
Start = Callable[..., Served]
PROBE = b"GET /health/ready HTTP/1.1\r\nhost: 10.0.0.9\r\n\r\n"


@pytest.fixture
def opened(claimed: None) -> Iterator[socket.socket]:  # noqa: F811
    with listening() as found:
        yield found


@pytest.fixture
def start(opened: socket.socket, tmp_path: Path) -> Iterator[Start]:
    """Starts programs on one socket."""
    started: list[Served] = []

    def begin(drain: int) -> Served:
        started.append(Served(opened, tmp_path, drain_seconds=str(drain)))
        return started[-1]

    yield begin
    for each in started:
        each.end()


async def offer_to_book() -> str:
    made = await make.offer(
        joining=Joining.WHOLE, capacity=None, starts=[datetime.now(UTC) + timedelta(days=7)]
    )
    return made.slug


async def steadily(proxy: Proxy, slug: str, fields: dict[str, str], stop: asyncio.Event) -> None:
    """Bookings at a steady rate, whether or not those before are answered."""
    sent: list[asyncio.Task[int]] = []
    began = time.monotonic()
    while not stop.is_set():
        sent.append(asyncio.create_task(proxy.book(slug, fields, len(sent))))
        await asyncio.sleep(max(0.0, began + len(sent) / A_SECOND - time.monotonic()))
    await asyncio.gather(*sent)


async def test_no_booking_is_lost_when_a_program_follows_another(opened: socket.socket, start: Start) -> None:
    """The second serves beside the first for a moment; the third begins when the second has ended, and the socket that
    stays open keeps those who come meanwhile."""
    port = opened.getsockname()[1]
    slug = await offer_to_book()
    first = start(drain=1)
    await first.ready()
    fields = await form_of(f"http://127.0.0.1:{port}", slug)
    proxy, stop = Proxy(port), asyncio.Event()
    booking = asyncio.create_task(steadily(proxy, slug, fields, stop))
    second = start(drain=1)
    await second.ready()
    first.process.send_signal(signal.SIGTERM)
    assert await first.ended() == 0
    second.process.send_signal(signal.SIGTERM)
    assert await second.ended() == 0
    third = start(drain=0)
    await third.ready()
    await asyncio.sleep(0.3)
    stop.set()
    await booking
    proxy.close()
    assert set(proxy.answers) == {303}, proxy.answers
    assert await value("SELECT count(*) FROM booking") == proxy.answers[303] > A_SECOND


async def test_who_is_told_to_end_says_so_and_finishes_what_has_begun(
    opened: socket.socket, start: Start
) -> None:
    """It takes what comes for two seconds; then a connection that was only made, one that is kept and one whose request
    is half here are still answered, and one that asks nothing holds it up for no more than two seconds."""
    port = opened.getsockname()[1]
    slug = await offer_to_book()
    program = start(drain=2)
    await program.ready()
    fields = await form_of(f"http://127.0.0.1:{port}", slug)
    requests = [
        b"".join(posting(port, slug, fields | {"name": name, "contact": "none"}))
        for name in ("Kari", "Ola", "Per")
    ]
    made, kept, half, silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    half[1].write(requests[2][:100])
    kept[1].write(PROBE)
    assert (await read(kept[0]))[0] == 200
    program.process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    await asyncio.sleep(0.2)
    proxy = Proxy(port)
    status, headers, body = await proxy.send(PROBE)
    assert (status, headers["connection"]) == (503, "close")
    assert b'"serving":"ending"' in body
    program.process.send_signal(signal.SIGTERM)  # once more, as systemd and the parent do
    assert await proxy.book(slug, fields, 1) == 303
    await asyncio.sleep(told + 2.7 - time.monotonic())
    made[1].write(requests[0])
    kept[1].write(requests[1])
    half[1].write(requests[2][100:])
    for reader, _writer in (made, kept, half):
        status, headers, _body = await read(reader)
        assert (status, headers["connection"]) == (303, "close")
    assert await program.ended(10) == 0
    assert time.monotonic() - told < 2 + 2 + 3
    for _reader, writer in (made, kept, half, silent):
        writer.close()
