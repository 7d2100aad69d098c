"""Where the time of a request goes, for a collector of OpenTelemetry: where a setting names one, and else nothing.

A span is called by its route's name, a statement's by its first word. What is told of them is in ATTRIBUTES and no
more: no address, no path, no values of a statement, and nothing that an exception says. What a visitor sends to be
traced by is not read. OpenTelemetry itself is only imported where it is used.
"""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.settings import settings

ATTRIBUTES = frozenset({
    "http.request.method", "http.route", "http.response.status_code", "treffpunkt.job", "db.system.name",
    "db.query.text", "db.response.status_code", "error.type",
})  # fmt: skip
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""What else somebody sends as a method is told as _OTHER."""
LITERAL = re.compile(r"'(?:[^']|'')*'")
LONGEST = 4000
"""Characters of a statement."""
WITHIN = 2.0
"""Seconds that the collector gets when we end."""


class Here:
    """This process's tracer, where it is traced."""

    tracer: Any = None


here = Here()


@asynccontextmanager
async def tracing() -> AsyncIterator[None]:
    """Trace this process within the block, if a collector is set. It has a thread that sends; nobody waits for it."""
    if not settings().otlp_url:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": "treffpunkt"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(settings().otlp_url, timeout=5)))
    here.tracer = provider.get_tracer("treffpunkt")
    try:
        yield
    finally:
        here.tracer = None
        last = threading.Thread(target=provider.shutdown, daemon=True)
        last.start()  # a collector that does not answer keeps nobody
        deadline = time.monotonic() + WITHIN
        while last.is_alive() and time.monotonic() < deadline:  # noqa: ASYNC110 - a thread sets no event of ours
            await asyncio.sleep(0.02)


@contextmanager
def span(name: str, **attributes: str) -> Iterator[Any]:
    """What is done within is part of this. Gives the span, or None where nothing is traced."""
    if here.tracer is None:
        yield None
        return
    with here.tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as found:
        yield found


class Traced:
    """The outermost layer of an application that is traced: a span for each request, with what its answer was."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or here.tracer is None:
            await self.app(scope, receive, send)
            return
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        with span(method) as found:
            try:
                await self.app(scope, receive, noted)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                found.update_name(f"{method} {route}")
                found.set_attributes(
                    {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                )
                if status >= 500 or not status:
                    failed(found)


async def watch(connection: Any) -> None:
    """Trace the statements of this connection of the pool."""
    if here.tracer is not None:
        connection.add_query_logger(_statement)


def _statement(done: Any) -> None:
    """asyncpg tells of a statement that is over, in the context it was sent in."""
    if here.tracer is None:
        return
    ended = time.time_ns()
    sql = LITERAL.sub("?", done.query)[:LONGEST]
    first = (sql.split(None, 1) or [""])[0].upper()
    found = here.tracer.start_span(
        first if first.isalpha() and first.isascii() else "SQL",
        start_time=ended - int(done.elapsed * 1_000_000_000),
        attributes={"db.system.name": "postgresql", "db.query.text": sql},
    )
    if done.exception is not None:
        found.set_attribute("error.type", type(done.exception).__name__)
        if sqlstate := getattr(done.exception, "sqlstate", None):
            found.set_attribute("db.response.status_code", sqlstate)
        failed(found)
    found.end(ended)


def failed(found: Any) -> None:
    from opentelemetry.trace import StatusCode

    found.set_status(StatusCode.ERROR)
