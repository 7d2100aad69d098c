"""A real instance in which everything fails that can, over what people typed: test_log.py starts it and reads its log.

Each fault quotes CANARY, as PostgreSQL and Python quote the values that they refuse.
"""

import asyncio
import gc
import logging
import socket
import sys
import threading
from datetime import datetime, timedelta
from functools import partial

import httpx2 as httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uuid_utils.compat import uuid7

from marketplace import schedule
from marketplace.access import Guarded
from marketplace.base.data.database import rows
from marketplace.base.web import access
from marketplace.operations.jobs.running import Job
from marketplace.processes import serve_web, serve_work, supervise
from marketplace.routes import ROUTES
from offers.search.words.jobs import divided

CANARY = "kanarifugl"
ONE_EACH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: the server closes one whose request has failed outside of a view."""


async def refused_row() -> None:
    await rows("INSERT INTO person (id, name, created_at) VALUES ($1, $2, NULL)", uuid7(), CANARY)


@access.public
async def in_a_view(request: Request) -> Response:
    await refused_row()
    return PlainTextResponse("never")


@access.public
async def in_python(request: Request) -> Response:
    raise ValueError(f"could not convert {CANARY}")


async def outside_of_a_view(request: Request) -> Response:
    raise ValueError(f"could not convert {CANARY}")


@access.public
async def behind_our_back(request: Request) -> Response:
    """A task that nobody asks, a callback, a thread, a finaliser, and a library that logs what it was given."""

    async def forgotten() -> None:
        raise ValueError(f"could not convert {CANARY}")

    class Left:
        def __del__(self) -> None:
            raise ValueError(f"could not convert {CANARY}")

    def broken() -> None:
        raise ValueError(f"could not convert {CANARY}")

    task = asyncio.create_task(forgotten())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()
    asyncio.get_running_loop().call_soon(broken)
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    left = Left()
    del left
    logging.getLogger("a.library").warning("cannot read %s", CANARY)
    logging.getLogger("uvicorn.error").warning("cannot read %s", CANARY)
    try:
        broken()
    except ValueError:
        logging.getLogger("a.library").exception(f"cannot read {CANARY}")
    return PlainTextResponse("done")


@access.public
async def in_a_program_of_ours(request: Request) -> Response:
    await divided({f"\udc80{CANARY}"})
    return PlainTextResponse("done")


async def job(now: datetime) -> None:
    await refused_row()


def ending() -> None:
    raise ValueError(f"could not convert {CANARY}")


FAULTS = {"view": in_a_view, "python": in_python, "back": behind_our_back, "program": in_a_program_of_ours}

if __name__ == "__main__":
    ROUTES.extend(Route(f"/{CANARY}/{name}/{{typed}}", Guarded(view)) for name, view in FAULTS.items())
    ROUTES.append(Route(f"/{CANARY}/outside/{{typed}}", outside_of_a_view))
    schedule.TIMETABLE = (Job("broken", timedelta(seconds=1), job),)
    opened = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    supervise([partial(serve_web, opened), serve_work, ending], opened)
