"""Raw counts of who came and who booked, by cell: for closing a month, and for nobody else.

A house test sees to it that only the closing (closing.py) and an organisation's own page (own.py) import this module
or read these tables: what anybody else reads are the sums of stored.py. Everything here is from January of a year (in
Oslo) to a moment, in one statement a municipality.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from marketplace.base.clock import month_start
from marketplace.base.data.ids import NEW_ID
from marketplace.statistics.cells import COLUMNS, SAME_CELL, cell_of
from marketplace.statistics.measures import Measure
from offers.catalogue.recorded import HEADS, MARKS, MEETS, REGISTERS, recorded
from offers.participants.demand.queries import GAVE_UP
from offers.rights.sql import left_before
from offers.seats.sql import covers

ANSWER_WITHIN = "interval '7 days'"
"""A request is answered in time."""
COMPLETED = "0.75"
"""The part of a course's sessions that one has come to who has completed it."""

HELD = f"s.status <> 'cancelled' AND s.ends_at <= $4 AND {recorded()}"
"""Has session s been held? It is over, not cancelled, and its register is closed; else nobody knows who came."""


DUE = f"""SELECT s.id, s.offer_id, s.starts_at, {cell_of("coalesce(s.venue_id, o.venue_id)", "s.starts_at")},
    {HELD} AS held
FROM session s JOIN offer o ON o.id = s.offer_id
WHERE o.municipality_id = $3 AND s.starts_at >= $1 AND s.starts_at < $2 AND s.ends_at <= $4 AND o.state <> 'draft'
    AND s.status <> 'cancelled' AND NOT EXISTS (SELECT FROM session_cell k WHERE k.session_id = s.id)"""
"""Sessions that are over and have no cell yet. One that was held gets its own, for good; of others there is only a
register to wait for."""
LISTED = f"""SELECT o.id, {cell_of("o.venue_id", "f.starts_at")}
FROM offer o LEFT JOIN LATERAL (SELECT s.starts_at FROM session s WHERE s.offer_id = o.id ORDER BY s.starts_at LIMIT 1)
    f ON true
WHERE o.municipality_id = $3 AND o.state <> 'draft' AND o.published_at < $2
    AND coalesce(o.last_session_ends, $4) >= $1 AND NOT EXISTS (SELECT FROM offer_cell k WHERE k.offer_id = o.id)"""
"""Offers that have been published, and have no cell yet for what is booked at them."""
NEW_CELLS = f"""INSERT INTO cell (id, {COLUMNS})
SELECT {NEW_ID}, x.* FROM (SELECT {COLUMNS} FROM ({DUE}) d UNION SELECT {COLUMNS} FROM ({LISTED}) l) x
ON CONFLICT DO NOTHING"""
LED_TOGETHER = f"""(SELECT count(DISTINCT h.leads_as) FROM host_assignment h JOIN offer o ON o.id = h.offer_id
    WHERE h.offer_id = x.offer_id AND h.leads_as IN ('peer', 'professional')
        AND NOT {left_before("x.starts_at")}) = 2"""
"""Is the offer of session x led by a peer and a professional together? Hosts come and go: it is stamped, as cells; and
who had left before it began was assigned still, and led nothing."""
STAMP_SESSIONS = f"""INSERT INTO session_cell (id, session_id, cell_id, led_together, stamped_at)
SELECT {NEW_ID}, x.id, c.id, {LED_TOGETHER}, $4 FROM ({DUE}) x JOIN cell c ON {SAME_CELL} WHERE x.held
ON CONFLICT DO NOTHING"""
STAMP_OFFERS = f"""INSERT INTO offer_cell (id, offer_id, cell_id, stamped_at)
SELECT {NEW_ID}, x.id, c.id, $4 FROM ({LISTED}) x JOIN cell c ON {SAME_CELL}
ON CONFLICT DO NOTHING"""

PARTS = {
    "held": f"""SELECT s.id, s.offer_id, s.starts_at, s.ends_at, k.cell_id, c.main_audience = 'staff' AS staff,
            o.joining, k.led_together, g.volunteers
        FROM cell c JOIN session_cell k ON k.cell_id = c.id JOIN session s ON s.id = k.session_id
        JOIN offer o ON o.id = s.offer_id LEFT JOIN {REGISTERS} g ON g.session_id = s.id
        WHERE c.municipality_id = $3 AND s.starts_at >= $1 AND s.starts_at < $2 AND {HELD}""",
    "marked": f"""SELECT h.id, h.offer_id, h.starts_at, h.cell_id, h.staff, a.booking_id, a.state, a.seats_present,
            a.pseudonym
        FROM held h JOIN {MARKS} a ON a.session_id = h.id""",
    "first": """SELECT DISTINCT ON (offer_id) offer_id, cell_id, starts_at FROM held
        ORDER BY offer_id, starts_at, id""",
    # Of an offer that came of the dialogue: from when it was first on the agenda, until it first met.
    "idea": f"""SELECT f.cell_id, f.starts_at - i.made_at AS took
        FROM first f JOIN (SELECT offer_id, min(made_at) AS made_at FROM dialogue_item GROUP BY offer_id) i
            ON i.offer_id = f.offer_id AND i.made_at <= f.starts_at
        WHERE NOT EXISTS (SELECT FROM session s WHERE s.offer_id = f.offer_id AND s.starts_at < $1 AND {HELD})""",
    # What staff take part in is theirs: who comes to that too is reached among the others as if it were not there.
    "person": """SELECT pseudonym, count(DISTINCT id) AS times,
            (array_agg(cell_id ORDER BY starts_at, id))[1] AS cell_id
        FROM marked WHERE state = 'present' GROUP BY staff, pseudonym""",
    # Somebody at an offer: from when they missed it, until when they came.
    "tie": """SELECT m.offer_id, min(m.starts_at) FILTER (WHERE m.state <> 'present') AS missed_at,
            max(m.starts_at) FILTER (WHERE m.state = 'present') AS came_at,
            (array_agg(m.cell_id ORDER BY m.starts_at, m.id) FILTER (WHERE m.state <> 'present'))[1] AS cell_id
        FROM marked m JOIN booking b ON b.id = m.booking_id GROUP BY m.offer_id, b.participant_id""",
    "missed": """SELECT t.cell_id, t.came_at > t.missed_at AS back FROM tie t
        JOIN (SELECT offer_id, max(starts_at) AS last FROM held GROUP BY offer_id) h ON h.offer_id = t.offer_id
        WHERE t.missed_at < h.last""",
    "course": f"""SELECT o.id, k.cell_id, (SELECT count(*) FROM session s WHERE s.offer_id = o.id AND {HELD}) AS held
        FROM offer o JOIN offer_cell k ON k.offer_id = o.id JOIN cell c ON c.id = k.cell_id
        WHERE c.municipality_id = $3 AND o.joining = 'whole' AND o.last_session_ends >= $1 AND o.last_session_ends < $2
            AND o.last_session_ends <= $4 AND o.session_count > 1""",
    "taken_part": f"""SELECT u.cell_id, count(*) >= {COMPLETED} * u.held AS completed
        FROM course u JOIN session s ON s.offer_id = u.id JOIN {MARKS} a ON a.session_id = s.id
        WHERE a.state = 'present' AND {HELD} GROUP BY u.id, u.cell_id, u.held, a.booking_id""",
    "booked": f"""SELECT b.id, b.pool_id, b.participant_id, b.state, b.created_at, b.changed_at, b.waited_at,
            b.placed_at, b.answered_at, b.asked, b.given_back_in_time, k.cell_id, p.capacity, {GAVE_UP} AS gave_up
        FROM cell c JOIN offer_cell k ON k.cell_id = c.id
        JOIN booking b ON b.offer_id = k.offer_id JOIN seat_pool p ON p.id = b.pool_id
        WHERE c.municipality_id = $3 AND b.created_at < $2""",
    "given_back": """SELECT cell_id, pool_id, capacity, changed_at, given_back_in_time AS in_time
        FROM booked WHERE given_back_in_time IS NOT NULL AND changed_at >= $1 AND changed_at < $2""",
    "freed": """SELECT cell_id, pool_id, count(*) AS number, min(changed_at) AS first FROM given_back
        WHERE capacity IS NOT NULL GROUP BY cell_id, pool_id""",
    "queued": """SELECT participant_id, (array_agg(cell_id ORDER BY waited_at, id))[1] AS cell_id,
            coalesce(bool_or(placed_at < $2), false) AS placed,
            coalesce(bool_or(gave_up AND changed_at < $2), false) AS gave_up
        FROM booked WHERE waited_at >= $1 AND waited_at < $2 GROUP BY participant_id""",
    "seated": """SELECT cell_id, seat_at - asked_at AS took FROM (
            SELECT cell_id, CASE WHEN asked THEN created_at ELSE waited_at END AS asked_at,
                CASE WHEN waited_at IS NOT NULL THEN placed_at
                    WHEN asked AND state <> 'declined' THEN answered_at END AS seat_at FROM booked) b
        WHERE seat_at >= $1 AND seat_at < $2""",
}
"""What is counted from, by the name that it has below."""


def _days(more_than: int | None, up_to: int | None, part: str = "seated") -> str:
    limits = [f"took > interval '{more_than} days'"] * (more_than is not None)
    limits += [f"took <= interval '{up_to} days'"] * (up_to is not None)
    return f"SELECT cell_id, count(*) FROM {part} WHERE {' AND '.join(limits)} GROUP BY 1"


def _useful(answer: str) -> str:
    return f"""SELECT k.cell_id, sum(u.count) FROM cell c JOIN offer_cell k ON k.cell_id = c.id
        JOIN usefulness u ON u.offer_id = k.offer_id WHERE c.municipality_id = $3 AND u.answer = '{answer}'
        AND u.month >= ($1 AT TIME ZONE 'Europe/Oslo')::date AND u.month < ($2 AT TIME ZONE 'Europe/Oslo')::date
        GROUP BY 1"""


def _of(part: str, condition: str = "true", what: str = "count(*)") -> str:
    return f"SELECT cell_id, {what} FROM {part} WHERE {condition} GROUP BY 1"


M = Measure
COUNTS: dict[Measure, str] = {
    M.ATTENDANCES: f"""SELECT cell_id, sum(number) FROM (
        SELECT cell_id, seats_present AS number FROM marked
        UNION ALL SELECT h.cell_id, n.count FROM held h JOIN {HEADS} n ON n.session_id = h.id) t GROUP BY 1""",
    M.PEOPLE: _of("person"),
    M.SESSIONS: _of("held"),
    M.OFFERS: _of("first"),
    M.LED_TOGETHER: _of(
        "first f", "EXISTS (SELECT FROM held h WHERE h.offer_id = f.offer_id AND h.led_together)"
    ),
    M.DROP_IN: _of("held", "joining = 'drop_in'"),
    M.SEATS_OFFERED: f"""SELECT h.cell_id, sum(p.capacity) FROM held h JOIN seat_pool p ON p.offer_id = h.offer_id
        AND {covers("h.id")} WHERE p.capacity IS NOT NULL GROUP BY 1""",
    M.MINUTES: _of("held", what="sum(extract(epoch FROM ends_at - starts_at) / 60)"),
    M.DUE: f"""SELECT cell_id, count(*) FROM (SELECT cell_id FROM held UNION ALL
        SELECT c.id FROM ({DUE} AND {MEETS}) x JOIN cell c ON {SAME_CELL}
        WHERE NOT x.held) d GROUP BY 1""",
    M.LISTED: """SELECT k.cell_id, count(*) FROM cell c JOIN offer_cell k ON k.cell_id = c.id
        JOIN offer o ON o.id = k.offer_id WHERE c.municipality_id = $3 AND o.state <> 'draft' AND o.published_at < $2
        AND coalesce(o.last_session_ends, $4) >= $1 GROUP BY 1""",
    M.VOLUNTEERS_SAID: _of("held", "volunteers IS NOT NULL"),
    M.VOLUNTEERS: _of("held", "volunteers IS NOT NULL", "sum(volunteers)"),
    # Minutes, of sessions and of nobody: hours are made of the rounded volunteers (staircase.py:hours).
    M.VOLUNTEER_HOURS: _of(
        "held", "volunteers IS NOT NULL", "sum(extract(epoch FROM ends_at - starts_at) / 60)"
    ),
    M.IDEAS: _of("idea"),
    M.IDEA_WITHIN_90: _days(None, 90, "idea"),
    M.IDEA_WITHIN_180: _days(90, 180, "idea"),
    M.IDEA_WITHIN_365: _days(180, 365, "idea"),
    M.IDEA_LONGER: _days(365, None, "idea"),
    M.CAME_THREE: _of("person", "times >= 3"),
    M.STARTED: _of("taken_part"),
    M.COMPLETED: _of("taken_part", "completed"),
    M.MISSED: _of("missed"),
    M.CAME_BACK: _of("missed", "back"),
    # Each booking once, or a course of ten sessions would give ten times its bookings: that is no rounded number.
    M.EXPECTED: _of("marked", what="count(DISTINCT booking_id)"),
    M.NO_SHOWS: _of("marked", "state = 'absent'", "count(DISTINCT booking_id)"),
    M.CANCELLED: _of("given_back"),
    M.CANCELLED_IN_TIME: _of("given_back", "in_time"),
    M.FREED: _of("freed", what="sum(number)"),
    M.REFILLED: """SELECT f.cell_id, sum(least(f.number, (SELECT count(*) FROM booking b WHERE b.pool_id = f.pool_id
        AND b.seated_at > f.first AND b.seated_at < $2))) FROM freed f GROUP BY 1""",
    M.WAITED: _of("queued"),
    M.PLACED: _of("queued", "placed"),
    M.LEFT: _of("queued", "gave_up"),
    M.REQUESTS: _of("booked", "asked AND created_at >= $1 AND created_at < $2"),
    M.ANSWERED: _of("booked", "asked AND created_at >= $1 AND created_at < $2 AND answered_at < $2"),
    M.ANSWERED_IN_TIME: _of(
        "booked",
        f"asked AND created_at >= $1 AND created_at < $2 AND answered_at < least($2, created_at + {ANSWER_WITHIN})",
    ),
    M.WITHIN_1: _days(None, 1),
    M.WITHIN_7: _days(1, 7),
    M.WITHIN_30: _days(7, 30),
    M.WITHIN_90: _days(30, 90),
    M.LONGER: _days(90, None),
    M.USEFUL_YES: _useful("yes"),
    M.USEFUL_SOME: _useful("some"),
    M.USEFUL_NO: _useful("no"),
}
"""Of each measure, the number in each cell."""
COUNT = f"""WITH {", ".join(f"{name} AS ({sql})" for name, sql in PARTS.items())},
counted (measure, cell_id, number) AS ({" UNION ALL ".join(
    f"SELECT '{measure.value}', t.* FROM ({sql}) t (cell_id, number)" for measure, sql in COUNTS.items()
)})
SELECT c.id, c.organization_id, c.main_audience, c.kind, c.district_id, c.evening,
    jsonb_object_agg(n.measure, n.number::bigint) AS counts
FROM counted n JOIN cell c ON c.id = n.cell_id GROUP BY c.id"""  # fmt: skip


async def stamp(
    connection: asyncpg.Connection, municipality: UUID, year: int, end: datetime, now: datetime
) -> None:
    """Give what has been held, and what has been published, its cell for good. Inside the closing's transaction."""
    limits = _limits(municipality, year, end, now)
    for statement in (NEW_CELLS, STAMP_SESSIONS, STAMP_OFFERS):
        await connection.execute(statement, *limits)


async def counts(
    connection: asyncpg.Connection, municipality: UUID, year: int, end: datetime, now: datetime
) -> list[asyncpg.Record]:
    """Every cell in which something is counted, from January to `end`, as registers and bookings are `now`: id, what
    the cell is, and `counts` by measure. Not to be shown to anybody as it is."""
    found: list[asyncpg.Record] = await connection.fetch(COUNT, *_limits(municipality, year, end, now))
    return found


def _limits(municipality: UUID, year: int, end: datetime, now: datetime) -> tuple[Any, ...]:
    return month_start(date(year, 1, 1)), end, municipality, now
