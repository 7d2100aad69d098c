"""A register as the page's own code is told of it, after each request."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from offers.attendance import rules
from offers.attendance.models import AttendanceState
from offers.attendance.taps.actions import mark_of
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import HEADS, Board, Face, Place, choices


class Value(NamedTuple):
    """What a field shows, with the version that a tap on it has then seen."""

    value: str | None
    version: int
    at: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that were said without having seen each other; to choose it is to tap it. `counts`: until
    somebody chooses."""

    field: str
    value: str | None
    at: datetime
    by: str | None
    mine: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Undecided:
    """A conflict: nobody's word is dropped, and somebody is to choose."""

    field: str
    booking: str | None
    version: int
    values: list[Choice]


@dataclass(frozen=True, slots=True)
class Shown:
    """The register: heads that are here, names that came, of how many, and each field that was ever marked."""

    closed: bool
    heads: int
    came: int
    of: int
    fields: dict[str, Value]
    conflicts: list[Undecided]


def key(place: Place) -> str:
    """A field as the page calls it."""
    return f"{place[0] or ''}:{place[1]}"


def shown(board: Board, parties: list[rules.Attendee], me: UUID | None, *, closed: bool) -> Shown:
    """What the register shows to whoever is `me` (a person or a substitute)."""
    marks = [mark for party in parties if (mark := mark_of(board, party))]
    fields = {key(place): _value(board, place, face) for place, face in board.faces.items()}
    if closed:  # nobody is left whom nobody has marked
        for party in parties:
            place = party.booking_id, Field.STATE
            if (face := board.face(place)).value is None and (away := rules.untouched(party)):
                as_closed = Face(away.state, face.at, face.by)
                fields[key(place)] = _value(board, place, as_closed)
    counted = board.face((None, Field.HEADS)).value
    came = [mark for mark in marks if mark.state is AttendanceState.PRESENT]
    return Shown(
        closed, sum(mark.seats for mark in came) + int(counted or 0), len(came), len(parties), fields,
        conflicts(board, me),
    )  # fmt: skip


def _value(board: Board, place: Place, face: Face) -> Value:
    return Value(face.value, board.version(place), face.at, face.by)


def conflicts(board: Board, me: UUID | None) -> list[Undecided]:
    """What is to be chosen, field by field. Heads and their parts are one."""
    found = []
    for booking, taps in board.written.items():
        for name in dict.fromkeys(
            Field.HEADS if tap.field in HEADS else tap.field for tap in taps if tap.undecided
        ):
            place = booking, Field(name)
            said = choices(board.of(place))
            if len(said) < 2:
                continue
            values = [
                Choice(
                    key((booking, Field(tap.field))), tap.value, tap.tapped_at, tap.by,
                    me is not None and me in (tap.person_id, tap.substitute_id),
                    board.face((booking, Field(tap.field))).value == tap.value,
                )
                for tap in said
            ]  # fmt: skip
            found.append(
                Undecided(key(place), str(booking) if booking else None, board.version(place), values)
            )
    return found
