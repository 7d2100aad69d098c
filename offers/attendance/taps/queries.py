"""Reads of what was tapped."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.data.statement import asking
from marketplace.people.sign_in.queries import Beside, SignedIn
from offers.attendance.models import Cause
from offers.attendance.queries import JUDGED, UNSHOWN, Register, moved_at, parties_of, saved
from offers.attendance.rules import Attendee
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Board, Face, Logged, Sender, Tap
from offers.rights.queries import ENDED, LEADS_NOW, hosting
from offers.seats.sql import covers

LOG = """SELECT t.id, t.booking_id, t.field, t.value, t.saw, t.version, t.tapped_at, t.person_id, t.substitute_id,
    t.outcome, t.why, t.chosen_at, n.name, t.session_id = {session} AS here,
    coalesce(t.arrived_at <= {ended_at}, false) AS void
FROM (SELECT *, max(version) FILTER (WHERE outcome = 'kept') OVER (PARTITION BY booking_id, field) AS kept
    FROM ({said}) s
    UNION ALL SELECT *, NULL FROM register_tap
        WHERE id = ANY({ids}) AND (session_id <> {session} OR outcome NOT IN ('kept', 'conflict'))) t
LEFT JOIN person n ON n.id = t.person_id
WHERE t.version >= coalesce(t.kept, 0) OR t.field IN ('heads', 'adults', 'children') OR t.id = ANY({ids})
ORDER BY t.version"""
"""Of each field the last tap that had seen all before it, and what came after: what was before that is neither shown
nor told apart from it. Heads and their parts are told at each other's expense, so of those all are read."""
SAID = "SELECT * FROM register_tap WHERE session_id = {session} AND outcome IN ('kept', 'conflict')"
WHOLE = LOG.format(session="$1", ids="$2", ended_at="$3", said=SAID.format(session="$1"))


async def log(session: UUID, ids: list[UUID], ended_at: datetime | None) -> list[Logged]:
    """What was written of a session and still says something, in order; and the taps with these ids, wherever they
    are. What was tapped before its register ended (`ended_at`) counts no more."""
    return await rows(Logged, WHOLE, session, ids, ended_at)


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


HERE = SAID.format(session="$2")
OF_THESE = LOG.format(session="$2", ids="$4", ended_at=moved_at("$2"),
    said=f"{HERE} AND booking_id IS NULL UNION ALL {HERE} AND booking_id = ANY($3)")  # fmt: skip
"""Each half finds its own in the index. With OR between them every tap of the session was read, for each tap anew."""


def glance_of(hosting: str) -> str:
    """SQL: what taps are judged by. `hosting`: as whose it is read, who may lead the session no more."""
    return f"""SELECT x.owner_id, x.until, h.id AS session, h.starts_at, h.ends_at, h.status, y.fingerprint,
    y.closed_at AS year_closed_at, (SELECT r FROM ({JUDGED} WHERE s.id = $2) r) AS register,
    ARRAY(SELECT p FROM ({UNSHOWN} WHERE s.id = $2 AND b.id = ANY($3)) p) AS parties,
    ARRAY(SELECT t FROM ({OF_THESE}) t) AS logged,
    (SELECT concat_ws(' ', count(*), max(b.changed_at)) FROM session s
        JOIN seat_pool p ON p.offer_id = s.offer_id AND {covers()}
        JOIN booking b ON b.pool_id = p.id AND b.state = 'confirmed' WHERE s.id = $2) AS expected
FROM ({hosting}) x CROSS JOIN session h
LEFT JOIN year_key y ON y.year = extract(year FROM h.starts_at AT TIME ZONE 'Europe/Oslo')::int WHERE h.id = $2"""


GLANCE = glance_of(f"SELECT * FROM ({ENDED}) e WHERE e.leads OR e.until IS NOT NULL")


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What taps of a few bookings are judged by, read at one moment: whether somebody leads the session or did
    (`until`), the session, its year's key, its register, these bookings with what was tapped of them and of the session
    itself, and who is `expected` in one word that is another when they are. Rows within the row come in the order of
    the fields of what they are made into."""

    owner_id: UUID
    until: datetime | None
    session: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    fingerprint: bytes | None
    year_closed_at: datetime | None
    register: Any
    parties: list[Any]
    logged: list[Any]
    expected: str


@dataclass(frozen=True, slots=True)
class About:
    """What taps are about: the session, the bookings that they mark, and ids of taps that may be known."""

    session: UUID
    bookings: list[UUID]
    ids: list[UUID]

    @classmethod
    def of(cls, session: UUID, sent: Iterable[object]) -> "About":
        taps = [tap for tap in sent if isinstance(tap, Tap)]
        bookings = sorted({tap.booking for tap in taps if tap.booking})
        return cls(session, bookings, [each for tap in taps for each in (tap.id, tap.after) if each])


async def glance(person: UUID, about: About) -> Glance | None:
    """A register as somebody's taps need it. None if they have never led it."""
    return await row(Glance, GLANCE, person, about.session, about.bookings, about.ids)


@dataclass(frozen=True, kw_only=True)
class Tapper(SignedIn, Glance):
    """Whoever sends taps, with the glance at what they are about. The `session` is None if they do not lead it now."""


BESIDE = asking(glance_of(LEADS_NOW), "asker.id", "$3", "$4", "$5")
"""Of whoever leads it now. Who does not is asked for by itself: they are few, and what ended takes seven tables."""


def glance_beside(about: About) -> Beside:
    """The same glance in the statement that finds out who sends the taps."""
    return Beside(Tapper, BESIDE, (about.session, about.bookings, about.ids))


async def sender(person: UUID, name: str | None, session: UUID) -> tuple[Sender, UUID] | None:
    """Somebody as they tap for a session, and whose it is: None if they have never led it."""
    led = await hosting(person, session)
    return (Sender(person, name=name, until=led.until), led.owner_id) if led else None
