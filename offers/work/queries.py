"""What those who lead offers have to do now: today's meetings, and who waits for an answer from them."""

from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any

from marketplace.base import clock
from marketplace.base.data.database import rows
from offers.catalogue.queries import title_in
from offers.participants.calls.queries import WAITING
from offers.participants.queries import SHOWN_NAMES
from offers.publishing.queries import MINE, REGISTERS_FOR
from offers.rights.queries import EDITOR_OF, OWNS
from offers.seats.sql import covers
from offers.work.told.queries import SINCE, WAITS

SHOWN = 20
"""Meetings and requests that the page shows at most; it says how many there are."""


async def today(person: Any, lang: str, now: datetime) -> list[dict[str, Any]]:
    """The meetings of today that are not over, of what the person sees the participants of: with seats, and the names
    of those who lead them. `total` in each: how many there are."""
    ends = clock.at_oslo(clock.today(now) + timedelta(days=1), clock_time())
    return await rows(
        f"""WITH {MINE} SELECT s.id, s.starts_at, s.ends_at, o.joining, o.slug, {title_in("$3")} AS title,
            p.capacity, p.taken, p.waiting, p.id IS NOT NULL AS has_seats, count(*) OVER () AS total,
            ARRAY(SELECT n.name FROM host_assignment h JOIN person n ON n.id = h.person_id
                WHERE h.offer_id = o.id AND n.name IS NOT NULL ORDER BY h.id LIMIT 4) AS hosts
        FROM mine JOIN offer o ON o.id = mine.id JOIN session s ON s.offer_id = o.id
        LEFT JOIN LATERAL (SELECT * FROM seat_pool WHERE offer_id = o.id AND {covers(p='seat_pool')}
            LIMIT 1) p ON true
        WHERE mine.sees AND o.state = 'published' AND s.status <> 'cancelled' AND s.ends_at > $2 AND s.starts_at < $4
            AND o.joining NOT IN ('external', 'none')
        ORDER BY s.starts_at, s.id LIMIT {SHOWN}""",
        person.id, now, lang, ends,
    )  # fmt: skip


async def requests(person: Any, lang: str, now: datetime) -> list[dict[str, Any]]:
    """Those who wait for an answer that the person may give, who has waited longest first. `total` in each."""
    return await rows(
        f"""SELECT b.id, o.id AS offer_id, o.owner_id, o.slug, {title_in("$3")} AS title, {SHOWN_NAMES},
            {SINCE} AS since, b.talk_asked_at, b.created_at, b.seats, count(*) OVER () AS total
        FROM {EDITOR_OF}, offer o JOIN booking b ON b.offer_id = o.id JOIN seat_pool p ON p.id = b.pool_id
            JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        WHERE {OWNS} AND {WAITS.format(now="$2")}
        ORDER BY b.created_at, b.id LIMIT {SHOWN}""",
        person.id, now, lang,
    )  # fmt: skip


async def to_call(person: Any, lang: str, now: datetime) -> list[dict[str, Any]]:
    """Offers whose participants the person sees, with how many calls wait to be made, the oldest first: nobody else
    tells these people. `total` in each: how many calls there are. Of the last month, as the registers."""
    return await rows(
        f"""WITH {MINE} SELECT o.slug, {title_in("$3")} AS title, found.number, found.since,
            (sum(found.number) OVER ())::int AS total, count(*) OVER () AS offers
        FROM (SELECT b.offer_id, count(*) AS number, min(y.since) AS since {WAITING} AND y.since > $2
                AND b.offer_id IN (SELECT id FROM mine WHERE sees) GROUP BY b.offer_id) found
            JOIN offer o ON o.id = found.offer_id
        ORDER BY found.since, o.id LIMIT {SHOWN}""",
        person.id, now - REGISTERS_FOR, lang,
    )  # fmt: skip
