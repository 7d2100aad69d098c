"""What those who lead offers have to do now: today's meetings, and who waits for an answer from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any
from uuid import UUID

from marketplace.base import clock
from marketplace.base.data.database import rows
from offers.catalogue.queries import title_in
from offers.catalogue.recorded import HAS_REGISTER, REGISTERS_FOR, recorded
from offers.participants.calls.queries import WAITING
from offers.participants.queries import SHOWN_NAME
from offers.publishing.queries import MINE
from offers.publishing.rules import seats_text
from offers.rights.queries import EDITOR_OF, OWNS
from offers.rights.sql import COUNTS
from offers.seats.sql import covers
from offers.work import rules
from offers.work.told.queries import WAITS

SHOWN = 20
"""Meetings and requests that the page shows at most; it says how many there are."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of today, its seats if it has any, and the names of those who lead it. `recorded`: its register is
    closed; `total`: how many there are."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    joining: str
    title: str
    capacity: int | None
    taken: int | None
    waiting: int | None
    has_seats: bool
    recorded: bool
    hosts: list[str]
    total: int

    @property
    def seats_text(self) -> str:
        return seats_text(self.capacity, self.taken or 0, self.waiting or 0) if self.has_seats else ""

    @property
    def hosts_text(self) -> str:
        return rules.hosts_text(self.hosts)

    def standing(self, now: datetime) -> str:
        """Has it begun, and is it over?"""
        return rules.standing(self.starts_at, self.ends_at, now)


async def today(person: Any, lang: str, now: datetime) -> list[Meeting]:
    """The meetings of today, of what the person sees the participants of: until they are over and recorded."""
    begins, ends = (clock.at_oslo(clock.today(now) + timedelta(days=days), clock_time()) for days in (0, 1))
    return await rows(
        Meeting,
        f"""WITH {MINE} SELECT s.id, s.starts_at, s.ends_at, o.joining, {title_in("$3")} AS title,
            p.capacity, p.taken, p.waiting, p.id IS NOT NULL AS has_seats, {recorded()} AS recorded,
            count(*) OVER () AS total, ARRAY(SELECT n.name FROM host_assignment h JOIN person n ON n.id = h.person_id
                WHERE h.offer_id = o.id AND n.name IS NOT NULL AND {COUNTS} ORDER BY h.id LIMIT 4) AS hosts
        FROM mine JOIN offer o ON o.id = mine.id JOIN session s ON s.offer_id = o.id
        LEFT JOIN LATERAL (SELECT * FROM seat_pool WHERE offer_id = o.id AND {covers(p='seat_pool')}
            LIMIT 1) p ON true
        WHERE mine.sees AND o.state = 'published' AND {HAS_REGISTER} AND s.starts_at < $4
            AND (s.ends_at > $2 OR s.ends_at > $5 AND NOT {recorded()})
        ORDER BY s.starts_at, s.id LIMIT {SHOWN}""",
        person.id, now, lang, ends, begins,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who waits for an answer, under the name that those who lead the offer may read. `total`: how many do."""

    id: UUID
    offer_id: UUID
    owner_id: UUID
    slug: str
    title: str
    name: str
    talk_asked_at: datetime | None
    created_at: datetime
    total: int

    def age(self, now: datetime) -> str:
        """How long they have waited, as people say it."""
        return rules.waited(self.talk_asked_at, self.created_at, clock.today(now))


async def requests(person: Any, lang: str, now: datetime) -> list[Asking]:
    """Those who wait for an answer that the person may give, who has waited longest first."""
    return await rows(
        Asking,
        f"""SELECT b.id, o.id AS offer_id, o.owner_id, o.slug, {title_in("$3")} AS title, {SHOWN_NAME} AS name,
            b.talk_asked_at, b.created_at, count(*) OVER () AS total
        FROM {EDITOR_OF}, offer o JOIN booking b ON b.offer_id = o.id JOIN seat_pool p ON p.id = b.pool_id
            JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        WHERE {OWNS} AND {WAITS.format(now="$2")}
        ORDER BY b.created_at, b.id LIMIT {SHOWN}""",
        person.id, now, lang,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToCall:
    """An offer whose participants are to be rung: the `number` of calls, how many there are in all (`total`) and of how
    many `offers`."""

    slug: str
    title: str
    number: int
    total: int
    offers: int


async def to_call(person: Any, lang: str, now: datetime) -> list[ToCall]:
    """Offers whose participants the person sees, with how many calls wait to be made, the oldest first: nobody else
    tells these people. Of the last month, as the registers."""
    return await rows(
        ToCall,
        f"""WITH {MINE} SELECT o.slug, {title_in("$3")} AS title, found.number,
            (sum(found.number) OVER ())::int AS total, count(*) OVER () AS offers
        FROM (SELECT b.offer_id, count(*) AS number, min(y.since) AS since {WAITING} AND y.since > $2
                AND b.offer_id IN (SELECT id FROM mine WHERE sees) GROUP BY b.offer_id) found
            JOIN offer o ON o.id = found.offer_id
        ORDER BY found.since, o.id LIMIT {SHOWN}""",
        person.id, now - REGISTERS_FOR, lang,
    )  # fmt: skip
