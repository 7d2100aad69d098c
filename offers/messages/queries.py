"""Whom to tell, and whom to ring."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.people.queries import WRITTEN_TO
from offers.bookings.participant_queries import SHOWN_NAMES, SIGN, alphabetical
from offers.bookings.queries import HIDDEN, reach
from offers.bookings.rules import ACTIVE, SEATED
from offers.catalogue.models import Session

PARTY = f"""SELECT b.id AS booking_id, {SHOWN_NAMES}, b.booked_by_id = b.participant_id AS own,
    {SIGN}, b.seats, b.state, b.lang, p.session_id, b.offer_id,
    greatest(b.created_at, b.placed_at, b.answered_at) AS since, b.link_version, c.person_id,
    CASE WHEN c.channel = 'call' AND NOT {HIDDEN} THEN c.value END AS number, {reach(HIDDEN)} AS reach,
    CASE WHEN {WRITTEN_TO} THEN c.channel END AS channel, CASE WHEN {WRITTEN_TO} THEN c.value END AS address
FROM booking b JOIN seat_pool p ON p.id = b.pool_id JOIN person n ON n.id = b.participant_id
    JOIN person k ON k.id = b.booked_by_id LEFT JOIN contact_point c ON c.id = b.contact_id"""
"""A party of one booking; `own`: somebody booked themselves. `since`: when they got their place, if
they have one. No channel: no message reaches them (WRITTEN_TO)."""


async def ending_pools(offer_id: UUID, now: datetime, session_id: UUID | None = None) -> list[dict[str, Any]]:
    """The pools (`id`) that end when the offer is cancelled, or only this session of it that has not begun.

    The offer's own pool ends with the last session that has not begun. `begun`: others of its sessions have been held.
    """
    return await rows(
        """SELECT p.id, p.session_id IS NULL AND EXISTS (SELECT FROM session s WHERE s.offer_id = p.offer_id
            AND s.status <> 'cancelled' AND s.starts_at <= $2) AS begun
        FROM seat_pool p WHERE p.offer_id = $1 AND CASE
            WHEN p.session_id IS NOT NULL THEN p.session_id = $3 OR $3::uuid IS NULL AND p.starts_at > $2
            WHEN $3::uuid IS NULL THEN p.ends_at IS NULL OR p.ends_at > $2
            ELSE NOT EXISTS (SELECT FROM session s WHERE s.offer_id = p.offer_id AND s.id <> $3
                AND s.status <> 'cancelled' AND s.starts_at > $2)
        END ORDER BY p.id""",
        offer_id, now, session_id,
    )  # fmt: skip


async def sessions_between(session: Session, starts: datetime, ends: datetime) -> list[dict[str, Any]]:
    """Others of the same offer that meet at some moment between these: starts_at and ends_at, in order."""
    return await rows(
        """SELECT starts_at, ends_at FROM session WHERE offer_id = $1 AND id <> $2 AND status <> 'cancelled'
            AND starts_at < $4 AND ends_at > $3 ORDER BY starts_at, id""",
        session.offer_id, session.id, starts, ends,
    )  # fmt: skip


async def parties_of_session(
    session_id: UUID, ending: Iterable[dict[str, Any]] = (), *, waiting: bool = False
) -> list[dict[str, Any]]:
    """Everybody with a seat at the session, through its own pool or the offer's; with `waiting`, and of the pools that
    are `ending`, also the queue and the requests."""
    return await rows(
        f"""{PARTY} JOIN session s ON s.offer_id = b.offer_id AND (p.session_id = s.id OR p.session_id IS NULL)
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


async def untold() -> list[UUID]:
    """The offers with sessions that were added, of which nobody has been told."""
    found = await rows(
        "SELECT DISTINCT offer_id FROM session WHERE untold_since IS NOT NULL ORDER BY offer_id"
    )
    return [each["offer_id"] for each in found]


async def unreached(offer_id: UUID, session: UUID | None, now: datetime) -> list[dict[str, Any]]:
    """Whom no message reaches of those with an active booking of what is not over, in an offer or one session of it."""
    found = await rows(
        f"""{PARTY} WHERE b.offer_id = $1 AND {WRITTEN_TO} IS NOT TRUE AND b.state = ANY($2)
            AND (p.ends_at IS NULL OR p.ends_at > $3)
            AND ($4::uuid IS NULL OR p.session_id IS NULL OR p.session_id = $4)""",
        offer_id, list(ACTIVE), now, session,
    )  # fmt: skip
    return sorted(found, key=lambda party: alphabetical(party["name"] or ""))


async def how_told(offer_id: UUID, acts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """What has become of the messages that tell of acts of an offer, as (mail, the act's part of their keys): how many
    are `sent` and the `last` of them, how many are `waiting` and since when. They are known for a month."""
    mails, keys = zip(*acts, strict=True)
    (found,) = await rows(
        """SELECT count(m.sent_at) AS sent, max(m.sent_at) AS last,
            count(*) FILTER (WHERE m.sent_at IS NULL AND m.failed_at IS NULL) AS waiting,
            min(m.created_at) FILTER (WHERE m.sent_at IS NULL AND m.failed_at IS NULL) AS since
        FROM unnest($2::text[], $3::text[]) a (mail, act), booking b, outbox_message m
        WHERE b.offer_id = $1 AND m.dedupe_key = a.mail || ':' || a.act || ':' || b.id""",
        offer_id, list(mails), list(keys),
    )  # fmt: skip
    return found


def counts(found: list[dict[str, Any]]) -> tuple[int, int]:
    """How many of these parties a message reaches, and how many must be rung."""
    reached = sum(1 for party in found if party["channel"])
    return reached, len(found) - reached
