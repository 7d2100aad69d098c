"""Random histories of whole municipalities, written straight into the tables; and what is to be counted of them, once
more, by somebody who has not read how the program counts: plain SELECTs, and loops."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.base.data.database import rows
from marketplace.dialogue.models import Dialogue, DialogueItem
from marketplace.people.models import Person
from offers.attendance.models import Attendance, HeadCount, Register
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, SeatPool, Session, Venue
from offers.rights.models import HostAssignment
from offers.seats import rules
from offers.seats.models import Booking, BookingState, EndedBy
from organizations.directory.models import District, DistrictPlace, Municipality, Organization

OSLO = ZoneInfo("Europe/Oslo")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=OSLO)
MONTHS = 4
DAY = timedelta(days=1)
Natural = tuple[UUID, UUID, str, str, UUID | None, bool]
"""What a cell is: municipality, organisation, main audience, kind, district, evening."""
_numbers = count(1)


def end_of(month: int) -> datetime:
    return datetime(2026, month + 1, 1, tzinfo=OSLO)


@dataclass
class World:
    """What was made, as it stands in the database."""

    chance: random.Random
    municipalities: list[UUID] = field(default_factory=list)
    made: dict[type, list[Any]] = field(default_factory=lambda: defaultdict(list))
    districts: dict[UUID, UUID] = field(default_factory=dict)
    """By venue."""

    def add(self, model: type, **values: Any) -> Any:
        row = model(**values)
        self.made[model].append(row)
        return row

    def moment(self, first: datetime = NEW_YEAR, days: float = 120) -> datetime:
        """Some time, to the minute, in daytime and at night."""
        minutes = self.chance.randrange(round(days * 24 * 60))
        return (first.astimezone(UTC) + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


async def build(seed: int, municipalities: int) -> World:
    """So many municipalities, each with a history of its own."""
    world = World(random.Random(seed))
    for _ in range(municipalities):
        number = next(_numbers)
        here = await Municipality.create(number=f"{number:04}", slug=f"by-{seed}-{number}", name="By")
        world.municipalities.append(here.id)
        await _municipality(world, here)
    await Organization.bulk_create(world.made.pop(Organization))
    await Dialogue.bulk_create(world.made.pop(Dialogue))
    for model in (
        Venue,
        Offer,
        Session,
        SeatPool,
        Person,
        Booking,
        Register,
        Attendance,
        HeadCount,
        HostAssignment,
        DialogueItem,
    ):
        await model.bulk_create(world.made[model])  # type: ignore[attr-defined]
    return world


async def _municipality(world: World, here: Municipality) -> None:
    chance = world.chance
    district = await District.create(municipality=here, slug="sentrum", name="Sentrum")
    await DistrictPlace.create(district=district, municipality=here, postcode="4306")
    venues = [
        world.add(Venue, municipality_id=here.id, name="Her", postcode="4306", city="Byen"),
        world.add(Venue, municipality_id=here.id, name="Der", postcode="9999", city="Byen"),
    ]
    world.districts[venues[0].id] = district.id
    owners = [
        world.add(
            Organization, municipality_id=here.id, name="Lag", slug=f"lag-{next(_numbers)}", kind="voluntary",
            state="approved", created_at=NEW_YEAR,
        )
        for _ in range(chance.randint(1, 3))
    ]  # fmt: skip
    world.add(
        Dialogue, municipality_id=here.id, coordinated_by_id=owners[0].id, slug=f"dialog-{next(_numbers)}",
        title={"nb": "Dialog"}, summary={"nb": "Dialog"}, created_at=NEW_YEAR,
    )  # fmt: skip
    people = [world.add(Person, name="Noen", created_at=NEW_YEAR) for _ in range(chance.randint(3, 25))]
    for _ in range(chance.randint(2, 5)):
        _offer(world, here, chance.choice(owners), chance.choice([*venues, None]), people)


def _offer(world: World, here: Municipality, owner: Any, venue: Any, people: list[Any]) -> None:
    chance = world.chance
    joining = chance.choice(["per_session", "per_session", "whole", "drop_in", "request"])
    audiences = chance.choice([["everyone"], ["seniors"], ["everyone", "youth"], ["staff"]])
    offer = world.add(
        Offer, slug=f"tilbud-{next(_numbers)}", owner_id=owner.id, municipality_id=here.id,
        kind=chance.choice([Kind.ACTIVITY, Kind.COURSE]), audiences=audiences,
        main_audience=audiences[0] if len(audiences) == 1 else chance.choice(audiences), joining=joining,
        state="published", created_at=NEW_YEAR, changed_at=NEW_YEAR, published_at=NEW_YEAR,
        venue_id=venue.id if venue else None,
    )  # fmt: skip
    capacity = chance.choice([None, 4, 12])
    whole = None
    if joining in ("whole", "request"):
        whole = world.add(SeatPool, offer_id=offer.id, capacity=capacity)
        _bookings(world, whole, joining, people)
    sessions = []
    for start in sorted(world.moment() for _ in range(chance.randint(1, 6))):
        cancelled = chance.random() < 0.1
        session = world.add(
            Session, offer_id=offer.id, starts_at=start, ends_at=start + timedelta(minutes=chance.choice([45, 90])),
            status="cancelled" if cancelled else "scheduled", changed_at=NEW_YEAR,
        )  # fmt: skip
        sessions.append(session)
        pool = whole
        if joining == "per_session":
            pool = world.add(
                SeatPool, offer_id=offer.id, session_id=session.id, capacity=capacity, starts_at=start,
                ends_at=session.ends_at,
            )  # fmt: skip
            _bookings(world, pool, joining, people)
        if not cancelled and chance.random() < 0.85:
            _register(world, session, pool, owner)
    for who in chance.sample(people, chance.randint(0, 2)):
        world.add(
            HostAssignment, person_id=who.id, offer_id=offer.id,
            leads_as=chance.choice(["peer", "professional", "professional", "volunteer", None]),
        )  # fmt: skip
    if (
        chance.random() < 0.4
    ):  # it came of the dialogue; at times it stood on two agendas, at times it had begun before
        for number in range(chance.randint(1, 2)):
            world.add(
                DialogueItem, dialogue_id=world.made[Dialogue][-1].id, main_audience="youth", evening=None,
                kinds=f"{next(_numbers)}", made_at=world.moment(NEW_YEAR - 500 * DAY, 560) - number * DAY,
                offer_id=offer.id,
            )  # fmt: skip
    going = [session for session in sessions if session.status != "cancelled"] or sessions
    offer.session_count = len([session for session in sessions if session.status != "cancelled"])
    offer.last_session_ends = max(session.ends_at for session in going)
    if whole:
        whole.starts_at, whole.ends_at = sessions[0].starts_at, sessions[-1].ends_at
    pools = {pool.id: pool for pool in world.made[SeatPool]}
    for booking in world.made[Booking]:
        if booking.offer_id == offer.id:
            _what_it_was(booking, pools[booking.pool_id], joining)


def _bookings(world: World, pool: Any, joining: str, people: list[Any]) -> None:
    chance = world.chance
    for who in chance.sample(people, chance.randint(0, min(9, len(people)))):
        state = chance.choice(["confirmed"] * 6 + ["cancelled", "cancelled", "waiting", "declined"])
        made = world.moment(NEW_YEAR - 20 * DAY, 100)
        waited = made if state == "waiting" or chance.random() < 0.2 else None
        placed = world.moment(made, 40) if waited and state != "waiting" and chance.random() < 0.7 else None
        answered = (
            world.moment(made, 20)
            if joining == "request" and state != "waiting" and chance.random() < 0.8
            else None
        )
        ended_by = {"cancelled": chance.choice(["self", "self", "host"]), "declined": "host"}.get(state)
        world.add(
            Booking, pool_id=pool.id, offer_id=pool.offer_id, participant_id=who.id, booked_by_id=who.id,
            seats=chance.randint(1, 2), state=state, ended_by=ended_by, reference=f"{next(_numbers):06}",
            form_key=chance.randbytes(16), queue_no=next(_numbers) if waited else None, lang="nb", waited_at=waited,
            placed_at=placed, answered_at=answered, by_host=not answered and chance.random() < 0.1, created_at=made,
            changed_at=max(filter(None, (placed, answered, world.moment(made, 30)))),
        )  # fmt: skip


def _what_it_was(booking: Any, pool: Any, joining: str) -> None:
    """What the acts that made it so would have left on it."""
    booking.asked = joining == "request" and not booking.by_host
    booking.seated_at = booking.placed_at
    if not booking.placed_at and (
        booking.state == "confirmed" or (booking.state == "cancelled" and not booking.waited_at)
    ):
        unanswered = booking.asked and booking.state == "cancelled"
        booking.seated_at = booking.answered_at or (None if unanswered else booking.created_at)
    if booking.state == "cancelled" and booking.seated_at and booking.ended_by == "self":
        booking.given_back_in_time = rules.given_back(
            BookingState.CONFIRMED, BookingState.CANCELLED, EndedBy.SELF, pool.starts_at, booking.changed_at
        )


def _register(world: World, session: Any, pool: Any, owner: Any) -> None:
    chance = world.chance
    world.add(
        Register, session_id=session.id, saved_at=session.ends_at, **_closed(chance, session.ends_at),
        volunteers=chance.choice([None, 0, 1, 2, 3, 7]),
    )  # fmt: skip
    if chance.random() < 0.3 or not pool:
        world.add(HeadCount, session_id=session.id, count=chance.randint(0, 9), recorded_at=session.ends_at)
    for booking in world.made[Booking]:
        if pool and booking.pool_id == pool.id and booking.state == "confirmed":
            # One in two is proven: they are the same whoever's register it is.
            proven = booking.participant_id.int % 2
            whose = booking.participant_id.bytes + (b"" if proven else owner.id.bytes)
            world.add(
                Attendance, session_id=session.id, booking_id=booking.id, recorded_at=session.ends_at,
                pseudonym=whose[:32].ljust(32, b"-"), **_mark(chance, booking.seats),
            )  # fmt: skip


def _mark(chance: random.Random, seats: int) -> dict[str, Any]:
    state = chance.choice(["present"] * 7 + ["absent", "excused"])
    return {"state": state, "seats_present": chance.randint(1, seats) if state == "present" else 0}


def _closed(chance: random.Random, at: datetime) -> dict[str, Any]:
    """One in eight is open still, and counts nothing."""
    return {} if chance.random() < 0.12 else {"closed_at": at, "closed_by": chance.choice(["host", "clock"])}


async def correct(world: World) -> None:
    """Registers are corrected, saved late and taken away; sessions are moved over midnight, into another month or year,
    and cancelled; and offers are changed, also whose they are."""
    chance = world.chance
    for one in await Attendance.all():
        if chance.random() < 0.05:
            await Attendance.filter(id=one.id).update(**_mark(chance, 2))
    for session in chance.sample(world.made[Session], len(world.made[Session]) // 20):
        if session.status != "cancelled" and not await Register.exists(session_id=session.id):
            await Register.create(
                session_id=session.id, saved_at=session.ends_at, closed_at=session.ends_at, closed_by="host"
            )
            await HeadCount.create(
                session_id=session.id, count=chance.randint(1, 9), recorded_at=session.ends_at
            )
    for register in chance.sample(world.made[Register], len(world.made[Register]) // 10):
        await Register.filter(id=register.id).update(volunteers=chance.choice([None, 4]))
    for host in chance.sample(world.made[HostAssignment], len(world.made[HostAssignment]) // 5):
        await HostAssignment.filter(id=host.id).update(leads_as=chance.choice(["peer", "professional"]))
    for session in chance.sample(world.made[Session], len(world.made[Session]) // 12):
        by = chance.choice([timedelta(hours=-9), timedelta(hours=9), -20 * DAY, 20 * DAY, -60 * DAY])
        session.starts_at, session.ends_at = session.starts_at + by, session.ends_at + by
        session.status = chance.choice([session.status, "scheduled", "scheduled", "cancelled"])
        await Session.filter(id=session.id).update(
            starts_at=session.starts_at, ends_at=session.ends_at, status=session.status
        )
    owners = {each.owner_id: each.municipality_id for each in world.made[Offer]}
    for offer in chance.sample(world.made[Offer], len(world.made[Offer]) // 15):
        others = [owner for owner, here in owners.items() if here == offer.municipality_id]
        await Offer.filter(id=offer.id).update(owner_id=chance.choice(others))
    for offer in chance.sample(world.made[Offer], len(world.made[Offer]) // 10):
        await Offer.filter(id=offer.id).update(kind=chance.choice(list(Kind)), audiences=["parents"])


def _local(moment: datetime) -> datetime:
    return moment.astimezone(OSLO)


def evening(moment: datetime) -> bool:
    local = _local(moment)
    return local.hour >= 16 or local.weekday() >= 5


@dataclass
class Recount:
    """Counts everything anew, and remembers only which cell a session and an offer were first counted in."""

    world: World
    sessions: dict[UUID, Natural] = field(default_factory=dict)
    offers: dict[UUID, Natural] = field(default_factory=dict)
    together: set[UUID] = field(default_factory=set)
    """Sessions whose offer was led by a peer and a professional when they were first counted."""

    async def count(self, month: int, now: datetime) -> dict[Natural, Counter[str]]:
        end = end_of(month)
        tables = {
            name: await rows(f"SELECT * FROM {name}")
            for name in (
                "offer", "session", "attendance", "head_count", "booking", "seat_pool", "host_assignment",
                "dialogue_item",
            )
        }  # fmt: skip
        registers = {
            each["session_id"]: each
            for each in await rows("SELECT * FROM register WHERE closed_at IS NOT NULL")
        }
        offers = {each["id"]: each for each in tables["offer"]}
        counts: dict[Natural, Counter[str]] = defaultdict(Counter)
        leads = defaultdict(set)
        for host in tables["host_assignment"]:
            leads[host["offer_id"]].add(host["leads_as"])
        held = self._held(tables["session"], offers, registers, leads, counts, end, now)
        begun = {
            each["offer_id"] for each in tables["session"] if each["id"] in registers
            and each["status"] != "cancelled" and each["starts_at"] < NEW_YEAR and each["ends_at"] <= now
        }  # fmt: skip
        self._first(held, tables, counts, begun)
        self._published(offers, tables["session"], counts, end)
        _came(held, self.sessions, tables, counts)
        self._booked(tables, offers, counts, end)
        return {cell: +counted for cell, counted in counts.items() if +counted}

    def _cell(self, offer: dict[str, Any], moment: datetime | None, venue: UUID | None) -> Natural:
        return (
            offer["municipality_id"], offer["owner_id"], offer["main_audience"], offer["kind"],
            self.world.districts.get(venue) if venue else None, evening(moment) if moment else False,
        )  # fmt: skip

    def _held(
        self, sessions: list[dict[str, Any]], offers: dict[UUID, Any], registers: dict[UUID, Any], leads: Any,
        counts: Any, end: datetime, now: datetime,
    ) -> list[dict[str, Any]]:  # fmt: skip
        held = []
        for session in sorted(sessions, key=lambda each: (each["starts_at"], each["id"])):
            offer = offers[session["offer_id"]]
            if (
                not NEW_YEAR <= session["starts_at"] < end
                or session["status"] == "cancelled"
                or session["ends_at"] > now
            ):
                continue
            here = self._cell(offer, session["starts_at"], session["venue_id"] or offer["venue_id"])
            if session["id"] not in registers:
                counts[self.sessions.get(session["id"], here)]["due"] += 1
                continue
            if session["id"] not in self.sessions and {"peer", "professional"} <= leads[offer["id"]]:
                self.together.add(session["id"])
            cell = self.sessions.setdefault(session["id"], here)
            held.append(session)
            length, helped = session["ends_at"] - session["starts_at"], registers[session["id"]]["volunteers"]
            counts[cell]["volunteers_said"] += helped is not None
            counts[cell]["volunteers"] += helped or 0
            counts[cell]["volunteer_hours"] += round(length.total_seconds() / 60) if helped is not None else 0
            counts[cell]["due"] += 1
            counts[cell]["sessions"] += 1
            counts[cell]["minutes"] += round((session["ends_at"] - session["starts_at"]).total_seconds() / 60)
            counts[cell]["drop_in"] += offer["joining"] == "drop_in"
        return held

    def _first(self, held: list[dict[str, Any]], tables: Any, counts: Any, begun: set[UUID]) -> None:
        """Offers count in the cell of their first session: also who leads them, and where they came from, where they
        had not begun the year before."""
        raised: dict[UUID, datetime] = {}
        for item in tables["dialogue_item"]:
            made = raised.setdefault(item["offer_id"], item["made_at"])
            raised[item["offer_id"]] = min(made, item["made_at"])
        seen: dict[UUID, Natural] = {}
        for session in held:  # in order of time
            offer = session["offer_id"]
            if offer in seen:
                continue
            cell = seen[offer] = self.sessions[session["id"]]
            counts[cell]["offers"] += 1
            counts[cell]["led_together"] += any(
                each["id"] in self.together for each in held if each["offer_id"] == offer
            )
            if offer not in begun and offer in raised and raised[offer] <= session["starts_at"]:
                counts[cell]["ideas"] += 1
                counts[cell][_class(session["starts_at"] - raised[offer])] += 1

    def _published(
        self, offers: dict[UUID, Any], sessions: list[dict[str, Any]], counts: Any, end: datetime
    ) -> None:
        for offer in offers.values():
            if offer["published_at"] < end and offer["last_session_ends"] >= NEW_YEAR:
                first = min(each["starts_at"] for each in sessions if each["offer_id"] == offer["id"])
                cell = self.offers.setdefault(offer["id"], self._cell(offer, first, offer["venue_id"]))
                counts[cell]["listed"] += 1

    def _booked(self, tables: Any, offers: dict[UUID, Any], counts: Any, end: datetime) -> None:
        pools = {each["id"]: each for each in tables["seat_pool"]}
        queued: dict[tuple[UUID, UUID], list[dict[str, Any]]] = defaultdict(list)
        for booking in tables["booking"]:
            offer, pool = offers[booking["offer_id"]], pools[booking["pool_id"]]
            counted = counts[self.offers[offer["id"]]]
            request = offer["joining"] == "request" and not booking["by_host"]
            if request and NEW_YEAR <= booking["created_at"] < end:
                answer = booking["answered_at"]
                counted["requests"] += 1
                counted["answered"] += bool(answer and answer < end)
                counted["answered_in_time"] += bool(
                    answer and answer < end and answer < booking["created_at"] + 7 * DAY
                )
            if booking["waited_at"] and NEW_YEAR <= booking["waited_at"] < end:
                queued[offer["municipality_id"], booking["participant_id"]].append(booking)
            gave_up = booking["waited_at"] and not booking["placed_at"]
            unanswered = request and not booking["answered_at"] and not booking["placed_at"]
            if (
                booking["ended_by"] == "self" and booking["state"] == "cancelled" and not gave_up and not unanswered
                and NEW_YEAR <= booking["changed_at"] < end
                and (not pool["starts_at"] or booking["changed_at"] < pool["starts_at"])
            ):  # fmt: skip
                counted["cancelled"] += 1
                counted["cancelled_in_time"] += (
                    not pool["starts_at"] or booking["changed_at"] <= pool["starts_at"] - DAY
                )
                counted["freed"] += pool["capacity"] is not None
        for waits in queued.values():
            first = min(waits, key=lambda each: (each["waited_at"], each["id"]))
            counted = counts[self.offers[first["offer_id"]]]
            counted["waited"] += 1
            counted["placed"] += any(each["placed_at"] and each["placed_at"] < end for each in waits)
            counted["left"] += any(
                each["ended_by"] == "self" and each["state"] == "cancelled" and not each["placed_at"]
                and each["changed_at"] < end for each in waits
            )  # fmt: skip


def _came(held: list[dict[str, Any]], cells: dict[UUID, Natural], tables: Any, counts: Any) -> None:
    marks, heads = defaultdict(list), defaultdict(int)
    for each in tables["attendance"]:
        marks[each["session_id"]].append(each)
    for each in tables["head_count"]:
        heads[each["session_id"]] = each["count"]
    booked = defaultdict[str, set[tuple[Natural, UUID]]](set)
    reached: dict[Any, Natural] = {}
    came: dict[Any, set[UUID]] = defaultdict(set)
    for session in held:  # in order of time
        cell = cells[session["id"]]
        counts[cell]["attendances"] += heads[session["id"]]
        for mark in marks[session["id"]]:
            booked["expected"].add((cell, mark["booking_id"]))
            if mark["state"] == "absent":
                booked["no_shows"].add((cell, mark["booking_id"]))
            if mark["state"] == "present":
                counts[cell]["attendances"] += mark["seats_present"]
                who = (cell[0], cell[2] == "staff", mark["pseudonym"])
                reached.setdefault(who, cell)
                came[who].add(session["id"])
    for name, bookings in booked.items():
        for cell, _booking in bookings:
            counts[cell][name] += 1
    for who, cell in reached.items():
        counts[cell]["people"] += 1
        counts[cell]["came_three"] += len(came[who]) >= 3


def _class(took: timedelta) -> str:
    for days in (90, 180, 365):
        if took <= timedelta(days):
            return f"idea_within_{days}"
    return "idea_longer"


COUNTED = frozenset({
    "volunteers", "volunteer_hours", "volunteers_said", "led_together", "ideas", "idea_within_90", "idea_within_180",
    "idea_within_365", "idea_longer",
    "attendances", "people", "sessions", "offers", "drop_in", "minutes", "due", "listed", "came_three", "expected",
    "no_shows", "cancelled", "cancelled_in_time", "freed", "waited", "placed", "left", "requests", "answered",
    "answered_in_time",
})  # fmt: skip
"""What is counted twice here. The rest is seen to by examples (test_measures.py)."""


def months() -> Iterator[tuple[int, datetime]]:
    """Each month, and a moment soon after it: then it is closed."""
    for month in range(1, MONTHS + 1):
        yield month, end_of(month).astimezone(UTC) + timedelta(hours=3)
