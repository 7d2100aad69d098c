"""The collector: a small process of its own that answers /metrics. No web process is asked, or waits for it."""

import asyncio
import os
import socket
import time
from datetime import timedelta

import asyncpg
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.types import Receive, Scope, Send

from marketplace.base.data.address import credentials
from marketplace.base.data.database import UNAVAILABLE
from marketplace.base.insight.board import Board
from marketplace.operations.insight.facts import Facts, ask
from marketplace.operations.insight.families import exposed
from marketplace.settings import settings

NEVER_STORED = [(b"cache-control", b"no-store")]
AGAIN = 5.0
"""Seconds for which the database's answers are told again: however many ask, it is not asked more often."""
WITHIN = 4.0
"""Seconds that it gets."""


class Collector:
    """Answers GET /metrics, and nothing else."""

    def __init__(self, board: Board, every: dict[str, timedelta]) -> None:
        self.board, self.every = board, every
        self.connection: asyncpg.Connection | None = None
        self.facts, self.asked_at = Facts(), -AGAIN
        self.one_at_a_time = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = scope["path"] == "/metrics" and scope["method"] in ("GET", "HEAD")
        body = await self.told() if found else b"Only GET /metrics is answered here.\n"
        kind = CONTENT_TYPE_LATEST if found else "text/plain"
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body)), *NEVER_STORED]
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def told(self) -> bytes:
        async with self.one_at_a_time:
            if time.monotonic() - self.asked_at >= AGAIN:
                self.facts = await self.asked()
                self.asked_at = time.monotonic()
        return await asyncio.to_thread(exposed, self.board, self.facts, self.every, time.time())

    async def asked(self) -> Facts:
        """What the database tells; that it is down, when it does not answer in time."""
        try:
            async with asyncio.timeout(WITHIN):
                if self.connection is None or self.connection.is_closed():
                    self.connection = await asyncpg.connect(
                        **credentials(settings().database_url or ""), timeout=WITHIN, command_timeout=WITHIN,
                        server_settings={"timezone": "UTC", "jit": "off", "application_name": "treffpunkt-metrics"},
                    )  # fmt: skip
                return await ask(self.connection)
        except (asyncpg.PostgresError, *UNAVAILABLE):
            if self.connection:
                self.connection.terminate()
                self.connection = None
            return Facts()


def serve_metrics(opened: socket.socket, board: Board, every: dict[str, timedelta]) -> None:
    """The process; returns when it is told to stop. It gives way to the web processes beside it."""
    os.nice(10)
    config = uvicorn.Config(
        Collector(board, every),
        lifespan="off",
        access_log=False,
        server_header=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[opened])
