"""The log: JSON lines in production, words in debug mode. Routes' names and ids, never paths, addresses or names.

What an exception says is never written: PostgreSQL and Python quote the values that they refuse, and these are people's
addresses and names. What is written of it is where it came from, and what the database calls it by: sqlstate, table and
constraint, which are names of ours. That holds for every way into the log: our own lines, the standard library's
loggers (uvicorn's, asyncio's, a library's), and what ends a process.
"""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from types import TracebackType

import asyncpg
import structlog

from marketplace.settings import settings


@cache
def configure() -> None:
    """Set the log up, once a process."""
    debug = settings().debug
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        told_by_database,
        structlog.processors.format_exc_info if debug else structlog.processors.ExceptionRenderer(path),
    ]
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if debug else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    heard = logging.StreamHandler(sys.stderr)
    if not debug:
        heard.setFormatter(Quiet())
        sys.excepthook = told_at_the_end
        threading.excepthook = lambda at: told_at_the_end(at.exc_type, at.exc_value, at.exc_traceback)
        sys.unraisablehook = lambda at: told_at_the_end(at.exc_type, at.exc_value, at.exc_traceback)
    logging.basicConfig(level=logging.WARNING, handlers=[heard])


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and what led to it, the last first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def by_database(error: BaseException | None) -> dict[str, str]:
    """sqlstate, table and constraint of what PostgreSQL refused, as far as it names them: never its DETAIL."""
    for one in causes(error):
        if isinstance(one, asyncpg.PostgresError):
            named = {
                "sqlstate": one.sqlstate,
                "table": getattr(one, "table_name", None),
                "constraint": getattr(one, "constraint_name", None),
            }
            return {key: str(name) for key, name in named.items() if name}
    return {}


def told_by_database(
    _logger: structlog.typing.WrappedLogger, _name: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Adds what the database calls the exception of this line by."""
    given = line.get("exc_info")
    if given:
        error = given if isinstance(given, BaseException) else sys.exc_info()[1]
        line = {**by_database(error), **line}
    return line


def path(exc_info: structlog.typing.ExcInfo) -> str:
    """The way that led to an exception: its type, files, lines and functions, the cause first. Not what it says."""
    steps: list[str] = []
    for error in causes(exc_info[1]):
        frames = traceback.extract_tb(error.__traceback__)
        found = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        steps = [f"{type(error).__module__}.{type(error).__qualname__}", *found, *steps]
    return "\n".join(steps)


def kind_of(said: bytes) -> str:
    """The exception that ended a process of ours, by the last line it wrote: its name, and not what it says."""
    lines = said.decode(errors="replace").strip().splitlines()
    name = re.match(r"[A-Za-z_][\w.]*(?=:|$)", lines[-1]) if lines else None
    return name[0] if name else "unknown"


class Quiet(logging.Formatter):
    """Lines of the standard library's loggers, which are not ours: who says it, from where, and the way of an
    exception. What it says is left out where values may be in it: asyncio's lines repeat a task's exception, and
    whatever was formatted into one may be anything. uvicorn's warnings are texts of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.name} {record.levelname} {record.module}:{record.lineno}"
        if record.name.startswith("uvicorn") and not record.args and not record.exc_info:
            line += f" {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return line
        named = "".join(f" {key}={name}" for key, name in by_database(error).items())
        return f"{line}{named}\n{path((type(error), error, error.__traceback__))}"


def told_at_the_end(
    _kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None
) -> None:
    """What ends a process or a thread, in place of Python's traceback, whose last line is what the exception says."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return
    structlog.get_logger("process").error("ended", exc_info=error)


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
