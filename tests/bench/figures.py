"""How long it takes to close a month for 20 municipalities, with a tenth of a million attendances and with a million;
and how far what is shown is from the truth, for small places and large ones."""

import asyncio
import os
import random
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from marketplace.base.data.database import connected, credentials, rows
from marketplace.base.data.migrate import migrate
from marketplace.statistics import closing
from marketplace.statistics.staircase import Staircase
from offers.attendance.year_keys import key_of
from tests.bench.measuring import own_database

MUNICIPALITIES = 20
LONGEST = 60.0
"""Seconds of CPU on two cores, for a month of all of them with a million attendances."""
LINEAR = 13.0
"""A million may take so many times as long as a tenth of it."""
MARCH = datetime(2026, 3, 10, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 6, tzinfo=UTC)
PLACES = {40: 16, 400: 80, 4000: 800}
"""People of a place, and in how many cells they are."""
FILL = [
    """INSERT INTO municipality (id, number, slug, name)
        SELECT gen_random_uuid(), lpad(n::text, 4, '0'), 'by-' || n, 'By ' || n FROM generate_series(1, 20) n""",
    """INSERT INTO organization (id, slug, name, kind, state, municipality_id, source_lang, created_at)
        SELECT gen_random_uuid(), m.slug || '-lag-' || n, 'Lag', 'voluntary', 'approved', m.id, 'nb', {at}
        FROM municipality m, generate_series(1, 10) n""",
    """INSERT INTO offer (id, slug, owner_id, municipality_id, kind, audiences, joining, visibility, sensitive, state,
            source_lang, max_party, promotion, hold_hours, keep_months, created_at, changed_at, published_at,
            session_count, last_session_ends)
        SELECT gen_random_uuid(), o.slug || '-' || n, o.id, o.municipality_id,
            (ARRAY['course', 'activity', 'talk'])[n % 3 + 1],
            ARRAY[(ARRAY['everyone', 'seniors', 'youth', 'adults'])[n % 4 + 1]], 'per_session', 'public', false,
            'published', 'nb', 1, 'automatic', 24, 6, {at}, {at}, {at}, 1, {at}::timestamptz + interval '100 days'
        FROM organization o, generate_series(1, 12) n""",
    """INSERT INTO session (id, offer_id, starts_at, ends_at, status, note, sequence, changed_at)
        SELECT gen_random_uuid(), o.id, s.at, s.at + interval '1 hour', 'scheduled', '', 0, {at} FROM offer o,
        LATERAL (SELECT '2026-01-02 09:00+00'::timestamptz + n * (interval '85 days' / {sessions})
                + interval '1 hour' * (n % 9) AS at
            FROM generate_series(1, {sessions}) n) s""",
    """INSERT INTO seat_pool (id, offer_id, session_id, capacity, starts_at, ends_at)
        SELECT gen_random_uuid(), offer_id, id, 20, starts_at, ends_at FROM session """,
    """INSERT INTO person (id, name, created_at)
        SELECT gen_random_uuid(), 'Ola', {at} FROM generate_series(1, 5000)""",
    """INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, seats, state, reference, form_key,
            link_version, lang, created_at, changed_at, seated_at)
        SELECT gen_random_uuid(), p.pool, p.offer, w.id, w.id, 1, 'confirmed', lpad(to_hex(p.number * 10 + n), 7, '0'),
            uuid_send(gen_random_uuid()), 1, 'nb', {at}, {at}, {at}
        FROM (SELECT id AS pool, offer_id AS offer, row_number() OVER () AS number FROM seat_pool) p
            CROSS JOIN generate_series(0, 9) n
            JOIN (SELECT id, row_number() OVER () - 1 AS number FROM person) w
                ON w.number = (p.number * 7 + n * 501) % 5000
       """,
    """INSERT INTO register (id, session_id, saved_at, closed_at, closed_by)
        SELECT gen_random_uuid(), id, ends_at, ends_at, 'host' FROM session """,
    """INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        SELECT gen_random_uuid(), p.session_id, b.id, 'present', 1, sha256(uuid_send(b.participant_id)), {at}
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id""",
]  # fmt: skip


async def fill(dsn: str, attendances: int) -> None:
    """Three months of a year: ten attendances a session, 240 offers in 10 organisations of each municipality."""
    connection = await asyncpg.connect(**credentials(dsn))
    sessions = max(1, attendances // 10 // (MUNICIPALITIES * 120))
    try:
        for statement in FILL:
            await connection.execute(statement.format(sessions=sessions, at=f"'{MARCH}'"))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


@dataclass
class Took:
    """What closing March took: seconds of CPU (ours and the server's), of the clock, and MB that our process has had at
    the most: it may not follow how many came."""

    cpu: float
    clock: float
    peak: float


async def close_march() -> Took:
    """March of all, after January and February."""
    key = await key_of(2026, MARCH)
    due = await closing.due(APRIL)
    assert len(due) == 3 * MUNICIPALITIES
    for each in due:
        if each.number < 3:
            assert await closing.close(each, key, now=APRIL)
    server = psutil.Process((await rows("SELECT pg_backend_pid() AS pid"))[0]["pid"]).parent()
    before, began = _used(server), time.monotonic()
    for each in due:
        if each.number == 3:
            assert await closing.close(each, key, now=APRIL)
    took = Took(_used(server) - before, time.monotonic() - began, _peak())
    (found,) = await rows(
        """SELECT count(*) AS cells, sum((f.figures ->> 'attendances')::int) AS stored,
            (SELECT count(*) FROM attendance) AS true
        FROM cell_figure f JOIN closing k ON k.id = f.closing_id WHERE k.number = 3"""
    )
    assert found["true"], "nobody came"
    assert abs(found["stored"] - found["true"]) <= 4 * sqrt(found["cells"]), found
    return took


def _peak() -> float:
    """MB that this process has had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _used(server: psutil.Process) -> float:
    """Of this process, and of the server with those that it has had: each closing has a connection of its own."""
    processes = (psutil.Process(), server, *server.children())
    return sum(sum(each.cpu_times()) - each.cpu_times().iowait for each in processes)


async def closed(dsn: str, attendances: int) -> Took:
    await migrate(dsn)
    async with connected(dsn):
        await key_of(2026, MARCH)
        await fill(dsn, attendances)
        return await close_march()


def closing_of(attendances: int) -> Took:
    """In a database of its own, with one connection."""
    os.environ["TREFFPUNKT_DATABASE_POOL"] = "1"
    with own_database() as (_data, dsn):
        return asyncio.run(closed(dsn, attendances))


def errors(people: int, cells: int, keys: int = 400) -> tuple[float, int]:
    """The standard deviation and the worst error of a total of so many people in so many cells."""
    chance = random.Random(people)
    counts = [1] * cells
    for _ in range(max(0, people - cells)):
        counts[chance.randrange(cells)] += 1
    found = []
    for _ in range(keys):
        key = chance.randbytes(32)
        found.append(
            sum(Staircase(key, 2026, (str(at),)).rounded(count) - count for at, count in enumerate(counts))
        )
    return sqrt(sum(error * error for error in found) / keys), max(map(abs, found))


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """Put it among the results of `make bench`."""
    tenth, whole = closing_of(100_000), closing_of(1_000_000)
    note(results, "close_month_tenth_cpu", tenth.cpu, "s")
    note(results, "close_month_cpu", whole.cpu, "s", "60 s", LONGEST)
    note(results, "close_month_clock", whole.clock, "s")
    note(results, "close_month_linear", whole.cpu / tenth.cpu, "times", "13 times", LINEAR)
    note(results, "close_month_memory", whole.peak, "MB at the most", "that of a tenth", tenth.peak)
    for people, cells in PLACES.items():
        usual, worst = errors(people, cells)
        note(results, f"error_of_{people}_people", usual, "people (one standard deviation)")
        note(results, f"worst_of_{people}_people", worst, "people")


if __name__ == "__main__":
    from tests.bench.measuring import note as told

    Path("var").mkdir(exist_ok=True)
    os.environ["TREFFPUNKT_DEMO"] = "1"
    measure({}, told)
