"""When booking is open: the one place that says so, in Python and in SQL. tests/offers/seats/test_sql.py compares both.

A course that has begun is closed; a group that one asks to join is open as long as it meets, and the organisation
decides.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from offers.catalogue.models import Joining


class Closed(StrEnum):
    """Why nobody can book now, whoever asks."""

    OVER = "over"
    CLOSED = "closed"
    NOT_OPEN = "not_open"


def why_closed(
    joining: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    now: datetime,
) -> Iterator[Closed]:
    """Of seats with these moments; nothing when one can book."""
    over = ends_at if joining == Joining.REQUEST else starts_at
    if over is not None and over <= now:
        yield Closed.OVER
    elif closes_at is not None and closes_at <= now:
        yield Closed.CLOSED
    if opens_at is not None and now < opens_at:
        yield Closed.NOT_OPEN


def course_begun(joining: str, starts_at: datetime | None, now: datetime) -> bool:
    """Is one in the middle of something that is booked as a whole?"""
    return joining == Joining.WHOLE and starts_at is not None and starts_at <= now


def is_open(now: str = "$1", p: str = "p", o: str = "o") -> str:
    """SQL: can one book of pool `p` of offer `o` now, if there is room?"""
    over = f"CASE {o}.joining WHEN '{Joining.REQUEST.value}' THEN {p}.ends_at ELSE {p}.starts_at END"
    return f"""(coalesce({over} > {now}, true) AND ({p}.opens_at IS NULL OR {p}.opens_at <= {now})
        AND ({p}.closes_at IS NULL OR {p}.closes_at > {now}))"""


def has_room(p: str = "p") -> str:
    """SQL: has the pool a seat left?"""
    return f"({p}.capacity IS NULL OR {p}.taken < {p}.capacity - {p}.reserved)"


def covers(session: str = "s.id", p: str = "p") -> str:
    """Are the pool's seats seats at this session (an id in SQL) of its offer? A pool is one session's own, or the whole
    offer's: then its seats are seats at each."""
    return f"({p}.session_id IS NULL OR {p}.session_id = {session})"
