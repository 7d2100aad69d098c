"""`serve` as systemd runs it, and a proxy that keeps connections open and never sends a booking twice."""

import asyncio
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx2 as httpx
from bs4 import BeautifulSoup

from tests import program

BROWSER = "0" * 32
"""The form cookie of those who book here."""


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket as a socket unit opens it: it outlives each program that serves on it."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as opened:
        yield opened


class Served:
    """One `serve` on a socket that is handed over to it."""

    def __init__(self, opened: socket.socket, folder: Path, **settings: str):
        port = opened.getsockname()[1]
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = folder / f"notify-{secrets.token_hex(4)}"
        self.told.bind(str(name))
        environment = os.environ | {
            "TREFFPUNKT_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TREFFPUNKT_WEB_PROCESSES": "1",
            "NOTIFY_SOCKET": str(name),
        } | {f"TREFFPUNKT_{key.upper()}": text for key, text in settings.items()}  # fmt: skip
        self.process = program.start("serve", environment=environment, handed=opened)

    async def ready(self, seconds: float = 300) -> None:
        """It takes connections."""
        self.told.settimeout(seconds)
        assert await asyncio.to_thread(self.told.recv, 100) == b"READY=1"

    async def ended(self, seconds: float = 120) -> int:
        return await asyncio.to_thread(self.process.wait, seconds)

    def end(self) -> None:
        self.told.close()
        self.process.kill()
        self.process.wait()


async def form_of(address: str, slug: str) -> dict[str, str]:
    """The hidden fields of an offer's booking form; a program of before may send it with one of now's."""
    async with httpx.AsyncClient() as client:
        page = await client.get(
            f"{address}/offers/{slug}/bookings/new", headers={"cookie": f"form={BROWSER}"}, timeout=30
        )
    hidden = BeautifulSoup(page.text, "html.parser").select("form[method=post] input[type=hidden]")
    return {str(field["name"]): str(field["value"]) for field in hidden}


class Proxy:
    """Sends bookings over connections that it keeps, as nginx does: one that the other side has closed, or said it
    will, is not used again; what was sent and not answered is a 502."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.kept: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.answers: Counter[int] = Counter()
        self.took: list[float] = []

    async def send(self, head: bytes, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; 502 when none came."""
        try:
            reader, writer = await self._connection()
            writer.write(head + body)
            status, headers, answer = await asyncio.wait_for(read(reader), 60)
        except (OSError, EOFError, TimeoutError):
            return 502, {}, b""
        if headers.get("connection") == "close":
            writer.close()
        else:
            self.kept.append((reader, writer))
        return status, headers, answer

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.kept:
            reader, writer = self.kept.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def book(self, slug: str, fields: dict[str, str], number: int, key: str = "") -> int:
        """One booking by somebody whom nobody knows yet. `key`: that of a form that is sent again."""
        sent = fields | {"name": f"Person {number}", "contact": "email", "email": f"p{number}@example.no"}
        if "form_key" in sent:
            sent["form_key"] = key or secrets.token_hex(16)
        began = time.monotonic()
        status, _headers, _body = await self.send(*posting(self.port, slug, sent))
        self.answers[status] += 1
        self.took.append(time.monotonic() - began)
        return status

    def close(self) -> None:
        for _reader, writer in self.kept:
            writer.close()


def posting(port: int, slug: str, fields: dict[str, str]) -> tuple[bytes, bytes]:
    """Head and body of a booking."""
    body = urlencode(fields).encode()
    head = (
        f"POST /offers/{slug}/bookings HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: http://127.0.0.1:{port}\r\n"
        f"cookie: form={BROWSER}\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


async def read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """One answer. Raises EOFError when the connection ends before it is whole."""
    first = await reader.readline()
    if not first:
        raise EOFError
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).decode().strip()) != "":
        name, _, text = line.partition(":")
        headers[name.lower()] = text.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return int(first.split()[1]), headers, body
