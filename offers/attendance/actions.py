"""Saving a register as a form sends it: what it says otherwise is tapped, and then the register is closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.ids import NEW_ID
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from offers.attendance import marking, rules
from offers.attendance.acts import Act
from offers.attendance.closing.actions import close
from offers.attendance.keys import shut
from offers.attendance.models import AttendanceState, ClosedBy, RegisterEnd
from offers.attendance.taps import actions as taps
from offers.attendance.taps.models import Field, Outcome
from offers.attendance.taps.rules import Place, Sender, Tap, most_of
from offers.catalogue.models import Session
from offers.rights.queries import Led


@dataclass(frozen=True, slots=True)
class OneMore:
    """A press of +1: one more of whom. `key` is the form's, so that the same press sent again is the same person."""

    of: Field
    key: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says: who is `present`, and of whom else it says what (`states`; nothing: not marked). `seats` is how
    many of a party came. Of the numbers None is that nobody has counted."""

    present: set[UUID]
    seats: Mapping[UUID, int] = field(default_factory=dict)
    states: Mapping[UUID, AttendanceState] = field(default_factory=dict)
    numbers: Mapping[Field, int | None] = field(default_factory=dict)


async def save(
    session: Session | Led,
    present: set[UUID],
    seats: Mapping[UUID, int],
    head_count: int | None,
    *,
    volunteers: int | None = None,
    version: datetime | None,
    by: UUID,
    now: datetime,
) -> None:
    """Save and close the register of a session: see `fill`."""
    numbers = {Field.HEADS: head_count, Field.VOLUNTEERS: volunteers}
    await fill(session, Filled(present, seats, numbers=numbers), version=version, by=by, now=now)


async def fill(
    session: Session | Led,
    filled: Filled,
    *,
    version: datetime | None,
    by: UUID | None,
    now: datetime,
    chosen: tuple[Place, str | None] | None = None,
    plus: OneMore | None = None,
    substitute: UUID | None = None,
) -> None:
    """Write what a form says. `version` is when the register last changed, as the host saw it (None: never). `chosen`:
    what they choose of a conflict, and `plus` that one more came; then the register stays open or closed as it is, else
    it is closed, once the session has begun.

    Raises Conflict when somebody else wrote in it meanwhile: nobody's marks are overwritten unseen (one more is counted
    all the same, and what says nothing else than what stands is done, for that overwrites nothing); Refused when the
    session is cancelled, or is not soon (any more). Bookings that are not of this session do not count. Whoever was
    marked and has cancelled since it began keeps their mark: they came.
    """
    more = uuid5(session.id, f"one more {plus.key}") if plus else None
    unsaved = False
    async with in_transaction():
        table = await taps.lay(session.id, session.offer.owner_id, [], [more] if more else [], now=now)
        if table.held.called_off:
            raise Refused(_("Denne samlingen er avlyst."))
        if not rules.is_open(table.held.starts_at, now):
            raise Refused(_("Oppmøtet kan føres fra to timer før start."))
        if table.key is None:
            raise shut()
        again, stale = more in table.known, table.register.saved_at != version
        still = await marking.still_coming([*table.parties])
        table.parties = {booking: party for booking, party in table.parties.items() if booking in still}
        said = _said(table, filled)
        if chosen and not _stands(table, *chosen):
            said.append(chosen)
        if stale and not plus:
            if said or (table.register.closed_at is None and now >= table.held.starts_at):
                raise Conflict(
                    _("Noen andre lagret oppmøtet mens du holdt på. Se over og lagre en gang til.")
                )
            return  # a press that came twice: all that it says stands
        sender = Sender(by, substitute)
        if plus and (again or stale):
            unsaved, said = _beside(said, plus), []
        for place, words in said:
            taps.put(table, Tap(uuid7(), now, *place, words, table.board.version(place)), sender)
        if plus and more and not again:
            _count(table, plus, more, sender)
        if not await taps.write(table, sender) and not again:
            await marking.touch(table.held, table.register, by, table.register.volunteers, now=now)
        if chosen is None and plus is None and now >= table.held.starts_at:  # nobody is absent before that
            await close(session.id, session.offer.owner_id, ClosedBy.HOST, by, now)
        if not again:
            marks = [made for party in table.parties.values() if (made := taps.mark_of(table.board, party))]
            await record(
                Act.REGISTER_CORRECTED if table.closed else Act.REGISTER_SAVED, now=now, actor=by, object_id=session.id,
                organization=session.offer.owner_id,
                details={"present": sum(mark.seats > 0 for mark in marks), "expected": len(table.parties)},
            )  # fmt: skip
    if unsaved:
        raise Conflict(
            _("Én til er talt med. Noen andre lagret oppmøtet mens du holdt på, så se over resten og lagre.")
        )


def _stands(table: taps.Table, place: Place, words: str | None) -> bool:
    """Is this what is shown, with nothing left to choose?"""
    return table.board.face(place).value == words and not table.board.undecided(place)


def _count(table: taps.Table, plus: OneMore, tap: UUID, sender: Sender) -> None:
    """Count one more. That the form is sent again makes the same tap again. Raises Refused."""
    made = taps.put(table, taps.so_many_more(table, plus.of, 1, tap), sender)
    if made.outcome == Outcome.REFUSED:
        raise Refused(_("Det antallet kan vi ikke ta imot."))


def _beside(said: list[tuple[Place, str | None]], plus: OneMore) -> bool:
    """Does an old form say anything else than that one more came? What it leaves empty it may not have seen."""
    return any(words is not None and place[1] not in (Field.HEADS, plus.of) for place, words in said)


def _said(table: taps.Table, filled: Filled) -> list[tuple[Place, str | None]]:
    """Where the form says otherwise than the register, and what. How many of a party came is clipped to what can be."""
    said: list[tuple[Place, str | None]] = []
    for booking, party in table.parties.items():
        state = AttendanceState.PRESENT if booking in filled.present else filled.states.get(booking)
        said.append(((booking, Field.STATE), state))
        if state == AttendanceState.PRESENT:
            came = max(1, min(filled.seats.get(booking, party.came), most_of(party.seats)))
            if came != (party.seats_present or party.seats):
                said.append(((booking, Field.SEATS), str(came)))
    said = [(place, value) for place, value in said if table.board.face(place).value != value]
    return said + _numbers(table, filled)


def _numbers(table: taps.Table, filled: Filled) -> list[tuple[Place, str | None]]:
    """The numbers that the form says otherwise. Whoever tells adults and children apart has told the sum; where they
    are told apart no more, the plain number is what is left."""
    given = {name: None if number is None else str(number) for name, number in filled.numbers.items()}
    changed = {name for name, number in given.items() if table.board.face((None, name)).value != number}
    parts = [name for name in (Field.ADULTS, Field.CHILDREN) if name in changed]
    apart = any(given[name] for name in parts)
    plain = [Field.HEADS] if not apart and (parts or Field.HEADS in changed) else []
    others = sorted(changed - {Field.HEADS, *parts})
    return [((None, name), given.get(name)) for name in [*others, *parts, *plain]]


END = f"""WITH kept AS (INSERT INTO ended_register (id, session_id, ended_by, starts_at, saved_at, ended_at, marks,
        head_count)
    SELECT {NEW_ID}, s.id, $2::varchar, s.starts_at, coalesce(r.saved_at, $3), $3,
        (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'booking', a.booking_id, 'state', a.state, 'seats', a.seats_present) ORDER BY a.booking_id), '[]')
        FROM attendance a WHERE a.session_id = s.id), (SELECT count FROM head_count c WHERE c.session_id = s.id)
    FROM session s LEFT JOIN register r ON r.session_id = s.id WHERE s.id = ANY($1)
        AND (r.id IS NOT NULL OR $2::varchar = 'moved' AND s.starts_at < $3::timestamptz + interval '1 day')),
marks AS (DELETE FROM attendance WHERE session_id = ANY($1)),
heads AS (DELETE FROM head_count WHERE session_id = ANY($1)),
browsers AS (DELETE FROM check_in_browser WHERE session_id = ANY($1)),
settled AS (UPDATE register_tap SET chosen_at = $3
    WHERE session_id = ANY($1) AND outcome = 'conflict' AND chosen_at IS NULL)
DELETE FROM register WHERE session_id = ANY($1)"""
"""Also where nothing has arrived yet, if it is soon: what waits on a phone without a net was tapped before the move."""


async def end_registers(sessions: list[UUID], end: RegisterEnd, *, now: datetime) -> None:
    """These sessions, not begun yet, are moved or cancelled: what was marked already is no attendance. A moved one's
    register begins anew. Call it in the transaction of that act, before it is written."""
    await rows(END, sessions, end, now)


async def end_words(sessions: list[UUID]) -> set[UUID]:
    """Nobody has sent word about these sessions any more: they are cancelled, or at another time, which may suit.
    Returns the bookings that had. Nor has anybody said that they come then."""
    await rows("DELETE FROM coming_again WHERE session_id = ANY($1)", sessions)
    return set(
        await column("DELETE FROM sent_word WHERE session_id = ANY($1) RETURNING booking_id", sessions)
    )
