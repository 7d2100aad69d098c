"""The one rule by which a count of people becomes a number that is stored: no database, no clock (docs/statistics.md).

Of each cell and year there is one staircase. It goes up by five, and step q (0, 1, 2 …) stands at 5q + t, where t is
one of 1 to 5 and comes from the year's key: nobody who lacks the key knows it. The same staircase holds for every month
and every measure of the cell, so the same count gives the same number for ever, a part never rounds above its whole,
and asking again tells nothing new.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.statistics.measures import EXACT, Measure

STEP = 5
RULE = 2
"""Version of this rule: it is stored with every closing, and raised when anything here changes."""


@dataclass(frozen=True)
class Staircase:
    """The staircase of a cell in a year. `cell` is what the cell is, not its row's id: what is made again from a backup
    has the same."""

    key: bytes
    year: int
    cell: tuple[UUID | str | bool | None, ...]

    def tread(self, step: int) -> int:
        """How far above 5 × step that step stands: 1 to 5, each as likely."""
        what = "\0".join(["staircase", str(self.year), *map(str, self.cell), str(step)])
        digest = hmac.digest(self.key, what.encode(), hashlib.sha256)
        return 1 + int.from_bytes(digest[:16]) % STEP

    def rounded(self, count: int) -> int:
        """5 × the steps that the count has reached: a neighbouring multiple of 5, and multiples stay. On average over
        keys it is the count itself."""
        whole, rest = divmod(count, STEP)
        return STEP * (whole + (rest > 0 and rest >= self.tread(whole)))


def hours(volunteers: int, minutes: int, sessions: int) -> int:
    """The hours of so many (rounded) volunteers, each as long as these sessions lasted on average: to the nearest five,
    as all that is stored of people. It is made of what is told anyway. The hours themselves would tell more: one
    volunteer gives as many as a session lasts, so that sessions of five hours say how many they were."""
    return STEP * round(volunteers * minutes / (60 * STEP * sessions)) if sessions else 0


def stored(staircase: Staircase, counts: Mapping[Measure, int]) -> dict[Measure, int]:
    """What is stored of a cell's counts. What rounds to nothing is left out, as what is nothing: the store does not
    tell them apart either. Volunteers' hours come as the minutes of the sessions that say who helped."""
    figures: dict[Measure, int] = {
        measure: count if measure in EXACT else staircase.rounded(count)
        for measure, count in counts.items()
        if measure != Measure.VOLUNTEER_HOURS
    }
    figures[Measure.VOLUNTEER_HOURS] = hours(
        figures.get(Measure.VOLUNTEERS, 0), counts.get(Measure.VOLUNTEER_HOURS, 0),
        counts.get(Measure.VOLUNTEERS_SAID, 0),
    )  # fmt: skip
    return {measure: figure for measure, figure in figures.items() if figure}
