"""What the index knows of an offer, as it is read from the database. Whose it is to see, `published()` says."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import repeat
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.catalogue.opening import has_room
from offers.catalogue.queries import VISITOR, Viewer, published
from offers.search.conditions import ACCESS, EVERYWHERE, MUNICIPALITIES
from offers.search.index.offered import SLACK, Date, Key, Offered, Seats


class Facts(NamedTuple):
    """A row of the offers that somebody may see. `places`: names that a search for a place is compared with, in small
    letters after a space; `members`: those organisations whose members see it, of one that is not for everybody.
    `access`: of its own place, as bits (ACCESS). `starts` to `closes`: of its sessions that are not called off, in time
    and by place in each; `hours`: by a Norwegian clock; `venues` and `accesses` None where none is elsewhere than the
    offer, the last five None where none has seats of its own. The `whole_` are of the seats of the offer as a whole."""

    id: UUID
    kind: str
    audiences: list[str]
    main_audience: str | None
    joining: str
    sensitive: bool
    next_session_at: datetime | None
    next_session_ends: datetime | None
    next_hour: int | None
    last_session_ends: datetime | None
    venue_id: UUID | None
    access: int
    age_from: int | None
    age_to: int | None
    spoken: list[str]
    cost: str | None
    owner_id: UUID
    owner_slug: str
    postcode: str | None
    places: list[str]
    municipalities: list[str]
    everywhere: bool
    organizers: list[UUID]
    organizer_slugs: list[str]
    approved_slugs: list[str]
    public: bool
    staff: bool
    members: list[UUID]
    whole_room: bool | None
    whole_starts: datetime | None
    whole_ends: datetime | None
    whole_opens: datetime | None
    whole_closes: datetime | None
    starts: list[datetime] | None
    ends: list[datetime] | None
    hours: list[int] | None
    venues: list[UUID | None] | None
    accesses: list[int] | None
    rooms: list[bool | None] | None
    pool_starts: list[datetime | None] | None
    pool_ends: list[datetime | None] | None
    opens: list[datetime | None] | None
    closes: list[datetime | None] | None


_HOUR = "floor(extract(epoch FROM {moment} AT TIME ZONE 'Europe/Oslo') / 3600)::int"
_TO_MEMBERS = published(Viewer(organizations=(UUID(int=0),))).sql.format(mine="ARRAY[x.id]")


_IN_TIME = "ORDER BY s.starts_at, s.id"


def _of_pools(column: str, name: str) -> str:
    """An array beside the sessions, where any of them has seats of its own."""
    return f"CASE WHEN bool_or(p.id IS NOT NULL) THEN array_agg({column} {_IN_TIME}) END AS {name}"


def _elsewhere(column: str, name: str) -> str:
    """An array beside the sessions, where any of them is elsewhere."""
    return f"CASE WHEN bool_or(s.venue_id IS NOT NULL) THEN array_agg({column} {_IN_TIME}) END AS {name}"


def _access(venue: str) -> str:
    """What a place is known to have, as bits."""
    return (
        "("
        + " + ".join(f"coalesce({venue}.{one}, false)::int * {1 << bit}" for bit, one in enumerate(ACCESS))
        + ")"
    )


OFFERS = f"""SELECT o.id, o.kind, o.audiences, o.main_audience, o.joining, o.sensitive, o.next_session_at,
        o.next_session_ends, {_HOUR.format(moment="o.next_session_at")} AS next_hour, o.last_session_ends, o.venue_id,
        {_access("v")} AS access, o.age_from, o.age_to, o.spoken, o.cost, o.owner_id, w.slug AS owner_slug, v.postcode,
        ARRAY(SELECT ' ' || lower(m.name) FROM municipality m WHERE m.id IN {MUNICIPALITIES}
            UNION SELECT ' ' || lower(concat_ws(' ', v.name, v.city)) WHERE v.id IS NOT NULL) AS places,
        ARRAY(SELECT m.slug FROM municipality m WHERE m.id IN {MUNICIPALITIES}) AS municipalities,
        coalesce({EVERYWHERE}, false) AS everywhere,
        ARRAY(SELECT g.organization_id FROM offer_organizer g WHERE g.offer_id = o.id) AS organizers,
        ARRAY(SELECT c.slug FROM offer_organizer g JOIN organization c ON c.id = g.organization_id
            WHERE g.offer_id = o.id) AS organizer_slugs,
        ARRAY(SELECT c.slug FROM offer_organizer g JOIN organization c ON c.id = g.organization_id
            WHERE g.offer_id = o.id AND c.state = 'approved') AS approved_slugs,
        ({published(VISITOR).sql}) AS public, ({published(Viewer(staff=True)).sql}) AS staff,
        CASE WHEN {published(VISITOR).sql} THEN ARRAY[]::uuid[] ELSE ARRAY(
            SELECT x.id FROM organization x WHERE (x.id = o.owner_id
                OR x.id IN (SELECT g.organization_id FROM offer_organizer g WHERE g.offer_id = o.id)
                OR x.id IN (SELECT a.organization_id FROM offer_audience_organization a WHERE a.offer_id = o.id))
                AND {_TO_MEMBERS}) END AS members,
        CASE WHEN q.id IS NOT NULL THEN {has_room("q")} END AS whole_room, q.starts_at AS whole_starts,
        q.ends_at AS whole_ends, q.opens_at AS whole_opens, q.closes_at AS whole_closes, d.*
    FROM offer o JOIN organization w ON w.id = o.owner_id LEFT JOIN venue v ON v.id = o.venue_id
    LEFT JOIN seat_pool q ON q.offer_id = o.id AND q.session_id IS NULL
    LEFT JOIN LATERAL (
        SELECT array_agg(s.starts_at {_IN_TIME}) AS starts, array_agg(s.ends_at {_IN_TIME}) AS ends,
            array_agg({_HOUR.format(moment="s.starts_at")} {_IN_TIME}) AS hours, {_elsewhere("s.venue_id", "venues")},
            {_elsewhere(f"CASE WHEN s.venue_id IS NULL THEN {_access('v')} ELSE {_access('e')} END", "accesses")},
            {_of_pools(f"CASE WHEN p.id IS NOT NULL THEN {has_room()} END", "rooms")},
            {_of_pools("p.starts_at", "pool_starts")}, {_of_pools("p.ends_at", "pool_ends")},
            {_of_pools("p.opens_at", "opens")}, {_of_pools("p.closes_at", "closes")}
        FROM session s LEFT JOIN seat_pool p ON p.session_id = s.id
            LEFT JOIN venue e ON e.id = s.venue_id
        WHERE s.offer_id = o.id AND s.status <> 'cancelled' AND s.ends_at > $1) d ON true
    WHERE o.state <> 'draft' AND o.id = ANY($2::uuid[])"""
"""All but drafts: `published` of each column says who sees it, and what nobody sees is left out when it is read."""


async def read(now: datetime, offers: Collection[UUID]) -> list[Offered]:
    """Those of these offers that anybody may see, each with its dates that are not over at `now`."""
    found = await rows(Facts, OFFERS, now - SLACK, list(offers))
    return [offered(one) for one in found if one.public or one.staff or one.members]


def offered(facts: Facts) -> Offered:
    """What the index keeps of a row."""
    whole = None
    if facts.whole_room is not None:
        whole = Seats(
            facts.whole_room, facts.whole_starts, facts.whole_ends, facts.whole_opens, facts.whole_closes
        )
    return Offered(
        facts.id, facts.joining, facts.sensitive, facts.next_session_at, facts.next_session_ends,
        facts.last_session_ends, facts.venue_id, whole, (*_dates(facts),), (*keys(facts),),
    )  # fmt: skip


def _dates(facts: Facts) -> Iterator[Date]:
    nothing, here = repeat(None), facts.venue_id
    sessions = zip(
        facts.starts or (), facts.ends or (), facts.hours or (), facts.venues or nothing,
        facts.accesses or repeat(facts.access), facts.rooms or nothing, facts.pool_starts or nothing,
        facts.pool_ends or nothing, facts.opens or nothing, facts.closes or nothing, strict=False,
    )  # fmt: skip
    for starts, ends, hour, venue, access, room, first, last, opens, closes in sessions:
        seats = None
        if room is not None:  # equal moments are one object: there are tens of thousands of them
            seats = Seats(
                room, starts if first == starts else first, ends if last == ends else last, opens, closes
            )
        yield Date(starts, ends, hour, venue or here, access, seats)


def keys(facts: Facts) -> Iterator[Key]:
    """Of which masks an offer is, whatever the time."""
    yield "kind", facts.kind
    yield "joining", facts.joining
    yield from (("municipality", slug) for slug in facts.municipalities)
    if facts.everywhere:
        yield "is", "everywhere"
    yield from (("audience", audience) for audience in facts.audiences)
    yield "main", facts.main_audience
    yield from (("spoken", one) for one in facts.spoken)
    if facts.cost:
        yield "cost", facts.cost
    if facts.age_from:
        yield "age from", facts.age_from
    if facts.age_to is not None:
        yield "age to", facts.age_to
    yield from (
        ("part", one) for one in (facts.owner_id, *facts.organizers, facts.owner_slug, *facts.organizer_slugs)
    )
    yield from (("organization", one) for one in (facts.owner_slug, *facts.approved_slugs))
    yield from (("place", name) for name in facts.places)
    if facts.postcode:
        yield "postcode", facts.postcode
    if facts.public:
        yield "is", "public"
    if facts.staff:
        yield "is", "staff"
    yield from (("members", one) for one in facts.members)
    yield "next", None if facts.next_hour is None else facts.next_hour // 24
    yield "venue", facts.venue_id
    if facts.venues is not None:
        yield "is", "elsewhere"  # or some of its sessions are
    if facts.last_session_ends is None:
        yield "undated", facts.access
