"""Who comes: reads for those who lead an offer. Where somebody is shielded, they see an alias and no address."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.text import by_name
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.companions.queries import NAMES
from offers.bookings.queries import HIDDEN, reach
from offers.publishing.questions.queries import ANSWERS
from offers.publishing.questions.rules import spoken
from offers.seats.known import proven
from offers.seats.models import BookingState
from offers.seats.rules import ACTIVE, SEATED
from offers.seats.sql import active, called_off, covers, seated

SIGN = "left(b.reference, 3) AS sign"
"""Of a booking's number those who lead an offer read so much as finds its row: with a name, the whole of it opens the
booking (queries.py:link_by_reference)."""
SHOWN_NAMES = f"""CASE WHEN {HIDDEN} THEN left(b.reference, 3) ELSE coalesce(n.name, '–') END AS name,
    CASE WHEN {HIDDEN} THEN left(b.reference, 3) ELSE k.name END AS booker"""
"""The names of booking b as those who lead an offer may read them."""


async def parties(session_id: UUID) -> list[dict[str, Any]]:
    """Everybody with a seat at a session, through its own pool or the offer's: for registers and messages.

    Keys: booking_id, participant_id, name, booker, sign, seats, state, channel, address, proven (known.py),
    contact_id, lang, link_version, shielded (then they have an alias where they are shown), sent_word, companions
    (names). Sorted as people read what is shown (Å after Ø).
    """
    found = await rows(
        f"""SELECT b.id AS booking_id, b.participant_id, n.name, k.name AS booker, {SIGN}, b.seats, b.state,
            c.channel, c.value AS address, {proven()} AS proven, b.contact_id, b.lang, b.link_version,
            {HIDDEN} AS shielded, x.id IS NOT NULL AS sent_word,
            CASE WHEN {HIDDEN} THEN '{{}}' ELSE {NAMES} END AS companions
        FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN booking b ON b.pool_id = p.id AND {seated()}
        JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        LEFT JOIN contact_point c ON c.id = b.contact_id
        LEFT JOIN sent_word x ON x.booking_id = b.id AND x.session_id = s.id
        WHERE s.id = $1""",
        session_id,
    )
    return sorted(
        found,
        key=lambda party: by_name(party["sign"] if party["shielded"] else party["name"]),
    )


async def participants(offer_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """All active bookings of what is not over in an offer, for those who lead it: by session, then in order.

    `reached`: does a message come to them? `reach`: who gives them word (rules.Reach). Where and what they are called
    is not there for the shielded.
    """
    return await rows(
        f"""SELECT b.id, {SHOWN_NAMES}, {SIGN}, b.seats, b.state, b.queue_no, b.held_until, b.talk_asked_at,
            b.reply, CASE WHEN NOT {HIDDEN} THEN c.channel END AS channel,
            CASE WHEN NOT {HIDDEN} THEN c.value END AS address,
            coalesce({WRITTEN_TO}, false) AS reached, c.refused_at IS NOT NULL AS refused,
            {reach(HIDDEN)} AS reach, {HIDDEN} AS shielded,
            CASE WHEN {HIDDEN} THEN '{{}}' ELSE {NAMES} END AS companions,
            b.created_at, b.pool_id, p.session_id, s.starts_at
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
        JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
        LEFT JOIN session s ON s.id = p.session_id
        WHERE b.offer_id = $1 AND (p.ends_at IS NULL OR p.ends_at > $2)
            AND {active()}
        ORDER BY s.starts_at, b.queue_no NULLS FIRST, b.id LIMIT 2000""",
        offer_id, now,
    )  # fmt: skip


async def participants_before(offer_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Who had a place at what is over, and whose booking ended because it was cancelled: for those who lead the offer,
    as long as there is a name. The latest first. `ended_by`: what ended it; None: they could come."""
    return await rows(
        f"""SELECT b.id, {SHOWN_NAMES}, {SIGN}, b.seats, b.ended_by, {HIDDEN} AS shielded, {reach(HIDDEN)} AS reach,
            CASE WHEN NOT {HIDDEN} THEN c.channel END AS channel,
            CASE WHEN NOT {HIDDEN} THEN c.value END AS address, c.refused_at IS NOT NULL AS refused, s.starts_at
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
        JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id
        LEFT JOIN session s ON s.id = p.session_id
        WHERE b.offer_id = $1 AND n.name IS NOT NULL
            AND (b.state = 'confirmed' AND p.ends_at <= $2 OR {called_off()})
        ORDER BY p.starts_at DESC NULLS LAST, b.id LIMIT 500""",
        offer_id, now,
    )  # fmt: skip


async def pools(offer_id: UUID) -> list[dict[str, Any]]:
    """The seat pools of an offer, coming ones first in time."""
    return await rows(
        """SELECT p.id, p.capacity, p.taken, p.waiting, p.reserved, p.session_id, p.starts_at, p.ends_at, p.opens_at,
            p.closes_at, s.status
        FROM seat_pool p LEFT JOIN session s ON s.id = p.session_id WHERE p.offer_id = $1
        ORDER BY p.starts_at NULLS FIRST, p.id""",
        offer_id,
    )


GAVE_UP = "(b.ended_by = 'self' AND b.state = 'cancelled' AND b.placed_at IS NULL)"
"""Has booking b, which has waited, left the queue by itself? Not when the organiser ended it, nor when it changed to
another time."""


async def demand(offer_id: UUID, now: datetime) -> dict[str, Any]:
    """The queue of an offer in numbers: `waiting` now, `placed` (the queue gave them a seat) and after how many days
    (`days`, the median; None: nobody yet), and who `left` it themselves before that. What was cancelled tells nothing.
    """
    found = await row(
        f"""SELECT count(*) FILTER (WHERE b.state = 'waiting' AND (p.ends_at IS NULL OR p.ends_at > $2)) AS waiting,
            count(b.placed_at) AS placed,
            count(*) FILTER (WHERE {GAVE_UP}) AS left,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM b.placed_at - b.waited_at) / 86400) AS days
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN offer o ON o.id = b.offer_id
        LEFT JOIN session s ON s.id = p.session_id
        WHERE b.offer_id = $1 AND b.waited_at IS NOT NULL AND o.state <> 'cancelled'
            AND coalesce(s.status, 'scheduled') <> 'cancelled'""",
        offer_id, now,
    )  # fmt: skip
    assert found is not None  # a count always returns its row
    return found


async def state_of(booking_id: UUID, offer_id: UUID) -> BookingState | None:
    """The state of a booking of this offer."""
    found = await value("SELECT state FROM booking WHERE id = $1 AND offer_id = $2", booking_id, offer_id)
    return BookingState(found) if found else None


PARTY = f"""SELECT b.id AS booking_id, {SHOWN_NAMES}, b.booked_by_id = b.participant_id AS own,
    {SIGN}, b.seats, b.state, b.lang, p.session_id, b.offer_id,
    greatest(b.created_at, b.placed_at, b.answered_at) AS since, b.link_version, c.person_id,
    CASE WHEN c.channel = 'call' AND NOT {HIDDEN} THEN c.value END AS number, {reach(HIDDEN)} AS reach,
    CASE WHEN {WRITTEN_TO} THEN c.channel END AS channel, CASE WHEN {WRITTEN_TO} THEN c.value END AS address
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
    JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id"""
"""A party of one booking; `own`: somebody booked themselves. `since`: when they got their place, if
they have one. No channel: no message reaches them (WRITTEN_TO)."""


async def parties_of_session(
    session_id: UUID, ending: Iterable[dict[str, Any]] = (), *, waiting: bool = False
) -> list[dict[str, Any]]:
    """Everybody with a seat at the session, through its own pool or the offer's; with `waiting`, and of the pools that
    are `ending`, also the queue and the requests."""
    return await rows(
        f"""{PARTY} JOIN session s ON s.offer_id = b.offer_id AND {covers()}
        WHERE s.id = $1 AND (b.state = ANY($2) OR p.id = ANY($4) AND b.state = ANY($3))
        ORDER BY b.id""",
        session_id, list(ACTIVE if waiting else SEATED), list(ACTIVE), [pool["id"] for pool in ending],
    )  # fmt: skip


async def parties_of_offer(offer_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """Everybody with an active booking of the offer for what is not over."""
    return await rows(
        f"""{PARTY} WHERE b.offer_id = $1 AND b.state = ANY($2) AND (p.ends_at IS NULL OR p.ends_at > $3)
        ORDER BY b.id""",
        offer_id, list(ACTIVE), now,
    )  # fmt: skip


async def parties_before(offer_id: UUID, moment: datetime) -> list[dict[str, Any]]:
    """Everybody with a place in all of the offer, who had it at this moment. A receipt since then names every date."""
    return await rows(
        f"""SELECT * FROM ({PARTY} WHERE b.offer_id = $1 AND p.session_id IS NULL AND b.state = 'confirmed') y
        WHERE y.since <= $2 ORDER BY y.booking_id""",
        offer_id, moment,
    )  # fmt: skip


async def unreached(offer_id: UUID, session: UUID | None, now: datetime) -> list[dict[str, Any]]:
    """Whom no message reaches of those with an active booking of what is not over, in an offer or one session of it."""
    found = await rows(
        f"""{PARTY} WHERE b.offer_id = $1 AND {WRITTEN_TO} IS NOT TRUE AND b.state = ANY($2)
            AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND ($4::uuid IS NULL OR {covers('$4')})""",
        offer_id, list(ACTIVE), now, session,
    )  # fmt: skip
    return sorted(found, key=lambda party: by_name(party["name"]))


def counts(found: list[dict[str, Any]]) -> tuple[int, int]:
    """How many of these parties a message reaches, and how many must be rung."""
    reached = sum(1 for party in found if party["channel"])
    return reached, len(found) - reached


async def answers_of_offer(offer_id: UUID) -> dict[UUID, list[dict[str, Any]]]:
    """The same by booking, of a whole offer, for those who lead it. Where somebody is shielded their own words are left
    out, for they may name them; what they chose of given words is not."""
    found = await rows(
        f"""{ANSWERS} JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        WHERE b.offer_id = $1 AND {active()}
            AND NOT (q.kind = 'text' AND {HIDDEN}) ORDER BY q.position, q.id""",
        offer_id,
    )
    by_booking: dict[UUID, list[dict[str, Any]]] = {}
    for one in found:
        by_booking.setdefault(one["booking_id"], []).append(one | {"text": spoken(one["kind"], one["text"])})
    return by_booking
