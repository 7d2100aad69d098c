"""What a week holds, of the same search as the list: one statement for its sessions, and one for what has no dates."""

from datetime import date, datetime
from typing import NamedTuple

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from marketplace.base.data.texts import in_language_joins, said
from offers.catalogue.opening import covers
from offers.catalogue.queries import Viewer, published
from offers.catalogue.states import SessionStatus
from offers.search.asked import Search
from offers.search.conditions import PART, beginning, conditions, dates_asked, without_dates

CELL = 6
"""So many are shown of a part of a day, and of what has no dates; of the rest it is said how many."""
LOCAL = "(s.starts_at AT TIME ZONE 'Europe/Oslo')"


class Meeting(NamedTuple):
    """A session of the week, with its own place and seats, or its offer's. `in_cell`: so many begin in this part of
    this day."""

    slug: str
    title: str
    lang: str
    joining: str
    sensitive: bool
    online_url: str | None
    venue_name: str | None
    moved: bool
    day: date
    part: str
    session_at: datetime
    session_ends: datetime
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    in_cell: int


class Dateless(NamedTuple):
    """An offer without dates. `in_all`: so many there are."""

    slug: str
    title: str
    lang: str
    in_all: int


async def meetings(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> list[Meeting]:
    """The sessions that are asked for, in the order of time, at most CELL of each part of each day. `wanted` says
    between when: a week."""
    asked = Statement(now, lang)
    seen, dates = published(viewer).within(asked), dates_asked(wanted, asked.value)
    hits, matches = conditions(wanted, seen, dates, asked.value, shown="true")
    found = f"""found AS (
        SELECT o.id AS offer_id, s.id AS session_id, s.starts_at, s.ends_at, s.venue_id, s.status,
            {LOCAL}::date AS day, {PART.format(local=LOCAL)} AS part
        FROM offer o JOIN organization w ON w.id = o.owner_id JOIN session s ON {dates} WHERE {matches})"""
    placed = """placed AS (
        SELECT *, count(*) OVER (PARTITION BY day, part) AS in_cell,
            row_number() OVER (PARTITION BY day, part ORDER BY starts_at, offer_id, session_id) AS place FROM found)"""
    return await rows(
        Meeting,
        f"""{beginning(hits, found, placed)}
        SELECT o.slug, {said("title")} AS title, {said("lang")} AS lang, o.joining, o.sensitive, o.online_url,
            v.name AS venue_name, m.status = '{SessionStatus.MOVED.value}' AS moved, m.day, m.part,
            m.starts_at AS session_at, m.ends_at AS session_ends, p.capacity - p.reserved AS capacity, p.taken,
            p.waiting, p.starts_at, p.ends_at, p.opens_at, p.closes_at, m.in_cell
        FROM placed m JOIN offer o ON o.id = m.offer_id LEFT JOIN venue v ON v.id = coalesce(m.venue_id, o.venue_id)
            LEFT JOIN seat_pool p ON p.offer_id = o.id AND {covers("m.session_id")}
            {in_language_joins("offer_text", "offer_id", "o", "$2")}
        WHERE m.place <= {CELL} ORDER BY m.starts_at, m.offer_id, m.session_id""",
        *asked.values,
    )


async def dateless(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> list[Dateless]:
    """What the list shows after all that has a date, at most CELL; nothing where a date is asked for. `wanted` is
    without a week."""
    if wanted.dated:
        return []
    asked = Statement(now, lang)
    seen = published(viewer).within(asked)
    hits, matches = conditions(wanted, seen, "", asked.value)
    return await rows(
        Dateless,
        f"""{beginning(hits)}
        SELECT o.slug, {said("title")} AS title, {said("lang")} AS lang, o.in_all FROM (
            SELECT o.id, o.slug, o.source_lang, count(*) OVER () AS in_all
            FROM offer o JOIN organization w ON w.id = o.owner_id
            WHERE {without_dates(wanted, asked.value)} AND {matches}
            ORDER BY o.id LIMIT {CELL}) o
        {in_language_joins("offer_text", "offer_id", "o", "$2")} ORDER BY o.id""",
        *asked.values,
    )
