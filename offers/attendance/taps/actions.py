"""Writing taps: under the lock of the session's row, in their order, each judged alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from uuid import UUID

import asyncpg

from marketplace.base.clock import oslo
from marketplace.base.data.audit import recording
from marketplace.base.data.database import OperationalError, causes, in_transaction, value
from marketplace.base.data.statement import Statement, each_way, valued
from marketplace.base.errors import Conflict
from marketplace.base.i18n import gettext as _
from offers.attendance import marking, rules
from offers.attendance.acts import Act
from offers.attendance.keys import YearClosed
from offers.attendance.models import AttendanceState, Cause
from offers.attendance.queries import Register
from offers.attendance.taps.forms import Unread
from offers.attendance.taps.models import Field, Outcome
from offers.attendance.taps.queries import kept
from offers.attendance.taps.rules import (
    HEADS,
    OF_A_BOOKING,
    Board,
    Ground,
    Logged,
    Sender,
    Tap,
    Why,
    most_of,
    plain,
    refusal,
)
from offers.attendance.year_keys import key_of


@dataclass(frozen=True, slots=True)
class Answered:
    """What one tap is answered. `id` is what was sent."""

    id: str
    outcome: str
    why: str | None


@dataclass
class Table:
    """A register that we hold while taps are judged and written."""

    held: marking.Held
    organization: UUID
    parties: dict[UUID, rules.Attendee]
    register: Register
    known: dict[UUID, Logged]
    board: Board
    key: bytes | None
    now: datetime
    new: list[Logged] = field(default_factory=list)
    settled: list[UUID] = field(default_factory=list)
    saved_at: datetime | None = None
    """When what was put here was written."""

    @property
    def closed(self) -> bool:
        return self.register.closed_at is not None

    @cached_property
    def ground(self) -> Ground:
        most = {party.booking_id: most_of(party.seats) for party in self.parties.values()}
        return Ground(
            self.held.starts_at, self.held.called_off, self.register.ended_at, self.key is None, most
        )


async def lay(
    session: UUID, organization: UUID, bookings: list[UUID], ids: list[UUID], *, now: datetime
) -> Table:
    """Hold a session and read its register, in a transaction. `bookings` are those that are to be marked, and `ids`
    taps that may be known. Raises KeyGone."""
    held = await marking.hold_with(session, bookings)
    parties, register, shows, logged = await kept(session, ids)
    try:
        key = await key_of(oslo(held.starts_at).year, now)
    except YearClosed:
        key = None
    return Table(
        held, organization, {party.booking_id: party for party in parties}, register,
        {tap.id: tap for tap in logged}, shows, key, now,
    )  # fmt: skip


async def keep(
    session: UUID, organization: UUID, sent: list[Tap | Unread], sender: Sender, *, now: datetime
) -> tuple[list[Answered], Table]:
    """Judge these taps and write what is kept. A tap that is known is answered as before, and written once. Returns an
    answer for each, and the register as it then stands. Raises KeyGone: then they may be sent again later."""
    taps = [tap for tap in sent if isinstance(tap, Tap)]
    async with in_transaction():
        table = await lay(
            session, organization, sorted({tap.booking for tap in taps if tap.booking}),
            [each for tap in taps for each in (tap.id, tap.after) if each], now=now,
        )  # fmt: skip
        return await keep_on(table, sent, sender), table


async def keep_on(table: Table, sent: Sequence[Tap | Unread], sender: Sender) -> list[Answered]:
    """The same on a table that is laid, for what must be seen there before it is said: the bookings of these taps and
    their ids are what it was laid for."""
    mine: list[Logged] = []
    answers = []
    for tap in sent:
        if isinstance(tap, Unread):
            answers.append(Answered(tap.id, Outcome.REFUSED, tap.why))
            continue
        if after := table.known.get(tap.after) if tap.after else None:
            mine.append(after)
        made = put(table, tap, sender, [each for each in mine if tap.saw <= each.saw or each is after])
        mine.append(made)
        answers.append(Answered(str(tap.id), made.outcome, made.why))
    table.saved_at = await write(table, sender, noted=True)
    return answers


def so_many_more(table: Table, of: Field, number: int, id: UUID) -> Tap:  # noqa: A002 - an id is called id here
    """The tap that counts so many more than stand there."""
    place = None, of
    count = int(table.board.face(place).value or 0) + number
    return Tap(id, table.now, *place, str(count), table.board.version(place))


def of_heads(table: Table) -> Field:
    """Where one counts who just came in: where adults and children are told apart they are adults, as far as we know.
    They came by themselves, or hold a phone."""
    apart = any(table.board.face((None, part)).value for part in (Field.ADULTS, Field.CHILDREN))
    return Field.ADULTS if apart else Field.HEADS


def put(table: Table, tap: Tap, sender: Sender, before: Iterable[Logged] = ()) -> Logged:
    """Judge a tap, and lay what becomes of it on the table. `before`: what it comes after."""
    place = tap.booking, tap.field
    if known := table.known.get(tap.id):
        return known if known.here else _logged(table, tap, sender, Outcome.REFUSED, Why.ELSEWHERE)
    why = refusal(tap, table.ground, sender, table.now)
    if why:
        made = _logged(table, tap, sender, Outcome.REFUSED, why)
    else:
        made = _logged(table, tap, sender, table.board.judge(tap, sender, before), None)
    table.known[tap.id] = made
    table.new.append(made)
    if made.outcome == Outcome.KEPT:
        table.settled += table.board.settle(place, table.now)
    if made.written:
        table.board.add(made)
    return made


def _logged(table: Table, tap: Tap, sender: Sender, outcome: Outcome, why: Why | None) -> Logged:
    """A tap as it stands in the log. Of what is refused nothing is repeated that may be anything."""
    place = tap.booking, tap.field
    ours = why is None or tap.booking in table.parties
    value = tap.value if plain(tap) and why is not Why.VALUE else None
    version = table.board.version(place) + (outcome in (Outcome.KEPT, Outcome.CONFLICT))
    return Logged(
        tap.id, tap.booking if ours else None, tap.field, value, tap.saw, version,
        tap.at, sender.person, sender.substitute, outcome, why, None, sender.name,
    )  # fmt: skip


COLUMNS = {"id": "uuid", "booking_id": "uuid", "field": "text", "value": "text", "saw": "int", "version": "int",
           "tapped_at": "timestamptz", "outcome": "text", "why": "text"}  # fmt: skip
TAPPED = each_way("""INSERT INTO register_tap (
    id, session_id, arrived_at, booking_id, field, value, saw, version, tapped_at, person_id, substitute_id, outcome,
    why, chosen_at)
SELECT t.id, {held}, {now}::timestamptz, t.booking_id, t.field, t.value, t.saw, t.version, t.tapped_at,
    {person}, {substitute}, t.outcome, t.why, CASE WHEN t.id = ANY({settled}::uuid[]) THEN {now}::timestamptz END
FROM <rows>""", "t", COLUMNS)  # fmt: skip
CHOSEN = "UPDATE register_tap SET chosen_at = {now} WHERE id = ANY({before})"


class Overtaken(Conflict):
    """Somebody else was there between reading and writing; nothing is written."""


async def write(table: Table, sender: Sender, *, noted: bool = False) -> datetime | None:
    """Write what is new on the table, in one statement: the log, and what came of it in the register; and where that is
    `noted`, that it was done. Returns when the register changed, or None. Raises Overtaken where the register is not
    any more what the table shows, or a tap's id has been taken."""
    if not table.new:
        return None
    new, one = table.new, Statement()
    written = [tap for tap in new if tap.written]
    where = marking.BEGUN if written else "true"
    if written:
        shows = {name: _number(table.board, name) for name in Field if name not in OF_A_BOOKING}
        marked = {tap.booking_id: table.parties[tap.booking_id].seats for tap in written if tap.booking_id}
        marking.begin(
            one, table.held, table.register, marked, sender.person, shows[Field.VOLUNTEERS], now=table.now
        )
        _mark(one, table, {*marked}, sender.cause)
        if {tap.field for tap in written} & HEADS:
            marking.count_heads(
                one, table.held, shows[Field.HEADS], shows[Field.ADULTS], shows[Field.CHILDREN], now=table.now
            )
    _log(one, table, sender, where)
    if noted:
        told = Counter(tap.outcome for tap in new)
        recording(
            one, Act.REGISTER_CORRECTED if table.closed else Act.REGISTER_TAPPED, now=table.now, actor=sender.person,
            object_id=table.held.id, organization=table.organization, details=dict(sorted(told.items())), where=where,
        )  # fmt: skip
    one.add("SELECT (SELECT saved_at FROM begun) AS changed" if written else "SELECT NULL AS changed")
    try:
        changed: datetime | None = await value(one.sql, *one.values)
    except OperationalError as problem:
        if not any(isinstance(each, asyncpg.UniqueViolationError) for each in causes(problem)):
            raise
        raise overtaken() from problem
    if written and changed is None:
        raise overtaken()
    return changed


def overtaken() -> Overtaken:
    return Overtaken(_("Merkene er sendt et annet sted også. Prøv igjen."))


def _log(one: Statement, table: Table, sender: Sender, where: str) -> None:
    """The new taps; and of those that were there, which conflicts are settled."""
    new = {tap.id for tap in table.new}
    single, columns = valued({name: [getattr(tap, name) for tap in table.new] for name in COLUMNS})
    one.named(
        "tapped", f"{TAPPED[single]} WHERE {where}", **columns, held=table.held.id, now=table.now, person=sender.person,
        substitute=sender.substitute, settled=[tap for tap in table.settled if tap in new],
    )  # fmt: skip
    if before := [tap for tap in table.settled if tap not in new]:
        one.named("chosen", f"{CHOSEN} AND {where}", before=before, now=table.now)


def _mark(one: Statement, table: Table, bookings: set[UUID], cause: Cause) -> None:
    """Whoever is un-marked has no mark, or in a closed register that of closing. `cause`: of what was said now, where
    it is what counts, or theirs already."""
    marks, none = [], []
    for booking in sorted(bookings):
        party = table.parties[booking]
        if made := mark_of(table.board, party):
            said_now = table.board.face((booking, Field.STATE)).at == table.now
            marks.append(replace(made, cause=cause if said_now or party.cause == cause else Cause.TAP))
        elif table.closed and (away := rules.untouched(party)):
            marks.append(away)
        else:
            none.append(booking)
    assert table.key is not None
    marking.mark(one, table.held, table.organization, marks, table.parties, key=table.key, now=table.now)
    marking.unmark(one, table.held, none)


def mark_of(shown: Board, party: rules.Attendee) -> rules.Mark | None:
    """What the register says of a party, by what it shows; None: nobody has marked them."""
    state = shown.face((party.booking_id, Field.STATE)).value
    if state is None:
        return None
    seats = shown.face((party.booking_id, Field.SEATS)).value
    came = (int(seats) if seats else party.seats) if state == AttendanceState.PRESENT else 0
    return rules.Mark(party.booking_id, AttendanceState(state), came)


def _number(shown: Board, name: Field) -> int | None:
    told = shown.face((None, name)).value
    return None if told is None else int(told)
