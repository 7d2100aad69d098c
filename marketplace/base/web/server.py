"""uvicorn, ending so that nobody loses a request to it.

A proxy keeps connections open and may send the next request at the very moment in which we hang up: it gets no answer,
and as it may not send a booking twice, its visitor gets 502. So whoever is told to end goes on taking what comes for a
while, and says with each answer that the connection ends with it (`connection: close`); only what is still there long
afterwards is hung up on.
"""

import asyncio
import signal
import socket
import time
from types import FrameType

import uvicorn

from marketplace.base.web import draining, pulse, supervisor

LINGER = 5.0
"""Most seconds that connections get to end by themselves when nobody new is let in any more."""
GRACE = 5.0
"""Seconds for what is under way then."""
KEEP_ALIVE = 75
"""Seconds for which a connection may be idle: longer than proxies keep theirs (nginx: 60), who so hang up first."""


class Server(uvicorn.Server):
    """`drain`: seconds for which it goes on taking connections once it is told to end. 0: it ends at once."""

    def __init__(self, config: uvicorn.Config, drain: float) -> None:
        super().__init__(config)
        self.drain = drain
        self.ends_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            supervisor.notify("READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end. systemd sends SIGTERM to everybody, and our parent does so again: that changes nothing.
        Ctrl-C is somebody who waits."""
        draining.begin()
        if sig == signal.SIGINT or not self.drain:
            super().handle_exit(sig, frame)
        elif self.ends_at is None:
            self.ends_at = time.monotonic() + self.drain

    async def on_tick(self, counter: int) -> bool:
        pulse.beat()
        if self.ends_at is not None and time.monotonic() >= self.ends_at:
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        until = time.monotonic() + min(self.drain, LINGER)
        while self.server_state.connections and time.monotonic() < until and not self.force_exit:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # uvicorn has no event for it
        await super().shutdown(sockets)
