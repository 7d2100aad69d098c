"""How long it takes to give a thousand people of a queue their seats, when the organiser makes room for them."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from marketplace.base.data import database
from marketplace.base.data.database import credentials
from offers.seats import actions as seats_actions
from offers.seats.links import new_reference

WAITING = 1000
LONGEST = 5.0
"""Seconds."""


async def taken(connection: asyncpg.Connection) -> set[str]:
    return {row["reference"] for row in await connection.fetch("SELECT reference FROM booking")}


def references(number: int, taken: set[str]) -> list[str]:
    """So many that nobody has: of 100,000 by chance, some meet in two runs of five."""
    found: set[str] = set()
    while len(found) < number:
        found |= {new_reference() for _ in range(number - len(found))} - taken
    return list(found)


async def queue(dsn: str, now: datetime) -> UUID:
    """A new offer without a free seat, and a thousand who wait for one, each with an address. Returns its pool."""
    connection = await asyncpg.connect(**credentials(dsn))
    try:
        owner = await connection.fetchrow("SELECT id, municipality_id FROM organization WHERE slug = 'bench'")
        offer, pool, starts = uuid7(), uuid7(), now + timedelta(days=30)
        await connection.execute(
            """INSERT INTO offer (id, slug, owner_id, municipality_id, kind, audiences, joining, visibility, sensitive,
                state, source_lang, max_party, promotion, hold_hours, keep_months, created_at, changed_at,
                session_count, next_session_at, next_session_ends, last_session_ends)
            VALUES ($1, $2, $3, $4, 'course', '{everyone}', 'whole', 'public', false, 'published', 'nb', 1, 'automatic',
                24, 6, $5, $5, 1, $6, $7, $7)""",
            offer, f"bench-queue-{offer}", owner["id"], owner["municipality_id"], now, starts,
            starts + timedelta(hours=2),
        )  # fmt: skip
        await connection.execute(
            """INSERT INTO offer_text (id, offer_id, lang, title, summary, body, meets_you, way_in, bring_someone,
                what_happens, may_leave, bring, keywords)
            VALUES ($1, $2, 'nb', 'Kurs', 'Bli med', '', '', '', '', '', '', '', '')""",
            uuid7(), offer,
        )  # fmt: skip
        await connection.execute(
            "INSERT INTO session (id, offer_id, starts_at, ends_at, status, note, sequence, changed_at) "
            "VALUES ($1, $2, $3, $4, 'scheduled', '', 0, $5)",
            uuid7(), offer, starts, starts + timedelta(hours=2), now,
        )  # fmt: skip
        await connection.execute(
            """INSERT INTO seat_pool (id, offer_id, capacity, waiting, starts_at, ends_at)
            VALUES ($1, $2, 0, $3, $4, $5)""",
            pool, offer, WAITING, starts, starts + timedelta(hours=2),
        )  # fmt: skip
        people = [uuid7() for _ in range(WAITING)]
        contacts = [uuid7() for _ in people]
        await connection.execute(
            "INSERT INTO person (id, name, created_at) SELECT id, 'Ola', $2 FROM unnest($1::uuid[]) AS id",
            people,
            now,
        )
        await connection.execute(
            """INSERT INTO contact_point (id, person_id, channel, value, created_at)
            SELECT c, p, 'email', 'q' || n || '@example.no', $3
            FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS x(c, p, n)""",
            contacts, people, now,
        )  # fmt: skip
        await connection.execute(
            """INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id, seats, state,
                reference, form_key, queue_no, waited_at, link_version, lang, created_at, changed_at)
            SELECT gen_random_uuid(), $1, $2, p, p, c, 1, 'waiting', r, uuid_send(gen_random_uuid()),
                nextval('booking_queue'), $6, 1, 'nb', $6, $6
            FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS x(p, c, r)""",
            pool, offer, people, contacts, references(WAITING, await taken(connection)), now,
        )  # fmt: skip
        return pool
    finally:
        await connection.close()


async def promotion(dsn: str) -> float:
    """Seconds from raising the capacity until all have their seats and their mail rows."""
    now = datetime.now(UTC)
    pool = await queue(dsn, now)
    await database.connect(dsn)
    try:
        started = time.monotonic()
        await seats_actions.set_capacity(pool, WAITING, now=now, by=None)
        took = time.monotonic() - started
        seated = await database.value(
            "SELECT count(*) FROM booking WHERE pool_id = $1 AND state = 'confirmed'", pool
        )
        assert seated == WAITING, f"{seated} got a seat"
        return took
    finally:
        await database.disconnect()
