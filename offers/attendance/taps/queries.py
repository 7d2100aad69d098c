"""Reads of what was tapped."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.attendance.models import Cause
from offers.attendance.queries import Register, parties_of, saved
from offers.attendance.rules import Attendee
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Board, Face, Logged, Sender
from offers.rights.queries import hosting

LOG = """SELECT t.id, t.booking_id, t.field, t.value, t.saw, t.version, t.tapped_at, t.person_id, t.substitute_id,
    t.outcome, t.why, t.chosen_at, n.name, t.session_id = $1 AS here, coalesce(t.arrived_at <= $3, false) AS void
FROM (SELECT *, max(version) FILTER (WHERE outcome = 'kept') OVER (PARTITION BY booking_id, field) AS kept
    FROM register_tap WHERE session_id = $1 AND outcome IN ('kept', 'conflict')
    UNION ALL SELECT *, NULL FROM register_tap
        WHERE id = ANY($2) AND (session_id <> $1 OR outcome NOT IN ('kept', 'conflict'))) t
LEFT JOIN person n ON n.id = t.person_id
WHERE t.version >= coalesce(t.kept, 0) OR t.field IN ('heads', 'adults', 'children') OR t.id = ANY($2)
ORDER BY t.version"""
"""Of each field the last tap that had seen all before it, and what came after: what was before that is neither shown
nor told apart from it. Heads and their parts are told at each other's expense, so of those all are read."""


async def log(session: UUID, ids: list[UUID], ended_at: datetime | None) -> list[Logged]:
    """What was written of a session and still says something, in order; and the taps with these ids, wherever they
    are. What was tapped before its register ended (`ended_at`) counts no more."""
    return await rows(Logged, LOG, session, ids, ended_at)


class Kept(NamedTuple):
    """A register as it stands: who is expected, what was saved, what each field shows, and the log of that."""

    parties: list[Attendee]
    register: Register
    board: Board
    logged: list[Logged]


async def kept(
    session: UUID,
    ids: Sequence[UUID] = (),
    who: Callable[[UUID], Awaitable[list[Attendee]]] = parties_of,
) -> Kept:
    """Read a register, with the taps of these ids, wherever they are. `who`: `expected` where they are shown."""
    parties, register = await who(session), await saved(session)
    logged = await log(session, [*ids], register.ended_at)
    return Kept(parties, register, board(logged, register, parties), logged)


def board(logged: list[Logged], register: Register, parties: list[Attendee]) -> Board:
    """What each field shows. The log tells who said so and when; what stands in the register is right, wherever it
    came from: a check-in, or a time before there were taps."""
    made = Board()
    for tap in logged:
        if tap.here and tap.written:
            made.add(tap)
    for party in parties:
        stands = None if party.cause == Cause.CLOSING else party.marked
        _overlay(made, party.booking_id, Field.STATE, stands, party.marked_at)
        if party.present:
            seats = made.face((party.booking_id, Field.SEATS))
            if (int(seats.value) if seats.value else party.seats) != party.seats_present:
                _overlay(made, party.booking_id, Field.SEATS, str(party.seats_present), party.marked_at)
    for field, number, at in (
        (Field.HEADS, register.head_count, register.counted_at),
        (Field.ADULTS, register.adults, register.counted_at),
        (Field.CHILDREN, register.children, register.counted_at),
        (Field.VOLUNTEERS, register.volunteers, register.saved_at),
    ):
        _overlay(made, None, field, None if number is None else str(number), at)
    return made


def _overlay(made: Board, booking: UUID | None, field: Field, value: str | None, at: datetime | None) -> None:
    if made.face((booking, field)).value != value:
        made.faces[booking, field] = Face(value, at)


async def sender(person: UUID, name: str | None, session: UUID) -> tuple[Sender, UUID] | None:
    """Somebody as they tap for a session, and whose it is: None if they have never led it."""
    led = await hosting(person, session)
    return (Sender(person, name=name, until=led.until), led.owner_id) if led else None
