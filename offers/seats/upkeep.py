"""What follows from an offer and its sessions and is kept in step with them: copies for lists, words to search by, and
seats."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import in_transaction, rows
from offers.catalogue.models import WHOLE_COURSE, Joining, Offer, SeatPool
from offers.seats.queries import seats_of


@asynccontextmanager
async def changing(offer_id: UUID) -> AsyncIterator[None]:
    """A transaction that may change an offer, its sessions or seats: one at a time, and nobody books meanwhile.

    The offer's row is locked first, then its pools. What was read of them before may be old by now.
    """
    async with in_transaction():
        await rows("SELECT id FROM offer WHERE id = $1 FOR NO KEY UPDATE", offer_id)
        await lock_pools(offer_id)
        yield


def closing(starts: str = "p.starts_at", hours: str = "o.closes_hours") -> str:
    """SQL for when booking of pool p of offer o is to close; NULL at the start. A group that one asks to join is open
    as long as it meets."""
    return f"CASE WHEN o.joining <> 'request' THEN {starts} - make_interval(hours => {hours}) END"


AS_PLANNED = f"p.closes_at IS NOT DISTINCT FROM {closing()}"
"""Nobody has closed or opened the pool by hand, nor has a cancellation closed it for good: that stays as it is."""


async def set_opening(offer_id: UUID, opens_at: datetime | None, closes_hours: int | None) -> None:
    """When one can book the offer's seats. Call it before the offer's own closes_hours is written."""
    await rows(
        f"""UPDATE seat_pool p SET opens_at = $2,
            closes_at = CASE WHEN {AS_PLANNED} THEN {closing(hours="$3::int")} ELSE p.closes_at END
        FROM offer o WHERE o.id = $1 AND p.offer_id = $1""",
        offer_id, opens_at, closes_hours,
    )  # fmt: skip


async def refresh(offer_id: UUID, now: datetime) -> None:
    """Keep the copies of an offer's sessions, on its pools and on the offer itself.

    Call it in the transaction of any change of sessions.
    """
    await lock_pools(offer_id)
    await rows(
        """UPDATE offer o SET session_count = c.count, last_session_ends = c.ends,
            next_session_at = n.starts_at, next_session_ends = n.ends_at
        FROM (SELECT count(*) FILTER (WHERE status <> 'cancelled') AS count,
                coalesce(max(ends_at) FILTER (WHERE status <> 'cancelled'), max(ends_at)) AS ends
            FROM session WHERE offer_id = $1) c
        LEFT JOIN LATERAL (SELECT starts_at, ends_at FROM session
            WHERE offer_id = $1 AND status <> 'cancelled' AND ends_at > $2 ORDER BY starts_at, id LIMIT 1) n ON true
        WHERE o.id = $1""",
        offer_id, now,
    )  # fmt: skip
    await rows(
        f"""UPDATE seat_pool p SET starts_at = s.starts, ends_at = s.ends, sequence = s.sequence,
            closes_at = CASE WHEN {AS_PLANNED} THEN {closing("s.starts")} ELSE p.closes_at END
        FROM offer o, (SELECT id, starts_at AS starts, ends_at AS ends, sequence FROM session WHERE offer_id = $1
            UNION ALL SELECT NULL, coalesce(min(starts_at) FILTER (WHERE status <> 'cancelled'), min(starts_at)),
                coalesce(max(ends_at) FILTER (WHERE status <> 'cancelled'), max(ends_at)), coalesce(sum(sequence), 0)
            FROM session WHERE offer_id = $1) s
        WHERE p.offer_id = $1 AND o.id = $1 AND p.session_id IS NOT DISTINCT FROM s.id
            AND (p.starts_at, p.ends_at, p.sequence) IS DISTINCT FROM (s.starts, s.ends, s.sequence)""",
        offer_id,
    )
    await rows(
        f"""UPDATE booking b SET held_until = {begins("$2")} FROM seat_pool p JOIN offer o ON o.id = p.offer_id
        WHERE p.offer_id = $1 AND b.pool_id = p.id AND b.state = 'offered' AND b.held_until > {begins("$2")}""",
        offer_id, now,
    )  # fmt: skip


def begins(now: str) -> str:
    """SQL for when what somebody would come to by pool p of offer o begins, at the moment `now`; NULL without dates. A
    group that one asks to join meets on, and a course goes on: its next meeting counts, or the first when none is left.
    No seat is held past it, and nobody gets one after it."""
    return f"""CASE WHEN o.joining IN ('request', 'whole') AND p.starts_at <= {now} THEN coalesce((
        SELECT min(n.starts_at) FROM session n
        WHERE n.offer_id = o.id AND n.starts_at > {now} AND n.status <> 'cancelled'), p.starts_at)
        ELSE p.starts_at END"""


async def lock_pools(offer_id: UUID) -> None:
    """Lock all pools of an offer, in the order that everybody keeps (by ascending id)."""
    await rows("SELECT id FROM seat_pool WHERE offer_id = $1 ORDER BY id FOR NO KEY UPDATE", offer_id)


async def move_on(now: datetime) -> int:
    """Give every offer whose next session is over the one after it, and every offer that has an earlier one that one:
    a clock that ran ahead may have been put right. Returns how many."""
    moved = await rows(
        """UPDATE offer o SET next_session_at = n.starts_at, next_session_ends = n.ends_at
        FROM (SELECT over.id, s.starts_at, s.ends_at FROM offer over
            LEFT JOIN LATERAL (SELECT starts_at, ends_at FROM session
                WHERE offer_id = over.id AND status <> 'cancelled' AND ends_at > $1
                ORDER BY starts_at, id LIMIT 1) s ON true
            WHERE over.state = 'published' AND (over.next_session_ends <= $1 OR EXISTS (SELECT FROM session e
                WHERE e.offer_id = over.id AND e.status <> 'cancelled' AND e.ends_at > $1
                    AND (over.next_session_at IS NULL OR e.starts_at < over.next_session_at)))) n
        WHERE o.id = n.id RETURNING o.id""",
        now,
    )
    return len(moved)


async def make_pools(offer: Offer, capacity: int | None) -> None:
    """The seats that the offer lacks: one pool for all of it, or one a session, or none, as its joining says."""
    if offer.joining in WHOLE_COURSE:
        if await seats_of(offer.id) is None:
            await SeatPool.create(offer=offer, capacity=capacity, opens_at=offer.opens_at)
    elif offer.joining == Joining.PER_SESSION:
        lacking = await rows(
            """SELECT s.id FROM session s LEFT JOIN seat_pool p ON p.session_id = s.id
            WHERE s.offer_id = $1 AND p.id IS NULL AND s.status <> 'cancelled' ORDER BY s.starts_at, s.id""",
            offer.id,
        )
        await SeatPool.bulk_create(
            [
                SeatPool(offer=offer, session_id=session["id"], capacity=capacity, opens_at=offer.opens_at)
                for session in lacking
            ]
        )


async def drop_pools(offer_id: UUID) -> None:
    """Take away the seats of a draft, to be made anew: nobody can have booked them."""
    await rows("DELETE FROM seat_pool WHERE offer_id = $1", offer_id)


async def reopen(offer_id: UUID, now: datetime) -> None:
    """Open the offer's seats for a new date, when there is none ahead: the last one's cancellation closed them."""
    await rows(
        f"""UPDATE seat_pool p SET closes_at = {closing()} FROM offer o
        WHERE o.id = $1 AND p.offer_id = $1 AND p.session_id IS NULL AND p.closes_at <= $2
            AND NOT EXISTS (SELECT FROM session s WHERE s.offer_id = $1 AND s.status <> 'cancelled'
                AND s.starts_at > $2)""",
        offer_id, now,
    )  # fmt: skip
