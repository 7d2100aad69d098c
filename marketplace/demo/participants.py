"""The demo's people, what they booked, and who came. Made up by chance that always falls alike."""

# ruff: noqa: S311 - chance that makes a demo need not be secret

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from uuid import UUID

from marketplace.base.clock import month_start, oslo, today
from marketplace.base.data.slugs import slug_of
from marketplace.demo.catalogue import Catalogue, Made, read
from marketplace.demo.tables import Row, Tables
from offers.attendance.keys import year_key
from offers.attendance.rules import pseudonym
from offers.catalogue.models import Joining
from offers.seats.links import ALPHABET, REFERENCE_LENGTH
from offers.seats.models import SEATED, BookingState, EndedBy
from offers.seats.rules import given_back

NEWCOMERS = ("ukrainian", "polish", "somali", "eritrean", "arabic", "others")
GROUPS: tuple[tuple[tuple[str, ...], int, int, dict[str, float]], ...] = (
    (("norwegian_older",), 112, 20, {"seniors": 1, "adults": 0.5, "next_of_kin": 0.35}),
    (("norwegian",), 78, 14, {"adults": 1, "parents": 0.4, "next_of_kin": 0.35}),
    (("norwegian_younger",), 34, 8, {"young_adults": 1, "adults": 0.7}),
    (("norwegian_younger",), 30, 22, {"youth": 1}),
    (NEWCOMERS, 76, 6, {"refugees": 1, "adults": 0.8, "parents": 0.3, "young_adults": 0.2}),
)
"""Lists in names.toml, how many in Sandnes and in Søndre Land, and the share of them in each audience."""
STAFF = 24
ALMOST_ALL = 0.97
"""So many registers of this month are saved the day after: a coordinator looks at a list that one can get through."""
PHONES = [f"+475100{number:04}" for number in range(50, 100)]
"""Numbers that reach nobody, as on the organisations' pages. There are few, so some share one, as in a family."""


@dataclass
class Resident:
    """Somebody who takes part, and the way to reach them."""

    id: UUID
    name: str
    audiences: frozenset[str]
    municipality: UUID | None
    lang: str
    contact: UUID | None = None
    address: str | None = None
    organization: UUID | None = None
    proven: bool = False
    """Have they signed in with the address?"""


class Register:
    """Makes the rows of people, bookings and attendance, and keeps the seats right meanwhile."""

    def __init__(self, tables: Tables, now: datetime, seed: int) -> None:
        self.tables, self.now, self.chance = tables, now, random.Random(seed)
        self.references: set[str] = set()
        self.seated: dict[UUID, list[tuple[Row, Resident, Resident]]] = defaultdict(list)
        """Confirmed bookings of each pool, who comes, and who has booked."""
        self.queue = 0
        self.key: Callable[[int], bytes] = cache(year_key)
        self.closed_until = month_start(today(now))
        self.lately = random.Random(seed + 1)
        """Chance in the month that is not over: each day has more of it, and must not move what else is made."""

        self.voluntary: set[UUID] = set()
        """Organisations whose registers say how many volunteers helped."""
        self.helpers = random.Random(seed + 2)

    def helped(self, owner: UUID) -> int | None:
        """How many volunteers a register tells of; most do, where there are any."""
        said = owner in self.voluntary and self.helpers.random() < 0.8
        return self.helpers.choice((1, 2, 2, 3, 4)) if said else None

    def person(
        self, name: str, audiences: Iterable[str] = (), municipality: UUID | None = None, lang: str = "nb",
        email: str | None = None, phone: str | None = None, verified: bool = False, call: str | None = None,
    ) -> Resident:  # fmt: skip
        """A person with their contact point, if any."""
        made = self.now - timedelta(days=self.chance.randrange(130, 400))
        row = self.tables.add("person", name=name, lang=lang, shielded=False, created_at=made)
        who = Resident(row["id"], name, frozenset(audiences), municipality, lang)
        if address := email or phone or call:
            contact = self.tables.add(
                "contact_point", person_id=row["id"], value=address,
                channel="email" if email else "sms" if phone else "call",
                verified_at=made if verified else None, created_at=made,
            )  # fmt: skip
            who.contact, who.address, who.proven = contact["id"], address, verified
        return who

    def reference(self) -> str:
        while (found := "".join(self.chance.choices(ALPHABET, k=REFERENCE_LENGTH))) in self.references:
            pass
        self.references.add(found)
        return found

    def book(
        self, pool: Row, who: Resident, state: str = "confirmed", seats: int = 1, booker: Resident | None = None,
        days_before: float | None = None, ended_by: str | None = None,
    ) -> Row:  # fmt: skip
        """A booking with its effect on the seats. `days_before`: how long before the start (or now) it was made.
        `ended_by`: what ended it, if anything."""
        booker = booker or who
        before = self.chance.uniform(1, 26) if days_before is None else days_before
        made = min(self.now, pool["starts_at"] or self.now) - timedelta(days=before)
        if state == "waiting":
            pool["waiting"] += 1
            self.queue += 1
        changed = made + timedelta(days=before / 2 if ended_by else 0)
        asked = pool["offer_id"] in self.tables.requests
        seated = state in SEATED or (state == "cancelled" and not asked)
        back = None
        if seated and ended_by:
            end = BookingState(state), EndedBy(ended_by)
            back = given_back(BookingState.CONFIRMED, *end, pool["starts_at"], changed)
        row = self.tables.add(
            "booking", pool_id=pool["id"], offer_id=pool["offer_id"], participant_id=who.id, booked_by_id=booker.id,
            contact_id=booker.contact, organization_id=who.organization, seats=seats, state=state,
            reference=self.reference(), form_key=self.chance.randbytes(16),
            ended_by=ended_by, by_host=False,
            queue_no=self.queue if state == "waiting" else None, link_version=1, lang=booker.lang, held_until=None,
            asked=asked, seated_at=made if seated else None, given_back_in_time=back,
            created_at=made, changed_at=changed,
        )  # fmt: skip
        if state in SEATED:
            pool["taken"] += seats
            self.seated[pool["id"]].append((row, who, booker))
        return row

    def closed(self, session: Row) -> bool:
        """Did it take place in a month that is closed?"""
        return bool(session["ends_at"] <= self.closed_until and session["status"] != "cancelled")

    def remembered(self, session: Row, share: float) -> bool:
        """Has anybody said who came to a session? Most do within a day; some forget: that is unknown, not zero."""
        if self.closed(session):
            return self.chance.random() < share
        return self.over(session) and self.lately.random() < ALMOST_ALL

    def over(self, session: Row) -> bool:
        """Did it take place, and have they had a day to say who came?"""
        return bool(session["ends_at"] <= self.now - timedelta(days=1) and session["status"] != "cancelled")

    def save_register(self, session: Row, pool: Row, owner: UUID) -> None:
        """Who of those with a seat came to a session: about three of four; of the others some had sent word."""
        chance = self.chance if session["ends_at"] <= self.closed_until else self.lately
        saved = session["ends_at"] + timedelta(minutes=10)
        self.tables.add("register", session_id=session["id"], saved_by_id=None, saved_at=saved, closed_at=saved,
                        closed_by="host", volunteers=self.helped(owner))  # fmt: skip
        for booking, who, booker in self.seated[pool["id"]]:
            state = chance.choices(("present", "absent", "excused"), (76, 14, 10))[0]
            came = 0
            if state == "present":
                all_of_them = chance.random() < 0.85
                came = booking["seats"] if all_of_them else chance.randint(1, booking["seats"])
            elif state == "excused":
                self.tables.add("sent_word", booking_id=booking["id"], session_id=session["id"],
                                at=session["starts_at"] - timedelta(hours=3))  # fmt: skip
            self.mark(session, booking, who, booker, owner, state, came, saved)

    def mark(
        self, session: Row, booking: Row, who: Resident, booker: Resident, owner: UUID, state: str, came: int,
        saved: datetime,
    ) -> None:  # fmt: skip
        """So many of a booking came. Whoever did is counted under a pseudonym."""
        within = None if booker.proven else owner
        year = oslo(session["starts_at"]).year
        seal = pseudonym(self.key(year), who.name, booker.address, who.id, within) if came else None
        self.tables.add("attendance", session_id=session["id"], booking_id=booking["id"], state=state,
                        seats_present=came, pseudonym=seal, recorded_at=saved,
                        cause="tap" if came else "closing")  # fmt: skip


def residents(register: Register, catalogue: Catalogue) -> list[Resident]:
    """About 400 people, in both municipalities."""
    names, chance = read("names.toml"), register.chance
    made: list[Resident] = []
    municipalities = [catalogue.municipalities[slug]["id"] for slug in ("sandnes", "sondre-land")]
    for lists, *numbers, shares in GROUPS:
        pot = [name for part in lists for name in names[part]]
        for municipality, number in zip(municipalities, numbers, strict=True):
            for _ in range(number):
                audiences = {audience for audience, share in shares.items() if chance.random() < share}
                newcomer = "refugees" in audiences
                lang = (
                    "en" if newcomer and chance.random() < 0.6 else "nn" if chance.random() < 0.08 else "nb"
                )
                name, way = chance.choice(pot), chance.random()
                email = f"{slug_of(name)}.{len(made) + 1}@example.no" if way < 0.62 else None
                phone = chance.choice(PHONES) if 0.62 <= way < 0.84 else None
                made.append(register.person(
                    name, audiences, municipality, lang, email, phone, verified=bool(email) and chance.random() < 0.3,
                ))  # fmt: skip
    return made


def employees(register: Register) -> list[Resident]:
    """People who come to staff training."""
    names = read("names.toml")["norwegian"]
    return [register.person(register.chance.choice(names), {"staff"}, email=f"ansatt.{number}@example.no",
                            verified=True) for number in range(1, STAFF + 1)]  # fmt: skip


def fill(register: Register, made: Made, crowd: list[Resident], popularity: float, taken: set[UUID]) -> None:
    """Bookings of an offer and the registers of what is over. `taken`: people to leave alone. An offer that is `booked`
    has exactly so many, whatever chance says: a story needs the seats that are left."""
    joining, chance, now = made.offer["joining"], register.chance, register.now
    known = made.offer["audiences"]
    fitting = [
        who for who in crowd if who.id not in taken and ("everyone" in known or who.audiences & set(known))
    ]
    chance.shuffle(fitting)
    called_off = {session["id"] for session in made.sessions if session["status"] == "cancelled"}
    for pool in made.pools:
        wanted = made.spec.get("booked", _seats_wanted(pool, popularity, now, chance))
        # Those who come to one session often come to the next: a circle of regulars, and some who look in.
        regulars = fitting[: ceil(wanted * 1.4) + 4]
        others = fitting[len(regulars) :]
        guests = chance.sample(regulars, len(regulars))
        guests = [chance.choice(others) if others and chance.random() < 0.12 else who for who in guests]
        guests = list({who.id: who for who in guests}.values())
        if pool["session_id"] in called_off:
            for who in guests[: wanted // 2]:
                register.book(pool, who, "cancelled", ended_by="session")
            continue
        while guests and pool["taken"] < wanted:
            who, seats = guests.pop(), _party(made, wanted - pool["taken"], chance)
            booker = chance.choice(fitting) if chance.random() < 0.05 else who
            register.book(pool, who, seats=seats, booker=booker)
        _others(register, pool, joining, guests, popularity)
    if joining == Joining.DROP_IN:
        head_counts(register, made, popularity)
    for session in made.sessions:
        there = made.pool_of(session)
        nobody = there and not there["taken"]  # then there is little to forget
        if there and (register.over(session) if nobody else register.remembered(session, 0.96)):
            register.save_register(session, there, made.offer["owner_id"])


def _seats_wanted(pool: Row, popularity: float, now: datetime, chance: random.Random) -> int:
    """How many seats to fill: what is far ahead has few bookings yet; 1.0 is full, when it is not far."""
    capacity = int(pool["capacity"] or 14)
    weeks: float = max(0.0, (pool["starts_at"] - now) / timedelta(weeks=1)) if pool["starts_at"] else 0.0
    if popularity >= 1 and weeks < 4:
        return capacity
    far = 1.0 if weeks < 2 else max(0.15, 1 - 0.09 * (weeks - 2))
    seats = capacity * popularity * far * chance.uniform(0.85, 1.12)
    return min(capacity, round(float(seats)))


def _party(made: Made, left: int, chance: random.Random) -> int:
    """Most come alone, some in twos and threes."""
    seats = chance.choices((1, 2, 3), (72, 21, 7))[0]
    return min(seats, left, int(made.offer["max_party"]))


def _others(register: Register, pool: Row, joining: str, guests: list[Resident], popularity: float) -> None:
    """Those who wait, asked, thanked no or could not after all."""
    chance = register.chance
    if pool["capacity"] and pool["taken"] == pool["capacity"] and popularity >= 1:
        for place in range(min(len(guests), chance.randint(2, 4))):
            register.book(pool, guests.pop(), "waiting", days_before=0.9 - place * 0.2)
    if joining == Joining.REQUEST:
        for state, ended_by in (("requested", None), ("requested", None), ("declined", "host")):
            if guests:
                register.book(
                    pool, guests.pop(), state, days_before=chance.uniform(0.5, 4), ended_by=ended_by
                )
    for _ in range(min(len(guests), round(pool["taken"] * 0.08 + chance.random() * 0.6))):
        register.book(pool, guests.pop(), "cancelled", ended_by="self")


def head_counts(register: Register, made: Made, popularity: float) -> None:
    """How many came to what one just drops in to."""
    for session in made.sessions:
        if register.remembered(session, 0.94):
            chance = register.chance if register.closed(session) else register.lately
            count = max(3, round(popularity * 26 * chance.uniform(0.6, 1.3)))
            saved = session["ends_at"] + timedelta(minutes=10)
            register.tables.add("register", session_id=session["id"], saved_by_id=None, saved_at=saved, closed_at=saved,
                                closed_by="host", volunteers=register.helped(made.offer["owner_id"]))  # fmt: skip
            register.tables.add("head_count", session_id=session["id"], count=count, recorded_at=saved)
