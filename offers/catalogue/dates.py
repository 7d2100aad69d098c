"""The dates of an offer as its page shows them: what is left of each, and which stand where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.clock import oslo
from marketplace.base.i18n import days_span, lazy, when
from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import Kind
from offers.catalogue.models import BOOKED, Joining
from offers.catalogue.queries import SESSIONS_SHOWN, DateRow, OfferRow
from offers.catalogue.rules import NOTHING, Seats, seats

BUTTONS = {"book": lazy("Meld på"), "wait": lazy("Stå på venteliste"), "ask": lazy("Spør om plass")}
FIRST, FOLD = 5, 10
"""Dates that stand open on the page, and dates that one press unfolds: nobody reads more at once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A date of the offer: what is left of it, and where (`href`) to book it when it is booked by itself. `opens`: the
    session, where booking it opens later; `file`: it alone for a calendar; `place`: another one than the offer's."""

    starts_at: datetime
    ends_at: datetime
    when_text: str
    state: str = ""
    text: str = ""
    act: str = ""
    note: str = ""
    called_off: bool = False
    moved: bool = False
    opens: UUID | None = None
    file: str = ""
    href: str = ""
    place: str = ""

    @property
    def button(self) -> str | None:
        return BUTTONS.get(self.act)


class Fold(NamedTuple):
    """Dates that are folded away, and the words that unfold them."""

    words: str
    lines: list[Line]


def line(session: DateRow, offer: OfferRow, now: datetime, book_at: str) -> Line:
    """A date as the page shows it. `book_at`: where the offer is booked."""
    told = NOTHING
    if session.called_off:
        told = Seats("cancelled", _("Avlyst"))
    elif offer.joining == Joining.PER_SESSION:
        told = seats(offer.joining, session, offer.sensitive, now)
    notes = [_("Ny tid eller nytt sted.") if session.moved else "", session.note, session.other_venue or ""]
    no_file = session.called_off or offer.joining in BOOKED or not offer.in_calendars
    return Line(
        session.session_at,
        session.session_ends,
        when(session.session_at, session.session_ends),
        *told,
        note=" ".join(note for note in notes if note),
        called_off=session.called_off,
        moved=session.moved,
        opens=session.id if session.opens_at and now < session.opens_at else None,
        file="" if no_file else f"/calendar/sessions/{session.id}.ics",
        href=f"{book_at}{'&' if '?' in book_at else '?'}session={session.id}" if told.act else "",
        place=session.other_venue or "",
    )


def to_choose(lines: list[Line], kind: str) -> list[Line]:
    """The dates to show: of a conversation's many slots only those that one can book or wait for, if there are any."""
    possible = [one for one in lines if one.act]
    return possible if possible and kind == Kind.CONVERSATION else lines


def all_of_them(lines: list[Line]) -> str:
    """Alle 14 datoene. Where there may be more than we have read, nobody says how many."""
    number = len(lines)
    return _("Alle %(number)s datoene", number=number) if number < SESSIONS_SHOWN else _("Flere datoer")


def folds(lines: list[Line]) -> list[Fold]:
    """What comes after the first dates: under one word where they are few, else ten at a time."""
    rest = lines[FIRST:]
    if len(rest) <= FOLD:
        return [Fold(all_of_them(lines), rest)] if rest else []
    parts = [rest[start : start + FOLD] for start in range(0, len(rest), FOLD)]
    return [Fold(days_span(day_of(part[0]), day_of(part[-1])), part) for part in parts]


def slots(coming: list[Line]) -> list[tuple[str, list[list[Line]]]]:
    """("book" or "wait", days with their times) of a conversation: the free ones first."""
    days = [(act, by_day(one for one in coming if one.act == act)) for act in ("book", "wait")]
    return [(act, times) for act, times in days if times]


def by_day(times: Iterable[Line]) -> list[list[Line]]:
    """Times that start on the same day together, in the order they come."""
    days: dict[date, list[Line]] = {}
    for one in times:
        days.setdefault(day_of(one), []).append(one)
    return list(days.values())


def day_of(one: Line) -> date:
    return oslo(one.starts_at).date()


def next_line(coming: list[Line]) -> Line | None:
    """The first date with room; else the first where one may wait; else the first."""
    for act in ("book", "wait"):
        for one in coming:
            if one.act == act:
                return one
    return coming[0] if coming else None
