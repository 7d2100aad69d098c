"""What a search asks for, as SQL: of the offer, of its words, of where it is, of one and the same date."""

import re
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.data.statement import Statement
from offers.catalogue.kinds import Kind, audiences_of
from offers.catalogue.models import Joining
from offers.catalogue.opening import has_room, is_open
from offers.catalogue.queries import CURRENT, outside_office_hours
from offers.search.asked import COUNTED, Put, Search
from offers.search.equal.queries import equal_now
from offers.search.places.queries import in_districts
from offers.search.words.asked import questions
from offers.search.words.asked import sql as tsquery

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

FITS = 3
"""In how many ways an offer fits whom it is looked for: _fit."""

RANKED = """round(1e6 * (ts_rank('{.1, .3, .5, 1}', search, a.near) + (search @@ a.exact)::int
    + (search @@ a.all_exact)::int + 2 * (search @@ a.all_words)::int))"""
"""How well a text answers: words as they were typed before what means the same; the title before the summary, the
organiser, the kind and whom it is for, then the parts of their compounds, then the rest."""


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
        within = f"coalesce(o.age_from, 0) <= {age} AND {age} <= coalesce(o.age_to, 1000)"
        said = "coalesce(o.age_from, 0) > 0 OR o.age_to IS NOT NULL"
        suits = f"o.audiences && {put([*audiences_of(wanted.age)])}::text[]"
        conditions.append(_common(f"{within} AND ({said} OR {suits})"))
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
    """The offers that have the words that are looked for, whoever may see them. Whoever asks has read the words that
    mean the same."""
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


def page_after(wanted: Search, listing: str, session: str, order: str, put: Put) -> str:
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
