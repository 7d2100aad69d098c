"""HTTP as uvicorn speaks it, with a bound on the head of a request: endless or slow header lines hold nothing. And an
answer goes out in one piece.

A proxy in front has such bounds too; ours hold where it has none.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from marketplace.base.web import draining

HEAD_LIMIT = 64 * 1024
"""Bytes of a request line and its headers."""
HEAD_WITHIN = 15.0
"""Seconds from the connection, or the first byte of the next request, until the headers are whole."""
THIS_MACHINE = ("127.0.0.1", 0)
"""Who comes by a unix socket: it has no address, and nobody elsewhere can."""
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class InOne:
    """What an answer is written to. Its head waits for the first of its body (which the boundary has by then, edge.py),
    so that both are one call of the system, one packet, and wake the other end once."""

    __slots__ = ("cycle", "head", "headed", "transport")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self.cycle, self.transport = cycle, cycle.transport
        self.head, self.headed = b"", False

    def write(self, data: bytes) -> None:
        if self.head:
            self.transport.writelines((self.head, data))
            self.head = b""
        elif self.cycle.response_started and not self.headed and self.cycle.scope["method"] != "HEAD":
            self.head, self.headed = data, True
        else:
            self.transport.write(data)

    def close(self) -> None:
        if self.head:
            self.write(b"")
        self.transport.close()

    def is_closing(self) -> bool:
        return self.transport.is_closing()


class BoundedHttp(HttpToolsProtocol):
    """What is larger or slower is answered in a line, and hung up on."""

    head = 0
    waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is None:
            self.client = THIS_MACHINE
        self.begin_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self.waiting is None:
            self.begin_head()

    def on_headers_complete(self) -> None:
        self.end_head()
        super().on_headers_complete()
        self.cycle.transport = InOne(self.cycle)  # type: ignore[assignment]
        if draining.begun():
            self.cycle.keep_alive = False

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waiting is not None:
            self.head += len(data)
            if self.head > HEAD_LIMIT:
                self.refuse(TOO_LARGE)

    def connection_lost(self, error: Exception | None) -> None:
        self.end_head()
        super().connection_lost(error)

    def begin_head(self) -> None:
        self.head, self.waiting = 0, self.loop.call_later(HEAD_WITHIN, self.refuse, TOO_SLOW)

    def end_head(self) -> None:
        if self.waiting:
            self.waiting.cancel()
        self.waiting = None

    def refuse(self, answer: bytes) -> None:
        self.end_head()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
