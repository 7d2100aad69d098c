"""The year before in the demo: only what would be left of it, the stored figures of months that are closed. Treffpunkt
began in March, and less went on than now."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo
from marketplace.base.data.database import in_transaction, rows
from marketplace.statistics.closing import LATE, STORE, closes_at
from marketplace.statistics.measures import EXACT, IDEA_DAYS, Measure
from marketplace.statistics.staircase import RULE, Staircase, stored
from offers.attendance.year_keys import fingerprint

SEASON = (0, 0, 45, 52, 58, 40, 15, 50, 68, 74, 70, 38)
"""How much went on in each month, as per cent of a good month this year."""
SAVED_LATE = 2
THIS_YEAR = """SELECT k.municipality_id, c.id, c.organization_id, c.main_audience, c.kind, c.district_id, c.evening,
    f.figures, k.number - coalesce((SELECT min(n.number) FROM closing n JOIN cell_figure g ON g.closing_id = n.id
        WHERE n.municipality_id = k.municipality_id AND n.year = k.year AND g.cell_id = c.id
            AND (g.figures ->> 'sessions')::int > 0), k.number) + 1 AS months
FROM closing k JOIN cell_figure f ON f.closing_id = k.id JOIN cell c ON c.id = f.cell_id
WHERE k.year = $1 AND k.number = (SELECT max(number) FROM closing x
    WHERE x.municipality_id = k.municipality_id AND x.year = $1) ORDER BY k.municipality_id, c.id"""
CLOSED_YEAR = """INSERT INTO year_key (year, fingerprint, made_at, closed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING year"""


@dataclass(frozen=True, slots=True)
class CellNow:
    """A cell with its figures of this year, and of how many months they are."""

    municipality_id: UUID
    id: UUID
    organization_id: UUID
    main_audience: str
    kind: str
    district_id: UUID | None
    evening: bool
    figures: str
    months: int


OF_PERSONS = (Measure.PEOPLE, Measure.CAME_THREE)
NOT_YET = (Measure.IDEAS, *IDEA_DAYS)
"""Nothing had come of the dialogue: it began late in that year."""
ONCE = (*OF_PERSONS, Measure.OFFERS, Measure.LISTED, Measure.LED_TOGETHER)
"""What is not counted anew each month."""


async def close(now: datetime) -> None:
    """Store the closings of the year before. Its key is made here, and gone with us, as that of every year that is
    over; so the demo has no more of that year than a real municipality."""
    year = oslo(now).year - 1
    if closes_at(year, LATE) > now:
        return
    key = secrets.token_bytes(32)
    cells: dict[UUID, list[CellNow]] = {}
    for cell in await rows(CellNow, THIS_YEAR, oslo(now).year):
        cells.setdefault(cell.municipality_id, []).append(cell)
    async with in_transaction():
        if not await rows(
            CLOSED_YEAR, year, fingerprint(key), closes_at(year - 1, LATE), closes_at(year, LATE)
        ):
            return
        for municipality, theirs in cells.items():
            for number in range(1, LATE + 1):
                closing = await rows(
                    """INSERT INTO closing (id, municipality_id, year, number, closed_at, rule, key_fingerprint)
                    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id""",
                    uuid7(), municipality, year, number, closes_at(year, number), RULE, fingerprint(key),
                )  # fmt: skip
                figures = [(cell.id, _stored(cell, number, year, key)) for cell in theirs]
                there = [(cell, json.dumps(each)) for cell, each in figures if each]
                if closing:
                    await rows(
                        STORE,
                        closing[0]["id"],
                        [cell for cell, _each in there],
                        [each for _cell, each in there],
                    )


def _stored(cell: CellNow, number: int, year: int, key: bytes) -> dict[Measure, int]:
    what = ("municipality_id", "organization_id", "main_audience", "kind", "district_id", "evening")
    return stored(Staircase(key, year, tuple(getattr(cell, name) for name in what)), _counted(cell, number))


def _counted(cell: CellNow, number: int) -> dict[Measure, int]:
    """What was counted from January to a closing, made from what a month is like this year."""
    now = {Measure(name): count for name, count in json.loads(cell.figures).items()}
    months = sum(SEASON[:number]) / 100 + (SAVED_LATE / 100 if number == LATE else 0)
    counts = {
        measure: round(count / max(cell.months, 1) * months)
        for measure, count in now.items()
        if measure not in ONCE and measure not in NOT_YET
    }
    if not counts.get(Measure.SESSIONS):
        return {}
    if helped := counts.get(Measure.VOLUNTEERS):  # of hours it is how long the sessions were that is counted
        said = counts.get(Measure.VOLUNTEERS_SAID, 0)
        counts[Measure.VOLUNTEER_HOURS] = round(60 * counts.get(Measure.VOLUNTEER_HOURS, 0) * said / helped)
    reached = min(1.1, 0.25 + months / 6)
    counts |= {measure: round(now.get(measure, 0) * reached) for measure in OF_PERSONS}
    return counts | {measure: now[measure] for measure in ONCE if measure in now and measure in EXACT}
