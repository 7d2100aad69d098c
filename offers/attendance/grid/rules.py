"""Names and dates as a table: no database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from babel.support import LazyProxy

from marketplace.base.i18n import lazy
from marketplace.base.text import by_name
from offers.attendance.models import AttendanceState
from offers.attendance.rules import alike, shown_name

WORDS: dict[AttendanceState | None, LazyProxy] = {
    AttendanceState.PRESENT: lazy("kom"),
    AttendanceState.EXCUSED: lazy("ga beskjed"),
    AttendanceState.ABSENT: lazy("kom ikke"),
    None: lazy("ikke ført"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Somebody at a session. `row` is whose; `marked` what the register says (None: nothing that counts), with how many
    `seats`."""

    session_id: UUID
    row: UUID
    name: str | None
    sign: str
    shielded: bool
    marked: str | None
    seats: int

    @property
    def words(self) -> str:
        """What stands in the table."""
        said = str(WORDS[AttendanceState(self.marked) if self.marked else None])
        return f"{said} ({self.seats})" if self.seats > 1 else said


@dataclass(frozen=True, slots=True)
class Line:
    """A name, and what stands under each date: nothing where they were not expected. `came`: how often they did."""

    name: str
    words: list[str]
    came: int


def lines(cells: Iterable[Cell], sessions: Sequence[UUID]) -> list[Line]:
    """One line for each, as people read names."""
    found: dict[UUID, dict[UUID, Cell]] = {}
    for cell in cells:
        mine = found.setdefault(cell.row, {})
        # Whoever has two bookings at once came if one of them did.
        if cell.session_id not in mine or cell.marked == AttendanceState.PRESENT:
            mine[cell.session_id] = cell
    first = {whose: next(iter(mine.values())) for whose, mine in found.items()}
    same = alike((whose, one.name, one.shielded) for whose, one in first.items())
    made = [
        Line(
            shown_name(first[whose].name, first[whose].shielded, first[whose].sign, whose in same),
            [mine[session].words if session in mine else "" for session in sessions],
            sum(cell.marked == AttendanceState.PRESENT for cell in mine.values()),
        )
        for whose, mine in found.items()
    ]
    return sorted(made, key=lambda line: by_name(line.name))
