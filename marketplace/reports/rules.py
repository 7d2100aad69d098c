"""When a report may be approved, and by whom: pure decisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from marketplace.base.clock import month_start
from marketplace.base.errors import Conflict, Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import lazy
from marketplace.reports.models import ReportVersion, ReportWords

WHOLE_YEAR = 12
"""Number of the closing of December."""


class AlreadyApproved(Conflict):
    """The version was approved meanwhile: it stays as it is."""

    def __init__(self) -> None:
        super().__init__(
            _("Rapporten er godkjent, og kan ikke endres. Lag en ny versjon hvis noe skal rettes.")
        )


def still_draft(approved: object) -> None:
    """Raises AlreadyApproved: what is approved stays as it is."""
    if approved:
        raise AlreadyApproved


def correctable(approved: bool) -> None:
    """Raises Refused while there is a draft: it is changed, not corrected."""
    if not approved:
        raise Refused(_("Det er allerede et utkast til en ny versjon."))


class Objection(StrEnum):
    """Why a report is not approved yet."""

    NOT_OVER = "not_over"
    NOT_CLOSED = "not_closed"
    LACKING = "lacking"
    ALONE = "alone"


OBJECTIONS = {
    Objection.NOT_OVER: lazy("Året er ikke over ennå. Rapporten kan godkjennes når desember er talt."),
    Objection.NOT_CLOSED: lazy("Desember er ikke talt ennå. Det skjer natt til 1. januar."),
    Objection.LACKING: lazy("Skriv hvorfor målene ikke ble nådd, før rapporten godkjennes."),
    Objection.ALONE: lazy(
        "Du har skrevet denne rapporten alene. Be en annen koordinator lese og godkjenne den."
    ),
}


@dataclass(frozen=True)
class Facts:
    """What is asked about a draft. `closing`: number of the newest closing of its year, None where the year has none;
    `coordinators`: how many the municipality has."""

    year: int
    closing: int | None
    lacking: int
    writers: frozenset[UUID | None]
    coordinators: int


def over(year: int, now: datetime) -> bool:
    """Is the year over in Norway?"""
    return now >= month_start(date(year + 1, 1, 1))


def objections(facts: Facts, by: UUID, now: datetime) -> list[Objection]:
    """Why this person cannot approve it now. A year from before the first closing has none to wait for."""
    found = []
    if not over(facts.year, now):
        found.append(Objection.NOT_OVER)
    elif facts.closing is not None and facts.closing < WHOLE_YEAR:
        found.append(Objection.NOT_CLOSED)
    if facts.lacking:
        found.append(Objection.LACKING)
    if facts.coordinators > 1 and facts.writers == {by}:
        found.append(Objection.ALONE)
    return found


def writers(version: ReportVersion, words: Iterable[ReportWords]) -> frozenset[UUID | None]:
    """Who wrote what is new in a version: the words that stand and were written in it, and the reason of a correction.
    Where nobody wrote, it is whoever made it. None is somebody who has been forgotten since."""
    new = {one.written_by_id for one in words if one.text and one.written_at >= version.made_at}
    return frozenset(new | ({version.made_by_id} if version.reason or not new else set()))
