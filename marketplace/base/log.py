"""The log: JSON lines in production, words in debug mode. Routes' names and ids, never paths, addresses or names."""

import logging
import sys
import traceback
from datetime import UTC, datetime
from functools import cache

import structlog

from marketplace.settings import settings


@cache
def configure() -> None:
    """Set the log up, once a process."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info
        if settings().debug
        else structlog.processors.ExceptionRenderer(path),
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings().debug
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


def path(exc_info: structlog.typing.ExcInfo) -> str:
    """The way that led to an exception: its type, files, lines and functions, the cause first. Not what it says:
    PostgreSQL and Python quote the values that they refuse, and these are people's addresses and names."""
    error: BaseException | None = exc_info[1]
    steps: list[str] = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        found = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        steps = [f"{type(error).__module__}.{type(error).__qualname__}", *found, *steps]
        error = error.__cause__ or error.__context__
    return "\n".join(steps)


def request_line(request_id: str, method: str, route: str, status: int, milliseconds: float) -> None:
    """One line a request, without structlog's machinery: that took a third of the time of a cached calendar feed
    (docs/performance.md). All that stands in it is ours, but for the method, which is checked."""
    method = method if method.isascii() and method.isalpha() else "?"
    if settings().debug:
        structlog.get_logger("http").info(
            "request", id=request_id, method=method, route=route, status=status, ms=round(milliseconds, 1)
        )
        return
    sys.stderr.write(
        f'{{"event": "request", "id": "{request_id}", "method": "{method}", "route": "{route}", "status": {status}, '
        f'"ms": {milliseconds:.1f}, "level": "info", "timestamp": "{datetime.now(UTC).isoformat()}"}}\n'
    )
