"""Counts of what took place, from registers and head counts: raw, so rules.py decides what of them may be shown.

Every count goes from January of a year (in Oslo) to each of some moments, all in one statement. What nobody has
saved is unknown and not counted.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.database import rows
from marketplace.statistics.rules import Scope

HELD = """held AS (
    SELECT s.id, s.offer_id, s.starts_at, o.audiences, o.kind FROM session s JOIN offer o ON o.id = s.offer_id
    WHERE s.starts_at >= $1 AND s.starts_at < $2 AND s.status <> 'cancelled' AND s.ends_at <= $7
        AND o.municipality_id = $3
        AND CASE WHEN $4::text IS NULL THEN o.audiences <> '{staff}' ELSE $4 = ANY(o.audiences) END
        AND ($5::text IS NULL OR o.kind = $5)
        AND (NOT $6 OR extract(isodow FROM s.starts_at AT TIME ZONE 'Europe/Oslo') > 5
            OR (s.starts_at AT TIME ZONE 'Europe/Oslo')::time >= '16:00')
        AND (EXISTS (SELECT FROM register r WHERE r.session_id = s.id)
            OR EXISTS (SELECT FROM head_count c WHERE c.session_id = s.id)))"""
"""The sessions that count: over and not cancelled, with a register that was saved; in this municipality (of the offer:
co-organisers do not make it more), and in scope.
What is for staff only is not counted among what residents take part in, unless staff are asked for."""

PEOPLE = """SELECT min(h.starts_at) AS at, 1 AS number FROM held h JOIN attendance a ON a.session_id = h.id
WHERE a.state = 'present' GROUP BY a.pseudonym"""
ATTENDANCES = """SELECT h.starts_at AS at, a.seats_present AS number FROM held h
    JOIN attendance a ON a.session_id = h.id WHERE a.state = 'present'
UNION ALL SELECT h.starts_at, c.count FROM held h JOIN head_count c ON c.session_id = h.id"""
SESSIONS = "SELECT starts_at AS at, 1 AS number FROM held"
OFFERS = "SELECT min(starts_at) AS at, 1 AS number FROM held GROUP BY offer_id"


async def distinct_people(
    scope: Scope, municipality: UUID, year: int, ends: Sequence[datetime], now: datetime
) -> list[int]:
    """How many different people had been at something, at each moment. Each counts once, by their pseudonym;
    companions and head counts are nobody."""
    return await _count(PEOPLE, scope, municipality, year, ends, now)


async def attendances(
    scope: Scope, municipality: UUID, year: int, ends: Sequence[datetime], now: datetime
) -> list[int]:
    """How many times somebody came, companions and head counts with them."""
    return await _count(ATTENDANCES, scope, municipality, year, ends, now)


async def sessions_held(
    scope: Scope, municipality: UUID, year: int, ends: Sequence[datetime], now: datetime
) -> list[int]:
    return await _count(SESSIONS, scope, municipality, year, ends, now)


async def offers_held(
    scope: Scope, municipality: UUID, year: int, ends: Sequence[datetime], now: datetime
) -> list[int]:
    """How many offers had held at least one session."""
    return await _count(OFFERS, scope, municipality, year, ends, now)


def _limits(scope: Scope, municipality: UUID, year: int, end: datetime, now: datetime) -> tuple[Any, ...]:
    """$1 to $7 of HELD."""
    first = month_start(date(year, 1, 1))
    return first, end, municipality, scope.audience, scope.kind, scope.evenings_only, now


async def _count(
    what: str, scope: Scope, municipality: UUID, year: int, ends: Sequence[datetime], now: datetime
) -> list[int]:
    found = await rows(
        f"""WITH {HELD}, counted AS ({what})
        SELECT coalesce(sum(c.number), 0) AS number FROM unnest($8::timestamptz[]) m (ends)
        LEFT JOIN counted c ON c.at < m.ends GROUP BY m.ends ORDER BY m.ends""",
        *_limits(scope, municipality, year, max(ends), now), list(ends),
    )  # fmt: skip
    return [int(row["number"]) for row in found]


async def first_held(scope: Scope, municipality: UUID, year: int, now: datetime) -> datetime | None:
    """When the first session of the year was held."""
    end = month_start(date(year + 1, 1, 1))
    found = await rows(
        f"WITH {HELD} SELECT min(starts_at) AS at FROM held", *_limits(scope, municipality, year, end, now)
    )
    return found[0]["at"] if found else None


async def people_in_groups(
    scope: Scope, municipality: UUID, year: int, end: datetime, now: datetime
) -> dict[str, int]:
    """Different people at offers for each audience, or of each kind where the scope is one audience already.

    Every group that something was held for is there, with 0 when nobody came. A person may be in several groups.
    """
    group = "unnest(h.audiences)" if scope.audience is None else "h.kind"
    found = await rows(
        f"""WITH {HELD}, grouped AS (SELECT h.id, {group} AS name FROM held h)
        SELECT g.name, count(DISTINCT a.pseudonym) AS number FROM grouped g
        LEFT JOIN attendance a ON a.session_id = g.id AND a.state = 'present' GROUP BY g.name""",
        *_limits(scope, municipality, year, end, now),
    )
    return {row["name"]: row["number"] for row in found}
