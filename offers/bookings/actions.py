"""The only place that writes booking.state, seat_pool.taken, seat_pool.waiting and seat_pool.capacity.

Selling a seat once: lock the pool, decide in Python (rules.py), one write. Everything a decision needs stands in the
locked pool row, which is read afresh after waiting for the lock. Lock order everywhere: pools by ascending id, then
the booking. docs/decisions/0003-seats.md tells what was measured.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.audit import record
from marketplace.base.database import in_transaction, row, rows
from marketplace.base.errors import Conflict, NotFound, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.base.mail import post
from marketplace.base.models import Channel
from offers.bookings import rules
from offers.bookings.models import BookingState
from offers.bookings.rules import Objection, Pool
from offers.catalogue.models import Joining, Promotion
from offers.catalogue.queries import Viewer, published

POOL_COLUMNS = """p.id AS pool_id, p.offer_id, p.capacity, p.taken, p.waiting, p.starts_at, p.ends_at, p.opens_at,
    p.closes_at, o.joining, o.max_party, o.promotion, o.hold_hours, o.sensitive, o.owner_id, p.session_id"""
SHORTEST_HOLD = timedelta(minutes=30)


@dataclass(frozen=True)
class Party:
    """Who comes, and how to reach whoever books. A guest has no `person`; a new Person is made for each booking.

    `participant_name` is set when somebody books for another. `contact_id` is a contact point the signed-in booker
    already has; else `channel` and `address` make a new one, or there is none: ring disse.
    """

    name: str
    seats: int = 1
    participant_name: str | None = None
    channel: Channel | None = None
    address: str | None = None
    person: UUID | None = None
    contact_id: UUID | None = None
    organization: UUID | None = None
    waiting_ok: bool = False


@dataclass(frozen=True)
class Booked:
    """What became of a booking form: a new booking, or the one that the same form made before."""

    id: UUID
    link_version: int
    state: BookingState
    again: bool = False

    @property
    def path(self) -> str:
        return rules.link_path(self.id, self.link_version)


class _Taken(Exception):
    """Something unique stood in the way: the form key, the person's active booking, or the reference."""


@dataclass
class _Write:
    """A statement put together from parts, with its numbered values."""

    parts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def __call__(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values)}"


async def book(
    slug: str,
    session: UUID | None,
    party: Party,
    *,
    viewer: Viewer,
    form_key: bytes,
    lang: str,
    now: datetime,
) -> Booked:
    """Claim seats for a party in an offer (`session` None) or one of its sessions.

    Gives confirmed, waiting or requested. The same form again gives its first booking. Raises NotFound when the
    viewer may not see the offer, Refused with the reason in the user's words, Conflict when the form key belongs to
    somebody else's booking.
    """
    for _attempt in range(3):  # a reference that is taken already: one in 3,000 with 100,000 bookings
        try:
            async with in_transaction():
                pool = await _lock(slug, session, viewer)
                decided = _pool(pool)
                for objection in rules.objections(decided, party.seats, now, party.waiting_ok):
                    raise Refused(objection_text(objection, decided, pool["sensitive"]))
                return await _insert(
                    pool, party, rules.first_state(decided, party.seats), form_key, lang, now
                )
        except _Taken:
            existing = await _same_form_or_person(pool["pool_id"], party, form_key)
        if existing:
            return existing
    raise Conflict(_("Det gikk ikke å lagre påmeldingen. Prøv en gang til."))


async def _lock(slug: str, session: UUID | None, viewer: Viewer) -> dict[str, Any]:
    """The seat pool of a form, locked. The other columns may be a moment old; decisions use the pool's own."""
    values: list[Any] = [slug]
    seen = published(viewer, values)
    if session is None:
        which = "p.session_id IS NULL"
    else:
        values.append(session)
        which = f"p.session_id = ${len(values)}"
    pool = await row(
        f"""SELECT {POOL_COLUMNS} FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN seat_pool p ON p.offer_id = o.id AND {which}
        WHERE o.slug = $1 AND {seen} FOR NO KEY UPDATE OF p""",
        *values,
    )
    if pool is None:
        raise NotFound
    return pool


async def _lock_by_id(pool_id: UUID) -> dict[str, Any]:
    await rows("SELECT id FROM seat_pool WHERE id = $1 FOR NO KEY UPDATE", pool_id)
    pool = await row(
        f"SELECT {POOL_COLUMNS} FROM seat_pool p JOIN offer o ON o.id = p.offer_id WHERE p.id = $1",
        pool_id,
    )
    if pool is None:
        raise NotFound
    return pool


def _pool(pool: dict[str, Any]) -> Pool:
    return Pool(
        pool["capacity"], pool["taken"], pool["waiting"], pool["starts_at"], pool["ends_at"], pool["opens_at"],
        pool["closes_at"], pool["max_party"], Joining(pool["joining"]),
    )  # fmt: skip


async def _insert(
    pool: dict[str, Any], party: Party, state: BookingState, form_key: bytes, lang: str, now: datetime
) -> Booked:
    """The one write: people, contact, booking, seats, audit and mail row. Raises _Taken, which undoes them all."""
    w = _Write()
    booking_id, booker = uuid7(), party.person or uuid7()
    participant = uuid7() if party.participant_name else booker
    at, language = w(now), w(lang)
    if party.person is None:
        w.parts.append(f"one AS (INSERT INTO person (id, name, lang, shielded, created_at) "
                       f"VALUES ({w(booker)}, {w(party.name)}, {language}, false, {at}))")  # fmt: skip
    else:
        w.parts.append(
            f"named AS (UPDATE person SET name = {w(party.name)} WHERE id = {w(booker)} AND name IS NULL)"
        )
    if party.participant_name:
        w.parts.append(f"other AS (INSERT INTO person (id, name, lang, shielded, created_at) "
                       f"VALUES ({w(participant)}, {w(party.participant_name)}, {language}, false, {at}))")  # fmt: skip
    contact = party.contact_id
    if contact is None and party.channel and party.address:
        contact = uuid7()
        w.parts.append(f"reach AS (INSERT INTO contact_point (id, person_id, channel, value, created_at) "
                       f"VALUES ({w(contact)}, {w(booker)}, {w(party.channel)}, {w(party.address)}, {at}))")  # fmt: skip
    queue = "nextval('booking_queue')" if state is BookingState.WAITING else "NULL"
    w.parts.append(
        f"""made AS (INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id,
            organization_id, seats, state, reference, form_key, queue_no, link_version, lang, created_at, changed_at)
        VALUES ({w(booking_id)}, {w(pool["pool_id"])}, {w(pool["offer_id"])}, {w(participant)}, {w(booker)},
            {w(contact)}, {w(party.organization)}, {w(party.seats)}, {w(state)}, {w(rules.new_reference())},
            {w(form_key)}, {queue}, 1, {language}, {at}, {at})
        ON CONFLICT DO NOTHING RETURNING id)"""
    )
    seats = party.seats if state in rules.SEATED else 0
    waiting = 1 if state is BookingState.WAITING else 0
    w.parts.append(
        f"seats AS (UPDATE seat_pool SET taken = taken + {w(seats)}, waiting = waiting + {w(waiting)} "
        f"WHERE id = {w(pool['pool_id'])} AND EXISTS (SELECT 1 FROM made))"
    )
    w.parts.append(
        f"""audit AS (INSERT INTO audit_entry (id, at, actor_id, action, object_id, organization_id, person_id)
        SELECT {w(uuid7())}, {at}, {w(party.person)}, 'booking.made', id, {w(pool["owner_id"])}, {w(participant)}
        FROM made)"""
    )
    if party.channel and party.address:
        facts = json.dumps({"booking": str(booking_id)})
        w.parts.append(
            f"""mail AS (INSERT INTO outbox_message
            (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts)
            SELECT {w(uuid7())}, {w(party.channel)}, {w(party.address)}, {w(RECEIPTS[state])}, {w(facts)}, {language},
            {w(f"{RECEIPTS[state]}:{booking_id}")}, {at}, {at}, 0 FROM made)"""
        )
    made = await rows(f"WITH {', '.join(w.parts)} SELECT id FROM made", *w.values)
    if not made:
        raise _Taken
    return Booked(booking_id, 1, state)


RECEIPTS = {
    BookingState.CONFIRMED: "receipt",
    BookingState.WAITING: "waiting",
    BookingState.REQUESTED: "requested",
}
"""Which mail tells of a new booking."""


async def _same_form_or_person(pool_id: UUID, party: Party, form_key: bytes) -> Booked | None:
    """The booking that stood in the way: of the same form (if it is the same person's), or of the same person."""
    found = await row(
        """SELECT b.id, b.link_version, b.state, b.booked_by_id, n.name, c.value AS address
        FROM booking b JOIN person n ON n.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.form_key = $1""",
        form_key,
    )
    if found:
        mine = party.person == found["booked_by_id"] if party.person else (
            rules.same_name(found["name"] or "", party.name) and found["address"] == party.address)  # fmt: skip
        if not mine:
            raise Conflict(_("Dette skjemaet er brukt før. Last siden på nytt og prøv igjen."))
        return Booked(found["id"], found["link_version"], BookingState(found["state"]), again=True)
    if party.person and not party.participant_name:
        found = await row(
            """SELECT id, link_version, state FROM booking WHERE pool_id = $1 AND participant_id = $2
            AND state IN ('requested', 'confirmed', 'waiting', 'offered')""",
            pool_id, party.person,
        )  # fmt: skip
        if found:
            return Booked(found["id"], found["link_version"], BookingState(found["state"]), again=True)
    return None


async def _change(booking_id: UUID) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pool of a booking, locked, and the booking as it is under that lock."""
    before = await row("SELECT pool_id FROM booking WHERE id = $1", booking_id)
    if before is None:
        raise NotFound
    pool = await _lock_by_id(before["pool_id"])
    booking = await row(
        """SELECT b.id, b.state, b.seats, b.participant_id, b.queue_no, b.held_until, b.lang, b.link_version,
            c.channel, c.value AS address
        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id WHERE b.id = $1""",
        booking_id,
    )
    assert booking is not None  # bookings are never deleted under a pool
    return pool, booking


async def _move(
    pool: dict[str, Any],
    booking: dict[str, Any],
    new: BookingState,
    now: datetime,
    *,
    by: UUID | None,
    held_until: datetime | None = None,
) -> None:
    """Move a booking of a locked pool to another state, with what that does to the seats."""
    old = BookingState(booking["state"])
    if not rules.may_move(old, new):
        raise Refused(_("Denne påmeldingen kan ikke endres slik nå."))
    seats = booking["seats"] * ((new in rules.SEATED) - (old in rules.SEATED))
    waiting = (new is BookingState.WAITING) - (old is BookingState.WAITING)
    await rows(
        """WITH moved AS (
            UPDATE booking SET state = $2, changed_at = $3, held_until = $4,
                queue_no = CASE WHEN $5 THEN coalesce(queue_no, nextval('booking_queue')) ELSE queue_no END
            WHERE id = $1)
        UPDATE seat_pool SET taken = taken + $6, waiting = waiting + $7 WHERE id = $8""",
        booking["id"], new, now, held_until, new is BookingState.WAITING, seats, waiting, pool["pool_id"],
    )  # fmt: skip
    pool["taken"] += seats
    pool["waiting"] += waiting
    await record(
        f"booking.{new}", now=now, actor=by, object_id=booking["id"], organization=pool["owner_id"],
        person=booking["participant_id"],
    )  # fmt: skip


async def _tell(mail: str, booking: dict[str, Any], key: str, now: datetime) -> None:
    """A message about a booking to where its messages go, if anywhere."""
    if booking["address"]:
        await post(
            mail, channel=booking["channel"], address=booking["address"], lang=booking["lang"],
            key=f"{mail}:{booking['id']}:{key}", now=now, booking=str(booking["id"]),
        )  # fmt: skip


async def cancel(booking_id: UUID, *, now: datetime, by: UUID | None = None) -> bool:
    """Cancel a booking; freed seats go to the first waiting parties that fit. False: it was over already."""
    async with in_transaction():
        pool, booking = await _change(booking_id)
        if booking["state"] not in rules.ACTIVE:
            return False
        await _move(pool, booking, BookingState.CANCELLED, now, by=by)
        await _tell("cancelled", booking, "1", now)
        await _promote(pool, now)
        return True


async def _promote(pool: dict[str, Any], now: datetime) -> None:
    """Give free seats of a locked pool to the queue, in order, each to the first that fits. Nobody after the start."""
    decided = _pool(pool)
    if not pool["waiting"] or decided.free == 0 or any(rules.closed(decided, now)):
        return
    queue = await rows(
        """SELECT b.id, b.state, b.seats, b.participant_id, b.queue_no, b.lang, b.link_version,
            c.channel, c.value AS address
        FROM booking b LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.pool_id = $1 AND b.state = 'waiting' ORDER BY b.queue_no""",
        pool["pool_id"],
    )
    by_id = {party["id"]: party for party in queue}
    for booking_id in rules.promoted(decided.free, [(party["id"], party["seats"]) for party in queue]):
        party = by_id[booking_id]
        if pool["promotion"] == Promotion.HELD:
            until = _hold_until(pool, now)
            await _move(pool, party, BookingState.OFFERED, now, by=None, held_until=until)
            await _tell("offered", party, f"{int(now.timestamp())}", now)
        else:
            await _move(pool, party, BookingState.CONFIRMED, now, by=None)
            await _tell("promoted", party, "1", now)


def _hold_until(pool: dict[str, Any], now: datetime) -> datetime:
    """The deadline of a held seat: hold_hours, but at most half of what is left until the start."""
    until: datetime = now + timedelta(hours=pool["hold_hours"])
    if pool["starts_at"]:
        half = now + max((pool["starts_at"] - now) / 2, SHORTEST_HOLD)
        until = min(until, half, pool["starts_at"])
    return until


async def answer_offer(booking_id: UUID, yes: bool, *, now: datetime, by: UUID | None = None) -> BookingState:
    """Accept or decline a held seat. Raises Refused when the deadline has passed or nothing is held."""
    async with in_transaction():
        pool, booking = await _change(booking_id)
        if booking["state"] != BookingState.OFFERED or booking["held_until"] <= now:
            raise Refused(_("Denne plassen holdes ikke lenger."))
        new = BookingState.CONFIRMED if yes else BookingState.DECLINED
        await _move(pool, booking, new, now, by=by)
        if yes:
            await _tell("promoted", booking, "1", now)
        else:
            await _promote(pool, now)
        return new


async def expire_offers(*, now: datetime) -> int:
    """Held seats whose deadline has passed go on to the next in the queue. Returns how many."""
    due = await rows(
        "SELECT id FROM booking WHERE state = 'offered' AND held_until <= $1 ORDER BY pool_id", now
    )
    expired = 0
    for found in due:
        async with in_transaction():
            pool, booking = await _change(found["id"])
            if booking["state"] == BookingState.OFFERED and booking["held_until"] <= now:
                await _move(pool, booking, BookingState.EXPIRED, now, by=None)
                await _promote(pool, now)
                expired += 1
    return expired


async def answer_request(booking_id: UUID, yes: bool, *, now: datetime, by: UUID) -> BookingState:
    """The organisation accepts or declines a request. Accepted without a free seat: the waiting list."""
    async with in_transaction():
        pool, booking = await _change(booking_id)
        if booking["state"] != BookingState.REQUESTED:
            raise Refused(_("Denne forespørselen er besvart allerede."))
        fits = _pool(pool).fits(booking["seats"])
        new = BookingState.DECLINED if not yes else BookingState.CONFIRMED if fits else BookingState.WAITING
        await _move(pool, booking, new, now, by=by)
        await _tell(
            {"confirmed": "receipt", "waiting": "waiting", "declined": "declined"}[new],
            booking,
            "answer",
            now,
        )
        return new


async def cancel_all(pool_id: UUID, *, now: datetime, by: UUID | None) -> list[UUID]:
    """Close a pool for good and cancel its active bookings without promoting: its session is cancelled.

    Whoever calls tells the people. Returns the bookings.
    """
    async with in_transaction():
        pool = await _lock_by_id(pool_id)
        await rows("UPDATE seat_pool SET closes_at = $2 WHERE id = $1", pool_id, now)
        active = await rows(
            """SELECT id, state, seats, participant_id, queue_no FROM booking WHERE pool_id = $1
            AND state IN ('requested', 'confirmed', 'waiting', 'offered') ORDER BY id""",
            pool_id,
        )
        for booking in active:
            await _move(pool, booking, BookingState.CANCELLED, now, by=by)
        return [booking["id"] for booking in active]


async def set_capacity(pool_id: UUID, capacity: int | None, *, now: datetime, by: UUID | None) -> None:
    """Raise or lower the number of seats; None is no limit. Refused below what is taken. New seats go to the queue."""
    async with in_transaction():
        pool = await _lock_by_id(pool_id)
        if capacity is not None and capacity < pool["taken"]:
            raise Refused(
                ngettext("%(num)s plass er tatt. Du kan ikke gå lavere enn det.",
                         "%(num)s plasser er tatt. Du kan ikke gå lavere enn det.", pool["taken"])
            )  # fmt: skip
        await rows("UPDATE seat_pool SET capacity = $2 WHERE id = $1", pool_id, capacity)
        pool["capacity"] = capacity
        await record("capacity.changed", now=now, actor=by, object_id=pool_id, organization=pool["owner_id"],
                     details={"capacity": capacity})  # fmt: skip
        await _promote(pool, now)


async def send_word(booking_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """A participant of a whole course cannot come to this session: excused, not absent. The seat stays theirs."""
    found = await row(
        """SELECT s.id FROM booking b JOIN session s ON s.offer_id = b.offer_id
        JOIN seat_pool p ON p.id = b.pool_id AND (p.session_id IS NULL OR p.session_id = s.id)
        WHERE b.id = $1 AND s.id = $2 AND b.state = 'confirmed' AND s.ends_at > $3 AND s.status <> 'cancelled'""",
        booking_id, session_id, now,
    )  # fmt: skip
    if found is None:
        raise Refused(_("Denne samlingen er over eller avlyst."))
    await rows(
        "INSERT INTO sent_word (id, booking_id, session_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        uuid7(), booking_id, session_id, now,
    )  # fmt: skip


def objection_text(objection: Objection, pool: Pool, sensitive: bool) -> str:
    """The reason in the user's words. A sensitive offer tells no numbers."""
    if objection is Objection.TOO_MANY:
        return ngettext("Du kan melde på %(num)s person om gangen.", "Du kan melde på høyst %(num)s personer om gangen.",
                        pool.max_party)  # fmt: skip
    if objection is Objection.NOT_TOGETHER and not sensitive:
        return ngettext("Det er %(num)s ledig plass. Velg færre, eller kryss av for venteliste.",
                        "Det er %(num)s ledige plasser. Velg færre, eller kryss av for venteliste.", pool.free or 0)  # fmt: skip
    return {
        Objection.OVER: _("Dette har begynt eller er over, så du kan ikke melde deg på lenger."),
        Objection.CLOSED: _("Påmeldingen er stengt."),
        Objection.NOT_OPEN: _("Påmeldingen er ikke åpnet ennå."),
        Objection.NEVER_FITS: _("Det er ikke plass til så mange her."),
        Objection.NOT_TOGETHER: _(
            "Det er ikke plass til så mange nå. Velg færre, eller kryss av for venteliste."
        ),
    }[objection]
