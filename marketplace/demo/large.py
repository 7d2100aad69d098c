"""Thousands of offers and people more, for benchmarks: the catalogue's own offers with numbers, spread over eight
months."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from uuid import UUID

import asyncpg

from marketplace.demo.catalogue import WEEKDAYS, Catalogue, Made, make_offer, read
from marketplace.demo.participants import Register, Resident, head_counts
from marketplace.demo.tables import Row, Said
from offers.catalogue.models import ELSEWHERE, Joining
from offers.seats.sql import seated

SESSIONS = 10
"""Of an offer, on average."""
BOOKINGS = 3
"""Of a person."""
WEEKS = 17
"""How far back and ahead."""
DATELESS = 20
"""One offer in so many has no dates: a link, a telephone number, something by agreement."""
AT_ONCE = 500
"""Offers, or tens of people, held in memory before they are copied."""

SEATS = f"""UPDATE seat_pool p SET taken = b.taken, waiting = b.waiting FROM (
    SELECT pool_id, coalesce(sum(seats) FILTER (WHERE {seated("booking")}), 0) AS taken,
        count(*) FILTER (WHERE state = 'waiting') AS waiting
    FROM booking GROUP BY pool_id) b
WHERE b.pool_id = p.id AND (p.taken, p.waiting) <> (b.taken, b.waiting)"""


async def load(
    connection: asyncpg.Connection, register: Register, made: Catalogue, offers: int, people: int
) -> None:
    """Copy so many offers and people more, with sessions, bookings, and registers of closed months."""
    more: list[Made] = []
    for number, spec in enumerate(_specs(register, made, offers), 1):
        this = make_offer(register.tables, made, spec, register.now)
        more.append(this)
        if number % AT_ONCE == 0:
            await register.tables.copy(connection)
    await register.tables.copy(connection)
    seats = [(pool, this) for this in more or made.offers.values() for pool in this.pools]
    register.chance.shuffle(seats)
    for number in range(1, people + 1):
        _book(register, _person(register, number), seats)
        if number % (AT_ONCE * 10) == 0:
            await register.tables.copy(connection)
    await register.tables.copy(connection)
    await connection.execute(SEATS)
    for number, this in enumerate(more, 1):
        if this.offer["joining"] == Joining.DROP_IN:
            head_counts(register, this, this.spec["popularity"])
        for session in this.sessions:
            pool = this.pool_of(session)
            if pool and register.seated.get(pool["id"]) and register.remembered(session, 1.0):
                register.save_register(session, pool, this.offer["owner_id"])
        if number % AT_ONCE == 0:
            await register.tables.copy(connection)
    await register.tables.copy(connection)


def _specs(register: Register, made: Catalogue, number: int) -> Iterator[Said]:
    """Offers as the files would say them: every kind, audience and way of joining, in the files' shares."""
    chance, bases = (
        register.chance,
        [this.spec for slug, this in made.offers.items() if slug not in made.attended],
    )
    dated = [spec for spec in bases if spec["sessions"]]
    dateless = [spec for spec in bases if not spec["sessions"]]
    places: dict[UUID, list[str]] = defaultdict(list)
    for key, venue in made.venues.items():
        places[venue["municipality_id"]].append(key)
    owners: dict[UUID, list[str]] = defaultdict(list)
    for key, organization in made.organizations.items():
        owners[organization["municipality_id"]].append(key)
    with_dates = number - number // DATELESS
    so_far = 0
    for each in range(1, number + 1):
        base = (
            dateless[each // DATELESS % len(dateless)] if each % DATELESS == 0 else dated[each % len(dated)]
        )
        municipality = made.organizations[base["owner"]]["municipality_id"]
        rules = []
        if base["sessions"]:
            so_far += 1
            total = number * SESSIONS
            count = total * so_far // with_dates - total * (so_far - 1) // with_dates
            rules = [_rule(register, chance.choice(base["sessions"]), count)]
        spec = {
            **base, "slug": f"{base['slug'][:70]}-{each}", "owner": chance.choice(owners[municipality]),
            "sessions": rules, "cancelled": (),
            "texts": {lang: {**text, "title": f"{text['title']} {each}"} for lang, text in base["texts"].items()},
        }  # fmt: skip
        spec.pop("continues", None)
        spec.pop("co_organizers", None)
        if base["joining"] not in ELSEWHERE:
            spec["venue"] = chance.choice(places[municipality])
        yield spec


def _rule(register: Register, rule: Said, count: int) -> Said:
    """So many meetings at the rule's time of day, some week between four months back and four ahead."""
    chance = register.chance
    every = chance.choice((1, 1, 2)) if 2 * count <= 2 * WEEKS else 1
    first = chance.randint(-WEEKS, WEEKS - every * (count - 1))
    return {
        "weekdays": [chance.choice(WEEKDAYS)], "start": rule["start"], "minutes": rule["minutes"],
        "every_weeks": every, "from_weeks": first, "count": count,
    }  # fmt: skip


@cache
def _names() -> list[str]:
    return [name for names in read("names.toml").values() for name in names]


def _person(register: Register, number: int) -> Resident:
    names = _names()
    way = register.chance.random()
    return register.person(
        names[number % len(names)], email=f"innbygger.{number}@example.no" if way < 0.8 else None,
        phone=f"+475100{50 + number % 50:04}" if 0.8 <= way < 0.85 else None, verified=way < 0.2,
    )  # fmt: skip


def _book(register: Register, who: Resident, seats: list[tuple[Row, Made]]) -> None:
    """Some bookings of a person, most in what is popular: there it fills up, and some wait."""
    chance = register.chance
    theirs: set[UUID] = set()
    for _ in range(40):
        if len(theirs) == BOOKINGS:
            return
        pool, this = seats[int(len(seats) * chance.random() ** 2)]
        if pool["id"] in theirs:
            continue
        party = min(chance.choices((1, 2), (85, 15))[0], this.offer["max_party"])
        free = party if pool["capacity"] is None else pool["capacity"] - pool["taken"]
        if free <= 0:
            if chance.random() < 0.8 or pool["waiting"] > 20:
                continue
            state = "waiting"
        elif chance.random() < 0.05:
            state = "cancelled"
        elif this.offer["joining"] == Joining.REQUEST and chance.random() < 0.25:
            state = "requested"
        else:
            state = "confirmed"
        theirs.add(pool["id"])
        party = min(party, free) if free > 0 else party
        register.book(pool, who, state, party, ended_by="self" if state == "cancelled" else None)
