"""Whether several want the same seats at this moment, as far as one process can see."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

Wanted = tuple[str, UUID | None]
"""An offer by its slug, and the session."""
_now: Counter[Wanted] = Counter()


@contextmanager
def first_here(wanted: Wanted) -> Iterator[bool]:
    """Is nobody else in this process booking the same just now? Then there is no need to wait for a turn: what is
    written tells whether another process was quicker (claims.insert). In a crowd it would be, again and again."""
    _now[wanted] += 1
    try:
        yield _now[wanted] == 1
    finally:
        _now[wanted] -= 1
        if not _now[wanted]:
            del _now[wanted]
