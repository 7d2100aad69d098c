"""Two at the same moment, in an order that a test decides: the second is sent while the first holds a lock."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from marketplace.base.data.database import value
from tests.visitor import Page

WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def waiting(sent: Coroutine[Any, Any, Page], outside: Context) -> asyncio.Task[Page]:
    """The request, once it waits for a lock of ours. `outside`: copy_context() from before the transaction that has
    the lock, so that the request has a connection of its own."""
    task = asyncio.create_task(sent, context=outside)
    for _try in range(200):
        if await value(WAITS) or task.done():
            break
        await asyncio.sleep(0.02)
    assert not task.done(), f"it waited for nobody: {task.result().status}"
    return task
