"""Reads of registers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows
from offers.participants.queries import parties


async def expected(session_id: UUID) -> list[dict[str, Any]]:
    """The confirmed parties of a session, by name, each with what the register says of it: `marked` (None: nothing
    yet) and `seats_present`."""
    said = {
        found["booking_id"]: found
        for found in await rows(
            "SELECT booking_id, state, seats_present FROM attendance WHERE session_id = $1", session_id
        )
    }
    return [
        party
        | {
            "marked": said[party["booking_id"]]["state"] if party["booking_id"] in said else None,
            "seats_present": said[party["booking_id"]]["seats_present"] if party["booking_id"] in said else 0,
        }
        for party in await parties(session_id)
        if party["state"] == "confirmed"
    ]


EARLIER_SHOWN = 12


async def earlier(offer_id: UUID, before: datetime, now: datetime) -> list[dict[str, Any]]:
    """The sessions of an offer that have begun and were before this moment, the latest first: id, starts_at, ends_at
    and `saved` (is there a register?). One page of them, and one more that tells that there are more."""
    return await rows(
        f"""SELECT s.id, s.starts_at, s.ends_at, r.id IS NOT NULL AS saved FROM session s
        LEFT JOIN register r ON r.session_id = s.id
        WHERE s.offer_id = $1 AND s.starts_at < $2 AND s.starts_at <= $3 AND s.status <> 'cancelled'
        ORDER BY s.starts_at DESC, s.id LIMIT {EARLIER_SHOWN + 1}""",
        offer_id, before, now,
    )  # fmt: skip


async def saved(session_id: UUID) -> dict[str, Any]:
    """`saved_at` of the register (None: never, so nobody knows who came), the head count and the volunteers (None: not
    counted), and `ended`: another was kept before the session was moved."""
    found = await row(
        """SELECT r.saved_at, c.count AS head_count, r.volunteers,
            EXISTS (SELECT FROM ended_register e WHERE e.session_id = s.id AND e.ended_by = 'moved') AS ended
        FROM session s LEFT JOIN register r ON r.session_id = s.id
        LEFT JOIN head_count c ON c.session_id = s.id WHERE s.id = $1""",
        session_id,
    )
    return found or {"saved_at": None, "head_count": None, "volunteers": None, "ended": False}
