"""The lines of a register as its page draws them: with what is on each, and nothing left for the template to judge.

One page has forty of them, so they are made here in one go and not by a macro each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.i18n import at_clock, ngettext
from marketplace.base.i18n import gettext as _
from marketplace.base.text import isolated
from offers.attendance.models import AttendanceState
from offers.attendance.rules import Attendee
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Board, most_of
from offers.attendance.taps.shown import Undecided, conflicts
from offers.participants.queries import Answer


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values of a conflict, as its button says it, with who and when. `value` is what the form sends."""

    value: str
    field: str
    said: str | None
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Either:
    """A conflict: what is asked, and the values to choose between."""

    question: str
    field: str
    version: int
    options: list[Option]


class Line(NamedTuple):
    """A party: `mood` is how its line looks, `says` the word beside the switch. `seats` is how many came, or would. The
    template takes it apart, in this order."""

    number: int
    booking: str
    name: str
    note: str
    mood: str
    says: str
    here: bool
    excused: bool
    absent: bool
    version: int
    seats: int
    seats_version: int
    most: int
    eithers: list[Either]
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form on the page holds: what stands, or what somebody sent that could not be saved."""

    present: set[str]
    states: Mapping[UUID, AttendanceState]
    seats: Mapping[UUID, int]


def lines(
    board: Board,
    parties: list[Attendee],
    typed: Typed,
    undecided: Mapping[str | None, list[Either]],
    answers: Mapping[UUID, list[Answer]] | None = None,
) -> list[Line]:
    """A line for each party. `answers`: what they answered the organiser; hosts read it, substitutes do not."""
    here, word, gone = _("Her"), _("Ga beskjed"), _("Kom ikke")
    made = []
    for number, party in enumerate(parties, 1):
        booking = str(party.booking_id)
        present = booking in typed.present
        state = None if present else typed.states.get(party.booking_id)
        excused, absent = state is AttendanceState.EXCUSED, state is AttendanceState.ABSENT
        eithers = undecided.get(booking, [])
        made.append(Line(
            number, booking, party.shown, _note(party),
            "conflict" if eithers else "here" if present else "word" if excused else "gone" if absent else "",
            here if present else word if excused else gone if absent else "", present, excused, absent,
            board.version((party.booking_id, Field.STATE)), typed.seats.get(party.booking_id, party.came),
            board.version((party.booking_id, Field.SEATS)), most_of(party.seats), eithers,
            (answers or {}).get(party.booking_id, []),
        ))  # fmt: skip
    return made


def first_different(drawn: list[Line]) -> str | None:
    """The first line that somebody is to choose in, as the page names it."""
    return next((f"m{line.number}" for line in drawn if line.eithers), None)


def _note(party: Attendee) -> str:
    """What the host is to know before they come."""
    said = [_("Har meldt fra")] if party.sent_word else []
    if party.checked_in:
        said.append(_("Meldte seg selv"))
    if party.seats > 1:
        others = ngettext("Tar med én til", "Tar med %(num)s til", party.seats - 1)
        said.append(
            f"{others}: {', '.join(isolated(name) for name in party.with_them)}"
            if party.with_them
            else others
        )
    return " · ".join(said)


def eithers(board: Board, parties: list[Attendee], me: UUID) -> dict[str | None, list[Either]]:
    """What is to be chosen, of each booking and of the session itself."""
    names = {str(party.booking_id): party.shown for party in parties}
    themselves = {str(party.booking_id) for party in parties if party.checked_in}
    found: dict[str | None, list[Either]] = {}
    for one in conflicts(board, me):
        if one.booking is None or one.booking in names:
            found.setdefault(one.booking, []).append(
                _either(
                    one,
                    names.get(one.booking or ""),
                    _("seg selv") if one.booking in themselves else _("noen"),
                )
            )
    return found


def _either(one: Undecided, name: str | None, nameless: str) -> Either:
    """`nameless`: who it was where no host's name is known."""
    asked = one.field.rpartition(":")[2]
    if asked == Field.STATE:
        question = _("Dere har skrevet ulikt. Hva skjedde med %(name)s?", name=isolated(name or ""))
    elif asked == Field.VOLUNTEERS:
        question = _("Dere har skrevet ulikt. Hvor mange hjalp til?")
    else:
        question = _("Dere har skrevet ulikt. Hvor mange kom?")
    return Either(question, one.field, one.version, [
        Option(
            f"{each.field}={each.value or ''}", each.field, each.value,
            _words(Field(each.field.rpartition(":")[2]), each.value), _who(each.by or nameless, each.mine, each.at),
        )
        for each in one.values
    ])  # fmt: skip


def _who(by: str, mine: bool, at: datetime) -> str:
    who = _("du") if mine else isolated(by)
    return _("%(who)s, %(clock)s", who=who, clock=at_clock(at))


def _words(field: Field, value: str | None) -> str:
    if field is Field.STATE:
        return {
            None: _("Ikke merket"), AttendanceState.PRESENT: _("Her"), AttendanceState.ABSENT: _("Kom ikke"),
            AttendanceState.EXCUSED: _("Ga beskjed"),
        }[AttendanceState(value) if value else None]  # fmt: skip
    if value is None:
        return _("Som påmeldt") if field is Field.SEATS else _("Ikke talt")
    number = int(value)
    if field is Field.ADULTS:
        return ngettext("%(num)s voksen", "%(num)s voksne", number)
    if field is Field.CHILDREN:
        return ngettext("%(num)s barn", "%(num)s barn", number)
    if field is Field.VOLUNTEERS:
        return ngettext("%(num)s frivillig", "%(num)s frivillige", number)
    return ngettext("%(num)s kom", "%(num)s kom", number)
