"""Who comes: reads for those who lead an offer. Where somebody is shielded, they see an alias and no address."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.companions.queries import NAMES
from offers.bookings.known import proven
from offers.bookings.models import BookingState
from offers.bookings.queries import HIDDEN, reach

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
        FROM session s JOIN seat_pool p ON p.offer_id = s.offer_id AND (p.session_id = s.id OR p.session_id IS NULL)
        JOIN booking b ON b.pool_id = p.id AND b.state IN ('confirmed', 'offered')
        JOIN person n ON n.id = b.participant_id JOIN person k ON k.id = b.booked_by_id
        LEFT JOIN contact_point c ON c.id = b.contact_id
        LEFT JOIN sent_word x ON x.booking_id = b.id AND x.session_id = s.id
        WHERE s.id = $1""",
        session_id,
    )
    return sorted(
        found,
        key=lambda party: alphabetical(party["sign"] if party["shielded"] else party["name"] or ""),
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
            AND b.state IN ('requested', 'confirmed', 'waiting', 'offered')
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
            AND (b.state = 'confirmed' AND p.ends_at <= $2 OR b.ended_by IN ('session', 'offer'))
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


ORDER = {"å": "~2", "æ": "~0", "ø": "~1", "ä": "~0", "ö": "~1"}


def alphabetical(name: str) -> str:
    """Sort key of a Norwegian name: æ, ø, å come last, in that order. The database has no collation for it."""
    return "".join(ORDER.get(letter, letter) for letter in name.casefold())
