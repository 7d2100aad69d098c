"""Decisions about several dates of one offer: no database, no clock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.clock import oslo

MOST_DATES = 20
"""Dates that one form may book."""
MOST_WEEKS = 12
"""So many dates of "samme tid hver uke" are ticked at once."""


def slot(starts: datetime, ends: datetime) -> tuple[Any, ...]:
    """Weekday and time by a Norwegian clock: a course at 18 stays at 18 when clocks change."""
    begins, stops = oslo(starts), oslo(ends)
    return begins.weekday(), begins.time(), stops.time()


def weekly(dates: Iterable[dict[str, Any]], like: UUID) -> list[UUID]:
    """Sessions at the weekday and time of one of them, from it on, at most MOST_WEEKS."""
    dates = list(dates)
    first = next((one for one in dates if one["session_id"] == like), None)
    if first is None:
        return []
    wanted = slot(first["starts_at"], first["ends_at"])
    later = [one for one in dates if one["starts_at"] >= first["starts_at"]]
    same = [one["session_id"] for one in later if slot(one["starts_at"], one["ends_at"]) == wanted]
    return same[:MOST_WEEKS]


def patterns(dates: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first date of each weekday and time that comes back, for "samme tid hver uke"."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in dates:
        groups.setdefault(slot(one["starts_at"], one["ends_at"]), []).append(one)
    return [group[0] | {"times": min(len(group), MOST_WEEKS)} for group in groups.values() if len(group) > 1]
