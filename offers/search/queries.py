"""The list of offers: one statement a page, whatever is asked for.

Its text depends only on which filters are used, so that the database's prepared statements are used again.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
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
from offers.catalogue.models import Joining, Kind
from offers.catalogue.opening import has_room, is_open
from offers.catalogue.queries import CURRENT, Viewer, outside_office_hours, published
from offers.search.equal.queries import equal_now, read_equal
from offers.search.places.queries import away, in_districts
from offers.search.places.rules import Near
from offers.search.words.asked import questions
from offers.search.words.asked import sql as tsquery
from offers.search.words.near import WORD

Put = Callable[[Any], str]
"""Adds a value to the statement and gives its placeholder."""

Query = dict[str, Any]
"""What stands in the address of a list, by name: a text or several."""
PAGE = 20
FEW = 3
"""Where fewer have all the words, those that have some of them are shown too."""
COUNTED = 200
"""Matches are counted up to this: more is "over 200", and no count of a large catalogue slows the list down."""


@dataclass(frozen=True)
class Position:
    """The place in the list after which a page begins. Lists go by the session shown, then id; no date stands last.
    With words or near a place they go by `rank` before that."""

    starts_at: datetime | None
    id: UUID
    rank: int = 0


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Nothing set: all offers that are not over.

    Of the offer: `age` of who comes, whom it has no limits against; `spoken`: one of these languages is; `costs`: it is
    said to cost so; `online`: on the web; `drop_in` None: both; `no_booking`: there is nothing to book; `organization`,
    or one of `organizers` (slugs), owns it or takes part in it; `not_begun`: without courses that are booked as a whole
    and have begun. `any_word`: one of the words is enough; `all_words`: never.

    Of one and the same session, the first of which is shown and has its place in the list: `between`, it starts from
    the first moment until before the second; `weekdays` (1 is Monday); `parts` of the day; `evening`, or a weekend;
    `access`: it is where all of these are known to be; `districts`, by their names in addresses, and `within` so many
    kilometres, if any, from `near`; `free`: there is a seat in it. An offer without dates is asked for the last ones
    only, from `access` on, by its own place and its own seats.

    `by_date`: in the order of dates, also where there are words or a place to be near. `nearest_first`: in the
    order of distances, also where there are words. `counted`: how far matches are counted, for who only wants the
    first few."""

    words: str = ""
    any_word: bool = False
    all_words: bool = False
    by_date: bool = False
    nearest_first: bool = False
    place: str = ""
    near: Near | None = None
    within: int | None = None
    districts: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    age: int | None = None
    spoken: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()
    online: bool = False
    no_booking: bool = False
    weekdays: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    between: tuple[datetime, datetime] | None = None
    drop_in: bool | None = None
    free: bool = False
    evening: bool = False
    not_begun: bool = False
    organization: UUID | None = None
    after: Position | None = None
    page: int = PAGE
    counted: int = COUNTED

    @property
    def ranked(self) -> bool:
        """Does what answers best, or is nearest, stand first?"""
        return bool(self.words or self.near) and not self.by_date

    @property
    def dated(self) -> bool:
        """Is the session shown one that was asked for by its time?"""
        return bool(self.between or self.evening or self.weekdays or self.parts)

    @property
    def placed(self) -> bool:
        """Is it asked where the session shown is?"""
        return self.near is not None or bool(self.districts)


@dataclass(frozen=True)
class Found:
    """A page of offers, how many match in all (at most `counted` + 1), and where the next begins.
    `with_all`: so many have all the words, and the rest some of them; None where all have them all."""

    rows: list[CardRow]
    total: int
    next: Position | None
    with_all: int | None = None

    @property
    def many(self) -> bool:
        return self.total > COUNTED


WILL_BE = """NOT EXISTS (
    SELECT 1 FROM session x WHERE x.id = l.session_id AND x.status = 'cancelled' OFFSET 0)"""
"""The session of the pool l is not called off. OFFSET 0 keeps the planner from hashing the whole table."""
ROOM = f"{has_room('l')} AND {WILL_BE}"
"""The pool l has a seat left and its session will be."""
OPEN = f"{is_open(p='l')} AND {ROOM}"
"""A seat of the pool l can be booked now."""

FREE = f"{is_open(p='l')} AND (o.sensitive OR {has_room('l')}) AND {WILL_BE}"
"""What who asks for free places gets. How full a sensitive offer is is nobody's business: it counts as not full."""

BEGUN = f"""o.joining = '{Joining.WHOLE.value}' AND EXISTS (SELECT 1 FROM seat_pool l
    WHERE l.offer_id = o.id AND l.session_id IS NULL AND l.starts_at <= $1 OFFSET 0)"""
"""Is offer o booked as a whole, and has begun? $1 is now."""

EVENING = outside_office_hours("s.starts_at")

FARTHEST = 100_000_000
"""Metres that no place is away: the nearer, the higher is the rank, and 0 where nobody knows."""
EQUAL = 1_000_000
"""Of RANKED: so much more is an answer of another kind. Among those of one kind the nearest goes first."""

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


def _card_row(line: dict[str, Any]) -> CardRow:
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

RANKED = """round(1e6 * (ts_rank('{.1, .3, .5, 1}', search, a.near) + (search @@ a.exact)::int
    + (search @@ a.all_exact)::int + 2 * (search @@ a.all_words)::int))"""
"""How well a text answers: words as they were typed before what means the same; the title before the summary, the
organiser, the kind and whom it is for, then the parts of their compounds, then the rest."""


async def search(wanted: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """The offers that match, that the viewer may see and that are not over. Where next to none has all the words, also
    those that have some of them, after those."""
    if wanted.words:
        await read_equal()
    return await or_some_words(wanted, partial(_search, viewer=viewer, lang=lang, now=now))


async def or_some_words(wanted: Search, look: Callable[[Search], Awaitable[Found]]) -> Found:
    """What a look finds; where next to nothing has all the words, also what has some of them, after that."""
    found = await look(wanted)
    if wanted.words and found.total < FEW and not wanted.after and not wanted.all_words:
        some = await look(replace(wanted, any_word=True, by_date=False, nearest_first=False))
        if len(some.rows) > found.total:
            return Found(some.rows, len(some.rows), None, with_all=found.total)
    return found


async def _search(wanted: Search, viewer: Viewer, lang: str, now: datetime) -> Found:
    asked = Statement(now, lang)
    put = asked.value
    seen, dates = published(viewer).within(asked), dates_asked(wanted, put)
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
    listing = f"""SELECT o.id, {session} AS position, {rank} AS rank, {shown}, {venue} AS venue_id, {metres} AS metres
        FROM offer o JOIN organization w ON w.id = o.owner_id {joined} {first} WHERE {matches}"""
    best = "{of}rank DESC, " if wanted.ranked else ""
    by = f"ORDER BY {best}{{of}}position, {{of}}id"
    order = by.format(of="")
    if wanted.after is None:
        page = f"SELECT * FROM found {order} LIMIT {wanted.page + 1}"
    else:
        page = _page_after(wanted, listing, session, order, put)
    found = await rows(
        f"""{
            beginning(
                near,
                hits,
                f"found AS MATERIALIZED ({listing} {order} LIMIT {wanted.counted + 1})",
                f"page AS ({page})",
            )
        }
        SELECT c.total, page.rank, {CARD}
        FROM (SELECT count(*) AS total FROM found) c LEFT JOIN page ON true LEFT JOIN offer o ON o.id = page.id
        {JOINED} {by.format(of="page.")}""",
        *asked.values,
    )
    total = found[0]["total"]
    cards = [row for row in found if row["id"] is not None]
    last = cards[wanted.page - 1] if len(cards) > wanted.page else None
    following = Position(last["position"], last["id"], last["rank"]) if last else None
    return Found([_card_row(line) for line in cards[: wanted.page]], total, following)


Shown = tuple[UUID, datetime | None, datetime | None, UUID | None]
"""An offer, and from when, to when and where what is shown of it is."""


async def card_rows(shown: Sequence[Shown], *, lang: str, now: datetime) -> list[CardRow]:
    """What a list shows of these, in no order. Who chose them has asked who may see them."""
    found = await rows(
        f"""WITH page AS (SELECT u.*, starts_at AS position, NULL::int AS metres
                FROM unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::uuid[])
                    u(id, starts_at, ends_at, venue_id))
            SELECT {CARD} FROM page JOIN offer o ON o.id = page.id {JOINED} WHERE $1::timestamptz IS NOT NULL""",
        now, lang, *zip(*shown, strict=True),
    )  # fmt: skip
    return [_card_row(line) for line in found]


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


_spelled = Newest[set[str]](catalogue, f"{__name__}.spelled_right")


async def spelled_right(viewer: Viewer, now: datetime) -> set[str]:
    """The words, in lower case, of titles and summaries of what the viewer may see in this minute; never those of
    sensitive offers, that nobody is led there by a slip of the finger."""
    key = (viewer, now.replace(second=0, microsecond=0))
    return await _spelled.get(key, partial(_spelled_right, viewer, now))


async def _spelled_right(viewer: Viewer, now: datetime) -> set[str]:
    asked = Statement(now)
    words = await value(
        f"""SELECT string_agg(t.title || ' ' || t.summary, ' ') FROM (
            SELECT o.id FROM offer o JOIN organization w ON w.id = o.owner_id
            WHERE {published(viewer).within(asked)} AND {CURRENT.format(now="$1")} AND NOT o.sensitive
            ORDER BY o.next_session_at, o.id LIMIT 2000) o JOIN offer_text t ON t.offer_id = o.id""",
        *asked.values,
    )
    return set(WORD.findall((words or "").lower()))


def beginning(*queries: str) -> str:
    """WITH, and these queries as far as there are any."""
    there = [query for query in queries if query]
    return f"WITH {', '.join(there)}" if there else ""


def how_many(wanted: Search, seen: str, asked: Statement) -> str:
    """SQL, a value: how many offers are found, at most COUNTED + 1. `seen`: who may see them. $1 is now."""
    hits, matches = conditions(wanted, seen, dates_asked(wanted, asked.value), asked.value)
    found = f"""found AS (SELECT 1 FROM offer o JOIN organization w ON w.id = o.owner_id
        WHERE {matches} LIMIT {COUNTED + 1})"""
    return f"({beginning(hits, found)} SELECT count(*) FROM found)"


def conditions(wanted: Search, seen: str, dates: str, put: Put, shown: str = "") -> tuple[str, str]:
    """(a query of text hits for `beginning`, or nothing; the conditions joined by AND). `dates`: what dates_asked
    gives; `shown`: SQL that says whether there is such a session, where it is read for its own sake. $1 is now."""
    hits, found = matching(wanted, put)
    if dates:
        held = shown or f"EXISTS (SELECT 1 FROM session s WHERE {dates} OFFSET 0)"
        undated = without_dates(wanted, put)
        found.append(f"({held} OR {undated})" if undated else held)
    return hits, " AND ".join([seen, _common(CURRENT.format(now="$1")), *found])


def matching(wanted: Search, put: Put) -> tuple[str, list[str]]:
    """(a query of text hits for `beginning`, or nothing; what holds for the offers o that are looked for): also those
    that are over, and whoever may see them. What is asked of a session, dates_asked tells. $1 is now."""
    hits = ""
    conditions = []
    if wanted.words:
        typed, rank = questions(wanted.words, equal_now()), f"max({RANKED})" if wanted.ranked else "0"
        near, without = tsquery(put(typed.near)), tsquery(put(typed.without))
        hits = f"""asked AS MATERIALIZED (SELECT {tsquery(put(typed.exact))} AS exact,
                {tsquery(put(typed.all_exact))} AS all_exact, {near} AS near,
                {tsquery(put(typed.all_words))} && !!{without} AS all_words, {near} && !!{without} AS any_word),
            hits AS MATERIALIZED (SELECT offer_id, {rank}::bigint AS rank FROM offer_text, asked a
                WHERE search @@ a.{"any_word" if wanted.any_word else "all_words"} GROUP BY offer_id)"""
        conditions.append("o.id IN (SELECT offer_id FROM hits)")
    if wanted.place:
        conditions.append(_common(_place(wanted.place, put)))
    if wanted.municipalities:
        conditions.append(_common(_in_municipalities(put(list(wanted.municipalities)))))
    if wanted.kinds:
        if len(wanted.kinds) == 1:  # then the index on (kind, next_session_at, id) gives the list in order
            conditions.append(f"o.kind = {put(wanted.kinds[0])}")
        else:
            conditions.append(f"o.kind = ANY({put(list(wanted.kinds))}::text[])")
    if wanted.audiences:
        conditions.append(_common(f"o.audiences && {put(list(wanted.audiences))}::text[]"))
    if wanted.drop_in is not None:
        conditions.append(f"o.joining {'=' if wanted.drop_in else '<>'} '{Joining.DROP_IN.value}'")
    if wanted.no_booking:
        conditions.append(_common(f"o.joining IN ('{Joining.DROP_IN.value}', '{Joining.NONE.value}')"))
    if wanted.online:
        conditions.append(_common(EVERYWHERE))
    if wanted.age is not None:
        age = put(wanted.age)
        conditions.append(_common(f"coalesce(o.age_from, 0) <= {age} AND {age} <= coalesce(o.age_to, 1000)"))
    if wanted.spoken:
        conditions.append(_common(f"o.spoken && {put(list(wanted.spoken))}::text[]"))
    if wanted.costs:
        conditions.append(_common(f"o.cost = ANY({put(list(wanted.costs))}::text[])"))
    if wanted.organizers:
        slugs = f"ARRAY(SELECT id FROM organization WHERE slug = ANY({put(list(wanted.organizers))}::text[]))"
        conditions.append(_common(_takes_part(f"ANY({slugs})")))
    if wanted.free:  # where sessions have seats of their own, each is asked for them
        conditions.append(
            f"(o.joining IN ('{Joining.DROP_IN.value}', '{Joining.PER_SESSION.value}') OR EXISTS (SELECT 1 "
            f"FROM seat_pool l WHERE l.offer_id = o.id AND l.session_id IS NULL AND {FREE} OFFSET 0))"
        )
    if wanted.not_begun:
        conditions.append(f"NOT ({BEGUN})")
    if wanted.between:  # the list is in this order, so it need not be read further
        conditions.append(f"o.next_session_at < {put(wanted.between[1])}")
    if wanted.organization:
        conditions.append(f"({_takes_part(put(wanted.organization))})")
    return hits, conditions


class Having(NamedTuple):
    """An offer that has the words, and how well."""

    offer_id: UUID
    rank: int


async def having(wanted: Search) -> list[Having]:
    """The offers that have the words that are looked for, whoever may see them."""
    await read_equal()
    asked = Statement()
    hits, _ = matching(Search(words=wanted.words, any_word=wanted.any_word), asked.value)
    return await rows(Having, f"{beginning(hits)} SELECT offer_id, rank FROM hits", *asked.values)


def _takes_part(who: str) -> str:
    """Is one of these the owner, or does it make the offer together with the owner?"""
    return (
        f"o.owner_id = {who} OR EXISTS (SELECT 1 FROM offer_organizer g WHERE g.offer_id = o.id "
        f"AND g.organization_id = {who})"
    )


def _common(condition: str) -> str:
    """The condition, hidden from indexes and from the planner's belief that next to nothing meets it (it takes
    IS NOT NULL for nearly always true): where every tenth does, reading in order until the page is full is quicker."""
    return f"(CASE WHEN {condition} THEN true END) IS NOT NULL"


EVERYWHERE = (
    f"(o.venue_id IS NULL AND o.online_url IS NOT NULL AND o.joining <> '{Joining.EXTERNAL.value}' "
    f"OR o.kind = '{Kind.ONLINE_SELF_HELP.value}')"
)
"""What is on the web."""


MUNICIPALITIES = """(SELECT o.municipality_id UNION
    SELECT x.municipality_id FROM organization_owner x WHERE x.organization_id = o.owner_id)"""
"""The ids of the municipalities in which an offer o is offered, also by whom one of them owns with others."""


def _in_municipalities(slugs: str) -> str:
    """What is offered in one of these, by whom one of them owns with others, or on the web, which is everywhere."""
    there = f"SELECT id FROM municipality WHERE slug = ANY({slugs}::text[])"
    owned = f"SELECT organization_id FROM organization_owner WHERE municipality_id IN ({there})"
    return f"o.municipality_id = ANY(ARRAY({there})) OR o.owner_id = ANY(ARRAY({owned})) OR {EVERYWHERE}"


def _there(wanted: Search, put: Put) -> str:
    """What holds for {venue} in the districts, and near enough; nothing where it may be anywhere. What is on the web is
    near enough to everybody."""
    held = []
    if wanted.districts:
        here = put(list(wanted.municipalities)) if wanted.municipalities else None
        held.append(f"{{venue}} = ANY(ARRAY({in_districts(put(list(wanted.districts)), here)}))")
    if wanted.near and wanted.within is not None:
        held.append(
            f"({{venue}} = ANY({put(wanted.near.within(wanted.within))}::uuid[]) OR {{venue}} IS NULL AND {EVERYWHERE})"
        )
    return " AND ".join(held)


def _place(place: str, put: Put) -> str:
    """The beginning of a postcode, or of a word in the name of the venue, its town or the municipality, also one that
    owns the organisation with others."""
    if place.isdigit():
        return f"o.venue_id = ANY(ARRAY(SELECT id FROM venue WHERE starts_with(postcode, {put(place)})))"
    typed = re.sub(r"([\\%_])", r"\\\1", " ".join(place.lower().split()))
    start = put(f"% {typed}%")
    there = f"SELECT id FROM municipality WHERE ' ' || lower(name) LIKE {start}"
    owned = f"SELECT organization_id FROM organization_owner WHERE municipality_id IN ({there})"
    return (
        f"o.municipality_id = ANY(ARRAY({there})) OR o.owner_id = ANY(ARRAY({owned})) OR "
        f"o.venue_id = ANY(ARRAY(SELECT id FROM venue WHERE ' ' || lower(concat_ws(' ', name, city)) LIKE {start}))"
    )


COMING = "s.offer_id = o.id AND s.status <> 'cancelled' AND s.ends_at > $1"
"""The session s of offer o will be, or is now. $1 is now."""
ELSEWHERE = """SELECT DISTINCT ON (s.offer_id, s.starts_at) s.offer_id, s.starts_at, s.venue_id FROM session s
    JOIN offer x ON x.id = s.offer_id
    WHERE s.venue_id IS NOT NULL AND s.venue_id IS DISTINCT FROM x.venue_id AND s.status <> 'cancelled'
        AND s.ends_at > $1
    ORDER BY s.offer_id, s.starts_at, s.id"""
"""The sessions that are elsewhere than their offer. $1 is now."""
PART = """(CASE WHEN {local}::time < '12:00' THEN 'morning' WHEN {local}::time < '17:00' THEN 'day'
    ELSE 'evening' END)"""
"""Which part of the day a session begins in: forms.py:Part."""
ACCESS = ("step_free", "hearing_loop", "accessible_toilet")
"""Columns of a venue."""


def dates_asked(wanted: Search, put: Put) -> str:
    """What holds for a session s that is asked for, which is not over and not called off; nothing where all that is
    asked for is a question of the offer. $1 is now."""
    found = always_of_dates(wanted, put)
    if wanted.between:
        found += [f"s.starts_at >= {put(wanted.between[0])}", f"s.starts_at < {put(wanted.between[1])}"]
    if there := _there(wanted, put):
        found.append(there.format(venue="coalesce(s.venue_id, o.venue_id)"))
    if wanted.free:
        found.append(
            f"(o.joining <> '{Joining.PER_SESSION.value}' "
            f"OR EXISTS (SELECT 1 FROM seat_pool l WHERE l.session_id = s.id AND {FREE} OFFSET 0))"
        )
    return " AND ".join([COMING, *found]) if found else ""


def always_of_dates(wanted: Search, put: Put) -> list[str]:
    """What of it holds for a session whenever one asks: its weekday, part of the day and place."""
    found = []
    local = "(s.starts_at AT TIME ZONE 'Europe/Oslo')"
    if wanted.evening:
        found.append(EVENING)
    if wanted.weekdays:
        found.append(f"extract(isodow FROM {local})::int = ANY({put(list(wanted.weekdays))}::int[])")
    if wanted.parts:
        found.append(f"{PART.format(local=local)} = ANY({put(list(wanted.parts))}::text[])")
    if wanted.access:
        found.append(f"coalesce(s.venue_id, o.venue_id) = {_where(wanted.access)}")
    return found


def _where(access: tuple[str, ...]) -> str:
    """One of the places that have all of this. Where nobody knows, it is not said to be."""
    return f"ANY(ARRAY(SELECT id FROM venue WHERE {' AND '.join(one for one in ACCESS if one in access)}))"


def without_dates(wanted: Search, put: Put) -> str:
    """What holds for an offer o without dates that answers all the same; nothing where a date is asked for."""
    if wanted.dated:
        return ""
    found = ["o.last_session_ends IS NULL"]
    if wanted.free:
        found.append(f"o.joining <> '{Joining.PER_SESSION.value}'")
    if wanted.access:
        found.append(f"o.venue_id = {_where(wanted.access)}")
    if there := _there(wanted, put):
        found.append(there.format(venue="o.venue_id"))
    return f"({' AND '.join(found)})"


def _page_after(wanted: Search, listing: str, session: str, order: str, put: Put) -> str:
    """The rows after a position: of a list by date by the index, first the later dates, then those without one."""
    after, limit = wanted.after, wanted.page + 1
    if after is None:
        raise ValueError("there is no page after nothing")
    key = put(after.id)
    if wanted.ranked:
        rank, at = put(after.rank), put(after.starts_at)
        return f"""SELECT * FROM ({listing}) ranked WHERE rank < {rank} OR (rank = {rank}
            AND (coalesce(position, 'infinity'), id) > (coalesce({at}::timestamptz, 'infinity'), {key}))
            {order} LIMIT {limit}"""
    if after.starts_at is None:
        return f"{listing} AND {session} IS NULL AND o.id > {key} {order} LIMIT {limit}"
    dated = f"{listing} AND ({session}, o.id) > ({put(after.starts_at)}, {key}) {order} LIMIT {limit}"
    undated = f"{listing} AND {session} IS NULL {order} LIMIT {limit}"
    return f"SELECT * FROM (({dated}) UNION ALL ({undated})) both_kinds {order} LIMIT {limit}"
