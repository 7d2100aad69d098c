"""Whether several want the same seats at this moment, as far as one process can see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from marketplace.base.data.database import within_transaction

Wanted = tuple[str, UUID | None]
"""An offer by its slug, and the session."""
PAIR = 2
"""Who are more are a crowd."""


@dataclass(slots=True)
class Here:
    """Those who are booking the same in this process just now."""

    many: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


_now: dict[Wanted, Here] = {}


@asynccontextmanager
async def turn(wanted: Wanted) -> AsyncIterator[bool]:
    """May they look at what they want without a lock? Whoever is second in this process waits for the first, and then
    sees what that one has written: what is written tells whether another process was quicker (claims.insert). In a
    crowd one would be, again and again: no.

    Nobody waits who has begun a transaction: the first may wait for a row that it has locked. No.
    """
    here = _now.setdefault(wanted, Here())
    here.many += 1
    try:
        if here.many > PAIR or within_transaction():
            yield False
        else:
            async with here.turn:
                yield here.many <= PAIR
    finally:
        here.many -= 1
        if not here.many:
            del _now[wanted]
