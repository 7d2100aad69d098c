"""An organisation's own figures: exact, from its own registers, for those who have a role in the unit itself.

Besides the closing this is the only place that reads raw counts (a house test keeps it so). Parents and coordinators
read stored cells, as everybody else. There are counts here and nothing else: no names, and nobody's choices.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.clock import month_start, oslo
from marketplace.base.data.database import rows
from marketplace.statistics.counting import HELD
from marketplace.statistics.stored import Sum, Sums
from marketplace.statistics.yearly import SHOWN
from offers.catalogue.queries import offer_text, outside_office_hours
from offers.catalogue.recorded import HEADS, MARKS, MEETS


class OwnBy(StrEnum):
    """How an organisation's own numbers are divided. What something is, is what the offer says now."""

    OFFER = "offer"
    KIND = "kind"
    AUDIENCE = "audience"
    EVENING = "evening"


KEYS = {
    OwnBy.OFFER: "o.id",
    OwnBy.KIND: "o.kind",
    OwnBy.AUDIENCE: "o.main_audience",
    OwnBy.EVENING: outside_office_hours("s.starts_at"),
}
FIGURES = """WITH own AS (
    SELECT s.id, s.starts_at, {key} AS key, {evening} AS evening, {held} AS held
    FROM offer o JOIN session s ON s.offer_id = o.id
    WHERE o.owner_id = $3 AND o.state <> 'draft' AND o.main_audience <> 'staff' AND s.status <> 'cancelled'
        AND s.starts_at >= $1 AND s.starts_at < $2 AND s.ends_at <= $4
        AND ({meets} OR {held})
), present AS (
    SELECT w.id, w.starts_at, a.seats_present, a.pseudonym FROM own w JOIN {marks} a ON a.session_id = w.id
    WHERE w.held AND a.state = 'present'
), newcomer AS (
    SELECT DISTINCT ON (pseudonym) id FROM present WHERE pseudonym IS NOT NULL ORDER BY pseudonym, starts_at, id
), counted AS (
    SELECT w.*, extract(month FROM w.starts_at AT TIME ZONE 'Europe/Oslo')::int AS month,
        coalesce((SELECT sum(p.seats_present) FROM present p WHERE p.id = w.id), 0)
            + coalesce((SELECT n.count FROM {heads} n WHERE n.session_id = w.id AND w.held), 0) AS times,
        (SELECT count(*) FROM newcomer f WHERE f.id = w.id) AS people
    FROM own w)
SELECT month, key, sum(times)::bigint AS attendances, sum(people)::bigint AS people,
    count(*) FILTER (WHERE held) AS sessions, count(*) AS due, count(*) FILTER (WHERE held AND evening) AS evening
FROM counted GROUP BY 1, 2 ORDER BY 1"""
"""By month: what was held, how often people came, and who of them came here for the first time this year."""


class _Year(NamedTuple):
    year: int


class _Title(NamedTuple):
    id: UUID
    title: str


class _Figures(NamedTuple):
    """FIGURES of a month and group; `key` is of the kind that is asked for."""

    month: int
    key: Any
    attendances: int
    people: int
    sessions: int
    due: int
    evening: int


async def years(organization: UUID, now: datetime) -> list[int]:
    """The years in which it had sessions that are over, the newest first."""
    found = await rows(
        _Year,
        """SELECT DISTINCT extract(year FROM s.starts_at AT TIME ZONE 'Europe/Oslo')::int AS year
        FROM offer o JOIN session s ON s.offer_id = o.id WHERE o.owner_id = $1 AND s.ends_at <= $2
            AND s.status <> 'cancelled' AND o.state <> 'draft' AND o.main_audience <> 'staff' ORDER BY 1 DESC""",
        organization, now,
    )  # fmt: skip
    return [one.year for one in found]


async def offers(organization: UUID, lang: str) -> dict[UUID, str]:
    """The titles of its offers, in this language where there is one."""
    found = await rows(
        _Title,
        f"""SELECT o.id, t.title FROM offer o JOIN {offer_text("$2", "title")} t ON true
        WHERE o.owner_id = $1 ORDER BY o.id""",
        organization, lang,
    )  # fmt: skip
    return dict(found)


async def figures(
    organization: UUID, year: int, by: OwnBy, now: datetime
) -> tuple[dict[Any, dict[int, Sums]], tuple[int, int]]:
    """{group: {month: sums from January on}}, as stored figures are, up to the present month; and of the sessions that
    were held how many were outside office hours, and all."""
    statement = FIGURES.format(key=KEYS[by], evening=outside_office_hours("s.starts_at"), held=HELD,
                               marks=MARKS, heads=HEADS, meets=MEETS)  # fmt: skip
    limits = month_start(date(year, 1, 1)), month_start(date(year + 1, 1, 1))
    found = await rows(_Figures, statement, *limits, organization, now)
    last = last_month(year, now)
    grouped: dict[Any, dict[int, Sums]] = {}
    for key in dict.fromkeys(one.key for one in found):
        months = {one.month: one for one in found if one.key == key}
        so_far = dict.fromkeys(SHOWN, 0)
        grouped[key] = {}
        for month in range(1, last + 1):
            for measure in SHOWN:
                so_far[measure] += getattr(months[month], measure.value) if month in months else 0
            grouped[key][month] = {measure: Sum(number, 0, exact=True) for measure, number in so_far.items()}
    return grouped, (sum(one.evening for one in found), sum(one.sessions for one in found))


def last_month(year: int, now: datetime) -> int:
    """The last month of the year that there are numbers of: the present one is not over."""
    here = oslo(now)
    return 12 if year < here.year else here.month if year == here.year else 0
