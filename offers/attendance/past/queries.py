"""Registers of what has been: which are recorded, begun or missing. Nobody's name is read here."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import rows
from marketplace.base.text import name_order
from offers.catalogue.queries import title_in
from offers.catalogue.recorded import HAS_REGISTER, REGISTERS_FOR, begun, recorded
from offers.publishing.queries import MINE, WAS, Was

PAGE = 20
MOST_OFFERS = 200


class Show(StrEnum):
    """Which registers a list shows."""

    ALL = "all"
    MISSING = "missing"
    BEGUN = "begun"
    RECORDED = "recorded"


WHICH = {
    Show.ALL: "true",
    Show.MISSING: f"NOT {recorded()} AND NOT {begun()}",
    Show.BEGUN: begun(),
    Show.RECORDED: recorded(),
}


@dataclass(frozen=True, slots=True)
class Past(Was):
    """And of which offer it is."""

    title: str


async def past(
    person: Any,
    lang: str,
    now: datetime,
    *,
    show: Show = Show.ALL,
    offer: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    most: int = PAGE,
) -> list[Past]:
    """A page of the sessions of what the person sees the participants of, the latest first, and one more that tells
    that there are more. `after`: when the last one that was seen begins, and its id."""
    return await rows(
        Past,
        f"""WITH {MINE} SELECT {WAS}, {title_in("$3")} AS title
        FROM mine JOIN offer o ON o.id = mine.id JOIN session s ON s.offer_id = o.id
        WHERE mine.sees AND {HAS_REGISTER} AND s.starts_at <= $2 AND ($4::uuid IS NULL OR o.id = $4)
            AND ($5::timestamptz IS NULL OR (s.starts_at, s.id) < ($5, $6::uuid)) AND {WHICH[show]}
        ORDER BY s.starts_at DESC, s.id DESC LIMIT $7""",
        person.id, now, lang, offer, *(after or (None, None)), most + 1,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer that one may look at alone."""

    id: UUID
    slug: str
    title: str


async def choices(person: Any, lang: str, now: datetime) -> list[Choice]:
    """The offers that have registers which the person sees, by title."""
    return await rows(
        Choice,
        f"""WITH {MINE} SELECT * FROM (SELECT o.id, o.slug, {title_in("$3")} AS title
            FROM mine JOIN offer o ON o.id = mine.id WHERE mine.sees AND EXISTS (
                SELECT FROM session s WHERE s.offer_id = o.id AND {HAS_REGISTER} AND s.starts_at <= $2)) x
        ORDER BY {name_order("x.title")}, x.id LIMIT {MOST_OFFERS}""",
        person.id, now, lang,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A session of which it is not known who came. `begun`: something is marked; `total`: how many there are."""

    id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    begun: bool
    total: int


async def unrecorded(person: Any, lang: str, now: datetime, most: int = 5) -> list[Unrecorded]:
    """Sessions of the last month that were over before today and are not recorded, the latest first."""
    return await rows(
        Unrecorded,
        f"""WITH {MINE} SELECT s.id, s.starts_at, s.ends_at, {title_in("$3")} AS title, {begun()} AS begun,
            count(*) OVER () AS total
        FROM mine JOIN offer o ON o.id = mine.id JOIN session s ON s.offer_id = o.id
        WHERE mine.sees AND {HAS_REGISTER} AND s.ends_at <= $2 AND s.starts_at > $4 AND NOT {recorded()}
        ORDER BY s.starts_at DESC, s.id LIMIT $5""",
        person.id, at_oslo(today(now), time()), lang, now - REGISTERS_FOR, most,
    )  # fmt: skip
