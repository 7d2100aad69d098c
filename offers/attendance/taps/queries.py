"""Reads of what was tapped."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.first_names import first_name
from marketplace.base.i18n import gettext as _
from offers.attendance.models import Cause
from offers.attendance.queries import Register
from offers.attendance.rules import Attendee
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Board, Face, Logged, Sender
from offers.rights.queries import hosting

LOG = """SELECT t.id, t.booking_id, t.field, t.value, t.saw, t.version, t.tapped_at, t.person_id, t.substitute_id,
    t.outcome, t.why, t.chosen_at, n.name AS by, t.session_id = $1 AS here,
    coalesce(t.arrived_at <= $3, false) AS void
FROM register_tap t LEFT JOIN person n ON n.id = t.person_id
WHERE t.session_id = $1 AND t.outcome IN ('kept', 'conflict') OR t.id = ANY($2) ORDER BY t.version"""


async def log(session: UUID, ids: list[UUID], ended_at: datetime | None) -> list[Logged]:
    """What was written of a session, in order; and the taps with these ids, wherever they are. What was tapped before
    its register ended (`ended_at`) counts no more."""
    found = await rows(Logged, LOG, session, ids, ended_at)
    return [
        replace(tap, by=first_name(tap.by) or (_("vikar") if tap.substitute_id else None)) for tap in found
    ]


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
    return (Sender(person, name=first_name(name), until=led.until), led.owner_id) if led else None
