"""Taps as they arrive from a phone: read at a glance, judged, and written by one statement if nothing has changed in
between. Else they are judged once more, with the session held.

A phone waits for each tap, and hardly ever does somebody else tap in the same register within those milliseconds.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.clock import oslo
from marketplace.base.data.database import in_transaction
from marketplace.base.errors import NotFound
from offers.attendance import marking
from offers.attendance.keys import YearClosed
from offers.attendance.queries import Register
from offers.attendance.rules import Attendee
from offers.attendance.taps.actions import Answered, Overtaken, Table, keep_on
from offers.attendance.taps.forms import Unread
from offers.attendance.taps.queries import About, Glance, board, glance
from offers.attendance.taps.rules import Logged, Sender, Tap
from offers.attendance.year_keys import Known, key_by


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of taps: an answer to each, who sent them, and of the register what they are about (`table`).
    `stood` and `stands` name its state before and after: where a page shows the one, it shows the other once it has
    been told of the table."""

    answers: list[Answered]
    sender: Sender
    table: Table
    stood: str
    stands: str


async def arrive(
    person: UUID,
    name: str | None,
    session: UUID,
    sent: list[Tap | Unread],
    seen: Glance | None,
    *,
    now: datetime,
) -> Arrived:
    """Judge these taps of somebody and write what is kept. A tap that is known is answered as before, and written once.
    `seen`: what stood when they arrived, where it has been read and they lead the session. Raises NotFound for whoever
    has never led it, KeyGone: then they may be sent again later."""

    async def judged(seen: Glance | None) -> Arrived:
        table, sender, expected = await _laid(person, name, seen, now)
        stood = _state(table.register, table.register.saved_at, expected)
        answers = await keep_on(table, sent, sender)
        return Arrived(
            answers,
            sender,
            table,
            stood,
            _state(table.register, table.saved_at or table.register.saved_at, expected),
        )

    about = About.of(session, sent)
    try:
        return await judged(seen or await glance(person, about))
    except Overtaken:
        async with in_transaction():
            await marking.hold_with(session, about.bookings)
            return await judged(await glance(person, about))


async def _laid(
    person: UUID, name: str | None, seen: Glance | None, now: datetime
) -> tuple[Table, Sender, str]:
    """The table for these taps, who sends them, and who is expected, in a word."""
    if seen is None:
        raise NotFound
    known = Known(seen.fingerprint, seen.year_closed_at) if seen.fingerprint else None
    try:
        key = await key_by(known, oslo(seen.starts_at).year, now)
    except YearClosed:
        key = None
    register, parties = Register(*seen.register), [Attendee(*each) for each in seen.parties]
    logged = [Logged(*each) for each in seen.logged]
    held = marking.Held(seen.session, seen.starts_at, seen.ends_at, seen.status)
    table = Table(
        held, seen.owner_id, {party.booking_id: party for party in parties}, register,
        {tap.id: tap for tap in logged}, board(logged, register, parties), key, now,
    )  # fmt: skip
    return table, Sender(person, name=name, until=seen.until), seen.expected


def _state(register: Register, saved_at: datetime | None, expected: str) -> str:
    """A word for how a register stands: another when something was marked, when it was closed or opened, or when
    somebody else is expected."""
    return f"{saved_at} {register.closed_at} {expected}"
