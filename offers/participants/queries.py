"""Who comes: reads for those who lead an offer. Where somebody is shielded, they see an alias and no address."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.text import by_name
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.companions.queries import NAMES
from offers.bookings.queries import HIDDEN, reach
from offers.publishing.questions.rules import spoken
from offers.seats.models import ACTIVE, SEATED, Claimed
from offers.seats.sql import active, called_off, covers, had_place
from offers.telling.addressees import Addressee

SIGN = "left(b.reference, 3) AS sign"
"""Of a booking's number those who lead an offer read so much as finds its row: with a name, the whole of it opens the
booking (bookings/links/queries.py:link_by_reference)."""
SHOWN_NAME = f"CASE WHEN {HIDDEN} THEN left(b.reference, 3) ELSE coalesce(n.name, '–') END"
SHOWN_NAMES = f"""{SHOWN_NAME} AS name,
    CASE WHEN {HIDDEN} THEN left(b.reference, 3) ELSE k.name END AS booker"""
"""The names of booking b as those who lead an offer may read them."""


@dataclass(frozen=True, slots=True)
class Participant(Claimed):
    """An active booking, for those who lead the offer. Where the shielded are, and what they are called, is not there.
    `reached`: does a message come to them? `reach`: who gives them word (rules.Reach). `refused`: their email came
    back. `starts_at`: when the session begins that it is for alone. `comes_to`: they missed a time, and have said
    that they come to the one that begins then."""

    id: UUID
    pool_id: UUID
    name: str
    booker: str | None
    sign: str
    seats: int
    state: str
    held_until: datetime | None
    talk_asked_at: datetime | None
    reply: str
    channel: str | None
    address: str | None
    reached: bool
    refused: bool
    reach: str
    shielded: bool
    companions: list[str]
    created_at: datetime
    starts_at: datetime | None
    comes_to: datetime | None


PARTICIPANT = f"""SELECT b.id, {SHOWN_NAMES}, {SIGN}, b.seats, b.state, b.held_until, b.talk_asked_at,
    b.reply, CASE WHEN NOT {HIDDEN} THEN c.channel END AS channel,
    CASE WHEN NOT {HIDDEN} THEN c.value END AS address,
    coalesce({WRITTEN_TO}, false) AS reached, c.refused_at IS NOT NULL AS refused,
    {reach(HIDDEN)} AS reach, {HIDDEN} AS shielded,
    CASE WHEN {HIDDEN} THEN '{{}}' ELSE {NAMES} END AS companions, b.created_at, b.pool_id, s.starts_at,
    (SELECT min(z.starts_at) FROM coming_again x JOIN session z ON z.id = x.session_id AND z.status <> 'cancelled'
        WHERE x.booking_id = b.id AND z.ends_at > $2) AS comes_to
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
    JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
    LEFT JOIN session s ON s.id = p.session_id
WHERE b.offer_id = $1 AND (p.ends_at IS NULL OR p.ends_at > $2) AND {active()}"""


async def participants(offer_id: UUID, now: datetime) -> list[Participant]:
    """All active bookings of what is not over in an offer, for those who lead it: by session, then in order."""
    return await rows(
        Participant,
        f"{PARTICIPANT} ORDER BY s.starts_at, b.queue_no NULLS FIRST, b.id LIMIT 2000",
        offer_id,
        now,
    )


async def some_participants(offer_id: UUID, bookings: Iterable[UUID], now: datetime) -> list[Participant]:
    """Those of them whose bookings these are, in the same order."""
    return await rows(
        Participant, f"{PARTICIPANT} AND b.id = ANY($3) ORDER BY s.starts_at, b.queue_no NULLS FIRST, b.id",
        offer_id, now, list(bookings),
    )  # fmt: skip


async def participant(offer_id: UUID, booking_id: UUID | None, now: datetime) -> Participant | None:
    """One of them, and nobody else: what is not shown is not read either."""
    return await row(Participant, f"{PARTICIPANT} AND b.id = $3", offer_id, now, booking_id)


@dataclass(frozen=True, slots=True)
class Former:
    """A booking that had a place at what is over, or at what was `called_off`."""

    name: str
    sign: str
    seats: int
    called_off: bool
    shielded: bool
    channel: str | None
    address: str | None
    refused: bool
    starts_at: datetime | None


async def participants_before(offer_id: UUID, now: datetime) -> list[Former]:
    """Who had a place at what is over, and whose booking ended because it was cancelled: for those who lead the offer,
    as long as there is a name. The latest first."""
    return await rows(
        Former,
        f"""SELECT {SHOWN_NAME} AS name, {SIGN}, b.seats, {called_off()} IS TRUE AS called_off, {HIDDEN} AS shielded,
            CASE WHEN NOT {HIDDEN} THEN c.channel END AS channel,
            CASE WHEN NOT {HIDDEN} THEN c.value END AS address, c.refused_at IS NOT NULL AS refused, s.starts_at
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
        JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
        LEFT JOIN session s ON s.id = p.session_id
        WHERE b.offer_id = $1 AND n.name IS NOT NULL
            AND (b.state = 'confirmed' AND p.ends_at <= $2 OR {called_off()} AND {had_place()})
        ORDER BY p.starts_at DESC NULLS LAST, b.id LIMIT 500""",
        offer_id, now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ManagedPool:
    """A seat pool, for those who lead its offer. `cancelled`: the session that it is for alone."""

    id: UUID
    capacity: int | None
    taken: int
    waiting: int
    reserved: int
    session_id: UUID | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    cancelled: bool

    def over(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    def closed(self, now: datetime) -> bool:
        """Can nobody new book any more?"""
        return self.closes_at is not None and self.closes_at <= now

    def fits(self, seats: int) -> bool:
        """Is there room for so many, beside those that are kept?"""
        return self.capacity is None or self.capacity - self.taken - self.reserved >= seats


async def pools(offer_id: UUID) -> list[ManagedPool]:
    """The seat pools of an offer, coming ones first in time."""
    return await rows(
        ManagedPool,
        """SELECT p.id, p.capacity, p.taken, p.waiting, p.reserved, p.session_id, p.starts_at, p.ends_at, p.opens_at,
            p.closes_at, coalesce(s.status = 'cancelled', false) AS cancelled
        FROM seat_pool p LEFT JOIN session s ON s.id = p.session_id WHERE p.offer_id = $1
        ORDER BY p.starts_at NULLS FIRST, p.id""",
        offer_id,
    )


@dataclass(frozen=True, slots=True)
class BookedParty(Addressee):
    """A party of one booking, where word of it goes, and as those who lead the offer may read of it. `own`: somebody
    booked themselves. `since`: when they got their place, if they have one. `number`: where they are rung."""

    name: str
    booker: str | None
    own: bool
    sign: str
    seats: int
    since: datetime
    number: str | None
    reach: str


PARTY = f"""SELECT b.id AS booking_id, {SHOWN_NAMES}, b.booked_by_id = b.participant_id AS own,
    {SIGN}, b.seats, b.lang, b.offer_id,
    greatest(b.created_at, b.placed_at, b.answered_at) AS since, b.link_version, c.person_id,
    CASE WHEN c.channel = 'call' AND NOT {HIDDEN} THEN c.value END AS number, {reach(HIDDEN)} AS reach,
    CASE WHEN {WRITTEN_TO} THEN c.channel END AS channel, CASE WHEN {WRITTEN_TO} THEN c.value END AS address
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
    JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id"""
"""Rows of a BookedParty. No channel: no message reaches them (WRITTEN_TO)."""


async def parties_of_session(
    session_id: UUID, ending: Iterable[UUID] = (), *, waiting: bool = False
) -> list[BookedParty]:
    """Everybody with a seat at the session, through its own pool or the offer's; with `waiting`, and of the pools that
    are `ending`, also the queue and the requests."""
    return await rows(
        BookedParty,
        f"""{PARTY} JOIN session s ON s.offer_id = b.offer_id AND {covers()}
        WHERE s.id = $1 AND (b.state = ANY($2) OR p.id = ANY($4) AND b.state = ANY($3))
        ORDER BY b.id""",
        session_id, list(ACTIVE if waiting else SEATED), list(ACTIVE), list(ending),
    )  # fmt: skip


async def parties_of_offer(offer_id: UUID, now: datetime) -> list[BookedParty]:
    """Everybody with an active booking of the offer for what is not over."""
    return await rows(
        BookedParty,
        f"""{PARTY} WHERE b.offer_id = $1 AND b.state = ANY($2) AND (p.ends_at IS NULL OR p.ends_at > $3)
        ORDER BY b.id""",
        offer_id, list(ACTIVE), now,
    )  # fmt: skip


async def parties_before(offer_id: UUID, moment: datetime) -> list[BookedParty]:
    """Everybody with a place in all of the offer, who had it at this moment. A receipt since then names every date."""
    return await rows(
        BookedParty,
        f"""SELECT * FROM ({PARTY} WHERE b.offer_id = $1 AND p.session_id IS NULL AND b.state = 'confirmed') y
        WHERE y.since <= $2 ORDER BY y.booking_id""",
        offer_id, moment,
    )  # fmt: skip


async def unreached(offer_id: UUID, session: UUID | None, now: datetime) -> list[BookedParty]:
    """Whom no message reaches of those with an active booking of what is not over, in an offer or one session of it."""
    found = await rows(
        BookedParty,
        f"""{PARTY} WHERE b.offer_id = $1 AND {WRITTEN_TO} IS NOT TRUE AND b.state = ANY($2)
            AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND ($4::uuid IS NULL OR {covers('$4')})""",
        offer_id, list(ACTIVE), now, session,
    )  # fmt: skip
    return sorted(found, key=lambda party: by_name(party.name))


def counts(found: Sequence[Addressee]) -> tuple[int, int]:
    """How many of these parties a message reaches, and how many must be rung."""
    reached = sum(1 for party in found if party.channel)
    return reached, len(found) - reached


@dataclass(frozen=True, slots=True)
class Answer:
    """What one booking has answered to one question."""

    booking_id: UUID
    kind: str
    question: str
    stored: str

    @property
    def text(self) -> str:
        return spoken(self.kind, self.stored)


async def answers_of_offer(offer_id: UUID) -> dict[UUID, list[Answer]]:
    """The answers by booking, of a whole offer, for those who lead it. Where somebody is shielded their own words are
    left out, for they may name them; what they chose of given words is not."""
    found = await rows(
        Answer,
        f"""SELECT b.id AS booking_id, q.kind, q.text AS question, x.text AS stored
        FROM booking_answer x JOIN offer_question q ON q.id = x.question_id JOIN booking b ON b.id = x.booking_id
        JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        WHERE b.offer_id = $1 AND {active()}
            AND NOT (q.kind = 'text' AND {HIDDEN}) ORDER BY q.position, q.id""",
        offer_id,
    )
    by_booking: dict[UUID, list[Answer]] = {}
    for one in found:
        by_booking.setdefault(one.booking_id, []).append(one)
    return by_booking
