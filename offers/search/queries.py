"""The list of offers: one statement a page, whatever is asked for.

Its text depends only on which filters are used, so that the database's prepared statements are used again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.data.revision import catalogue
from marketplace.base.data.statement import Statement
from marketplace.base.data.texts import in_language_joins, said
from marketplace.base.quick.revised import Newest
from marketplace.base.text import name_order
from offers.catalogue.cards import CardRow
from offers.catalogue.queries import CURRENT, Viewer, published
from offers.search.asked import FEW, Found, Position, Put, Search
from offers.search.conditions import (
    ELSEWHERE,
    EQUAL,
    FARTHEST,
    FITS,
    ROOM,
    beginning,
    conditions,
    dates_asked,
    page_after,
)
from offers.search.equal.queries import read_equal
from offers.search.places.queries import away
from offers.search.words.near import WORD, by_plain

CARD = f"""o.id, o.slug, o.kind, o.audiences, o.main_audience, o.joining, o.sensitive, o.session_count, o.online_url,
    page.position, page.starts_at AS session_at, page.ends_at AS session_ends, w.name AS owner_name,
    v.name AS venue_name, page.metres, {said("title")} AS title, {said("summary")} AS summary,
    {said("lang")} AS lang, encode(i.sha256, 'hex') AS picture, p.capacity, p.taken, p.waiting, p.starts_at, p.ends_at,
    p.opens_at, p.closes_at,
    o.cost, o.age_from, o.age_to, array_to_string(o.spoken, ' ') AS spoken,
    CASE WHEN p.session_id IS NOT NULL AND NOT o.sensitive AND p.taken >= p.capacity THEN EXISTS (
        SELECT 1 FROM seat_pool l WHERE l.offer_id = o.id AND l.starts_at > page.starts_at AND {ROOM} OFFSET 0
    ) END AS room_later"""
_card = itemgetter(*CardRow._fields)
Line = dict[str, Any]
"""A line of a list's statement: a card's columns, and those by which it is paged."""


def _card_row(line: Line) -> CardRow:
    line["audiences"] = tuple(line["audiences"])  # so that what is kept can be found by it
    return CardRow._make(_card(line))


POOL = """p.session_id, p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at, p.opens_at,
    p.closes_at"""
JOINED = f"""LEFT JOIN organization w ON w.id = o.owner_id LEFT JOIN venue v ON v.id = page.venue_id
    LEFT JOIN picture i ON i.id = o.picture_id {in_language_joins("offer_text", "offer_id", "o", "$2")}
    LEFT JOIN LATERAL (
        SELECT {POOL} FROM seat_pool p WHERE p.offer_id = o.id AND p.session_id IS NULL
        UNION ALL SELECT {POOL} FROM seat_pool p WHERE p.offer_id = o.id AND p.starts_at = page.starts_at LIMIT 1
    ) p ON true"""
"""Texts in the reader's language (t), else the original (f); the seats of the offer, or of the session shown."""


async def search(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. Where next to none has all the words, also
    those that have some of them, after those."""
    if wanted.words:
        await read_equal()
    return await or_some_words(wanted, partial(look, viewer=viewer, lang=lang, now=now))


async def or_some_words(wanted: Search, look: Callable[[Search], Awaitable[Found]]) -> Found:
    """What a look finds; where next to nothing has all the words, also what has some of them, after that."""
    found = await look(wanted)
    if wanted.words and found.total < FEW and not wanted.after and not wanted.all_words:
        some = await look(replace(wanted, any_word=True, by_date=False, nearest_first=False))
        if len(some.rows) > found.total:
            return Found(some.rows, len(some.rows), None, with_all=found.total)
    return found


async def look(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """What has all the words, or any of them where that is what is `wanted`. Whoever asks for words has read those that
    mean the same."""
    (found,) = await looks([wanted], viewer=viewer, lang=lang, now=now)
    return found


async def looks(searches: Sequence[Search], *, viewer: Viewer, lang: str, now: datetime) -> list[Found]:
    """The same for several, in one statement."""
    asked = Statement(now, lang)
    seen = published(viewer).within(asked)
    lists = [
        f"SELECT {number} AS number, l.* FROM ({_listed(wanted, seen, asked.value)}) l"
        for number, wanted in enumerate(searches)
    ]
    found = await rows(
        f"{' UNION ALL '.join(lists)} ORDER BY number, page_rank DESC, position, id", *asked.values
    )
    return [
        _found(wanted, [line for line in found if line["number"] == number])
        for number, wanted in enumerate(searches)
    ]


def _found(wanted: Search, lines: list[Line]) -> Found:
    cards = [line for line in lines if line["id"] is not None]
    last = cards[wanted.page - 1] if len(cards) > wanted.page else None
    following = Position(last["position"], last["id"], last["page_rank"]) if last else None
    return Found([_card_row(line) for line in cards[: wanted.page]], lines[0]["total"], following)


def _listed(wanted: Search, seen: str, put: Put) -> str:
    """SQL: the page of a list and one row more, each with how many there are in all; a row of nothing but that where
    there is none. `seen`: who may see them. $1 is now, $2 the reader's language."""
    dates = dates_asked(wanted, put)
    hits, matches = conditions(wanted, seen, dates, put, shown="d.starts_at IS NOT NULL")
    # The first session of those asked for need not be the next; without dates the offer's own columns are in an index.
    # Where none was asked for by its time, what has no dates has a place of its own.
    session, shown, venue, first = (
        ("o.next_session_at", "o.next_session_at AS starts_at, o.next_session_ends AS ends_at",
         "coalesce(d.venue_id, o.venue_id)",
         f"LEFT JOIN ({ELSEWHERE}) d ON d.offer_id = o.id AND d.starts_at = o.next_session_at")
        if wanted.near and not dates else
        ("d.starts_at", "d.starts_at, d.ends_at", "coalesce(d.venue_id, o.venue_id)",
         f"{'' if wanted.dated else 'LEFT '}JOIN LATERAL (SELECT s.starts_at, s.ends_at, s.venue_id FROM session s "
         f"WHERE {dates} ORDER BY s.starts_at, s.id LIMIT 1) d ON true")
        if dates else
        ("o.next_session_at", "o.next_session_at AS starts_at, o.next_session_ends AS ends_at", "o.venue_id", "")
    )  # fmt: skip
    rank, joined, metres, near = "0::bigint", "", "NULL::int", ""
    if wanted.words and wanted.ranked:
        rank, joined = "h.rank", "JOIN hits h ON h.offer_id = o.id"
    if wanted.near:
        metres, near = "n.metres", f"near AS MATERIALIZED ({away(*map(put, wanted.near.columns))})"
        first += f" LEFT JOIN near n ON n.venue_id = {venue}"
        nearness = f"coalesce({FARTHEST} - n.metres, 0)::bigint"
        if joined and not wanted.nearest_first:
            rank = f"({rank} / {EQUAL} * {FARTHEST} + {nearness})"
        elif wanted.ranked:
            rank, joined = nearness, ""
    elif wanted.fitting and wanted.ranked:
        rank = f"(({rank} / {EQUAL} * {FITS} + {_fit(wanted, put)}) * {EQUAL} + {rank} % {EQUAL})"
    listing = f"""SELECT o.id, {session} AS position, {rank} AS rank, {shown}, {venue} AS venue_id, {metres} AS metres
        FROM offer o JOIN organization w ON w.id = o.owner_id {joined} {first} WHERE {matches}"""
    best = "rank DESC, " if wanted.ranked else ""
    order = f"ORDER BY {best}position, id"
    if wanted.after is None:
        page = f"SELECT * FROM found {order} LIMIT {wanted.page + 1}"
    else:
        page = page_after(wanted, listing, session, order, put)
    queries = beginning(
        near,
        hits,
        f"found AS MATERIALIZED ({listing} {order} LIMIT {wanted.counted + 1})",
        f"page AS ({page})",
    )
    return f"""{queries} SELECT c.total, page.rank AS page_rank, {CARD}
        FROM (SELECT count(*) AS total FROM found) c LEFT JOIN page ON true
        LEFT JOIN offer o ON o.id = page.id {JOINED}"""


def _fit(wanted: Search, put: Put) -> str:
    """SQL, from 0 to 2: how well an offer o fits whom it is looked for. Best where it is for them most of all, or says
    an age; then where they are among those whom it is for."""
    whom = f"{put([*wanted.whom])}::text[]"
    said = "" if wanted.age is None else " OR coalesce(o.age_from, 0) > 0 OR o.age_to IS NOT NULL"
    return (
        f"(CASE WHEN o.main_audience = ANY({whom}){said} THEN 2 WHEN o.audiences && {whom} THEN 1 ELSE 0 END)"
    )


Shown = tuple[UUID, datetime | None, datetime | None, UUID | None]
"""An offer, and from when, to when and where what is shown of it is."""


async def card_rows(shown: Sequence[Shown], *, lang: str, now: datetime) -> dict[Shown, CardRow]:
    """What a list shows of each of these that is still there. Who chose them has asked who may see them."""
    found = await rows(
        f"""WITH page AS (SELECT u.*, starts_at AS position, NULL::int AS metres
                FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::uuid[])
                    WITH ORDINALITY u(id, starts_at, ends_at, venue_id, place))
            SELECT page.place, {CARD} FROM page JOIN offer o ON o.id = page.id {JOINED}
            WHERE $1::timestamptz IS NOT NULL""",
        now, lang, *zip(*shown, strict=True),
    )  # fmt: skip
    return {shown[line["place"] - 1]: _card_row(line) for line in found}


class Named(NamedTuple):
    """What somebody is called; `sort` is municipality or organization."""

    sort: str
    slug: str
    name: str


_named = Newest[dict[tuple[str, str], str]](catalogue, f"{__name__}.all_names")


async def all_names() -> dict[tuple[str, str], str]:
    """What municipalities and approved organisations are called, by ("municipality" or "organization", slug), in the
    order of their names."""
    return await _named.get((), _all_names)


async def _all_names() -> dict[tuple[str, str], str]:
    found = await rows(
        Named,
        f"""SELECT * FROM (SELECT 'municipality' AS sort, slug, name FROM municipality UNION ALL
            SELECT 'organization', slug, name FROM organization WHERE state = 'approved') known
        ORDER BY {name_order("name")}, slug""",
    )
    return {(one.sort, one.slug): one.name for one in found}


_spelled = Newest[dict[str, str]](catalogue, f"{__name__}.spelled_right")


async def spelled_right(viewer: Viewer, now: datetime) -> dict[str, str]:
    """The words, `by_plain`, of titles and summaries of what the viewer may see in this minute; never those of
    sensitive offers, that nobody is led there by a slip of the finger."""
    key = (viewer, now.replace(second=0, microsecond=0))
    return await _spelled.get(key, partial(_spelled_right, viewer, now))


async def _spelled_right(viewer: Viewer, now: datetime) -> dict[str, str]:
    asked = Statement(now)
    words = await value(
        f"""SELECT string_agg(t.title || ' ' || t.summary, ' ') FROM (
            SELECT o.id FROM offer o JOIN organization w ON w.id = o.owner_id
            WHERE {published(viewer).within(asked)} AND {CURRENT.format(now="$1")} AND NOT o.sensitive
            ORDER BY o.next_session_at, o.id LIMIT 2000) o JOIN offer_text t ON t.offer_id = o.id""",
        *asked.values,
    )
    return by_plain(WORD.findall((words or "").lower()))
