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
from offers.bookings.participant_queries import GAVE_UP

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


async def held_by_organization(
    municipality: UUID, year: int, end: datetime, now: datetime
) -> tuple[list[dict[str, Any]], Any]:
    """What each organisation held or helped to hold from January until `end`: name, offers and sessions, the
    most sessions first; and of all together (offers, sessions). What several arranged counts once for each of them,
    and once in all. No people are counted here."""
    found = await rows(
        f"""WITH {HELD}, arranged AS (SELECT o.id AS offer_id, o.owner_id AS organization_id FROM offer o
            UNION SELECT offer_id, organization_id FROM offer_organizer)
        SELECT w.name, count(DISTINCT h.offer_id) AS offers, count(DISTINCT h.id) AS sessions
        FROM held h JOIN arranged a ON a.offer_id = h.offer_id JOIN organization w ON w.id = a.organization_id
        GROUP BY GROUPING SETS ((w.id, w.name), ()) ORDER BY GROUPING(w.id), 3 DESC, w.name""",
        *_limits(Scope(), municipality, year, end, now),
    )
    return found[:-1], found[-1]


async def queued(
    municipalities: Sequence[UUID], year: int, ends: Sequence[datetime]
) -> dict[UUID, list[dict[str, Any]]]:
    """People in the waiting lists of each municipality: of those who came into one from January, how many `waited`,
    were `placed` and `left` themselves (before they were) by each moment, and the median of `days` that it took. Who
    waits for two things is one. What is cancelled afterwards stays in: the figures of a month that is over are as they
    were, or yesterday's and today's would tell how many waited for that."""
    found = await rows(
        f"""SELECT o.municipality_id, m.ends, count(DISTINCT b.participant_id) AS waited,
            count(DISTINCT b.participant_id) FILTER (WHERE b.placed_at < m.ends) AS placed,
            count(DISTINCT b.participant_id) FILTER (WHERE b.changed_at < m.ends AND {GAVE_UP}) AS left,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.placed_at - b.waited_at) / 86400)
                FILTER (WHERE b.placed_at < m.ends) AS days
        FROM unnest($3::timestamptz[]) m (ends) JOIN booking b ON b.waited_at >= $2 AND b.waited_at < m.ends
            JOIN offer o ON o.id = b.offer_id
        WHERE o.municipality_id = ANY($1) AND o.audiences <> '{{staff}}'
        GROUP BY o.municipality_id, m.ends ORDER BY m.ends""",
        list(municipalities), month_start(date(year, 1, 1)), list(ends),
    )  # fmt: skip
    of: dict[UUID, list[dict[str, Any]]] = {}
    for each in found:
        of.setdefault(each["municipality_id"], []).append(each)
    return of
