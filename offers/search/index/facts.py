"""What the index knows of an offer, as it is read from the database. Whose it is to see, `published()` says."""

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import repeat
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.catalogue.queries import VISITOR, Viewer, published
from offers.search.index.offered import SLACK, Date, Key, Offered, Seats
from offers.search.queries import EVERYWHERE


class Facts(NamedTuple):
    """A row of the offers that somebody may see. `places`: names that a search for a place is compared with, in small
    letters after a space; `members`: those organisations whose members see it, of one that is not for everybody.
    `starts` to `closes`: of its sessions that are not called off, by place in each; `hours`: by a Norwegian clock;
    the last six None where no session has seats of its own. The `whole_` are of the seats of the offer as a whole."""

    id: UUID
    kind: str
    audiences: list[str]
    joining: str
    sensitive: bool
    next_session_at: datetime | None
    next_session_ends: datetime | None
    next_hour: int | None
    last_session_ends: datetime | None
    owner_id: UUID
    postcode: str | None
    places: list[str]
    municipalities: list[str]
    everywhere: bool
    organizers: list[UUID]
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
    rooms: list[bool | None] | None
    pool_starts: list[datetime | None] | None
    pool_ends: list[datetime | None] | None
    opens: list[datetime | None] | None
    closes: list[datetime | None] | None


_HOUR = "floor(extract(epoch FROM {moment} AT TIME ZONE 'Europe/Oslo') / 3600)::int"
_ROOM = "({p}.capacity IS NULL OR {p}.taken < {p}.capacity - {p}.reserved)"
_TO_MEMBERS = published(Viewer(organizations=(UUID(int=0),))).sql.format(mine="ARRAY[x.id]")


def _of_pools(column: str, name: str) -> str:
    """An array beside the sessions, where any of them has seats of its own."""
    return f"CASE WHEN bool_or(p.id IS NOT NULL) THEN array_agg({column}) END AS {name}"


OFFERS = f"""SELECT o.id, o.kind, o.audiences, o.joining, o.sensitive, o.next_session_at, o.next_session_ends,
        {_HOUR.format(moment="o.next_session_at")} AS next_hour, o.last_session_ends, o.owner_id, v.postcode,
        ARRAY(SELECT ' ' || lower(m.name) FROM municipality m WHERE m.id = o.municipality_id OR m.id IN (
            SELECT x.municipality_id FROM organization_owner x WHERE x.organization_id = o.owner_id)
            UNION SELECT ' ' || lower(concat_ws(' ', v.name, v.city)) WHERE v.id IS NOT NULL) AS places,
        ARRAY(SELECT m.slug FROM municipality m WHERE m.id = o.municipality_id OR m.id IN (
            SELECT x.municipality_id FROM organization_owner x WHERE x.organization_id = o.owner_id)) AS municipalities,
        coalesce({EVERYWHERE}, false) AS everywhere,
        ARRAY(SELECT g.organization_id FROM offer_organizer g WHERE g.offer_id = o.id) AS organizers,
        ({published(VISITOR).sql}) AS public, ({published(Viewer(staff=True)).sql}) AS staff,
        CASE WHEN {published(VISITOR).sql} THEN ARRAY[]::uuid[] ELSE ARRAY(
            SELECT x.id FROM organization x WHERE (x.id = o.owner_id
                OR x.id IN (SELECT g.organization_id FROM offer_organizer g WHERE g.offer_id = o.id)
                OR x.id IN (SELECT a.organization_id FROM offer_audience_organization a WHERE a.offer_id = o.id))
                AND {_TO_MEMBERS}) END AS members,
        CASE WHEN q.id IS NOT NULL THEN {_ROOM.format(p="q")} END AS whole_room, q.starts_at AS whole_starts,
        q.ends_at AS whole_ends, q.opens_at AS whole_opens, q.closes_at AS whole_closes, d.*
    FROM offer o JOIN organization w ON w.id = o.owner_id LEFT JOIN venue v ON v.id = o.venue_id
    LEFT JOIN seat_pool q ON q.offer_id = o.id AND q.session_id IS NULL
    LEFT JOIN LATERAL (
        SELECT array_agg(s.starts_at) AS starts, array_agg(s.ends_at) AS ends,
            array_agg({_HOUR.format(moment="s.starts_at")}) AS hours,
            {_of_pools(f"CASE WHEN p.id IS NOT NULL THEN {_ROOM.format(p='p')} END", "rooms")},
            {_of_pools("p.starts_at", "pool_starts")}, {_of_pools("p.ends_at", "pool_ends")},
            {_of_pools("p.opens_at", "opens")}, {_of_pools("p.closes_at", "closes")}
        FROM session s LEFT JOIN seat_pool p ON p.session_id = s.id
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
        facts.last_session_ends, whole, tuple(sorted(_dates(facts), key=_start)), (*keys(facts),),
    )  # fmt: skip


def _dates(facts: Facts) -> Iterator[Date]:
    nothing = repeat(None)
    sessions = zip(
        facts.starts or (), facts.ends or (), facts.hours or (), facts.rooms or nothing, facts.pool_starts or nothing,
        facts.pool_ends or nothing, facts.opens or nothing, facts.closes or nothing, strict=False,
    )  # fmt: skip
    for starts, ends, hour, room, first, last, opens, closes in sessions:
        seats = None
        if room is not None:  # equal moments are one object: there are tens of thousands of them
            seats = Seats(
                room, starts if first == starts else first, ends if last == ends else last, opens, closes
            )
        yield Date(starts, ends, hour, 0, seats)


def _start(date: Date) -> datetime:
    return date.starts_at


def keys(facts: Facts) -> Iterator[Key]:
    """Of which masks an offer is, whatever the time."""
    yield "kind", facts.kind
    yield "joining", facts.joining
    yield from (("municipality", slug) for slug in facts.municipalities)
    if facts.everywhere:
        yield "is", "everywhere"
    yield from (("audience", audience) for audience in facts.audiences)
    yield from (("organization", one) for one in {facts.owner_id, *facts.organizers})
    yield from (("place", name) for name in facts.places)
    if facts.postcode:
        yield "postcode", facts.postcode
    if facts.public:
        yield "is", "public"
    if facts.staff:
        yield "is", "staff"
    yield from (("members", one) for one in facts.members)
    yield "next", None if facts.next_hour is None else facts.next_hour // 24
    if facts.last_session_ends is None:
        yield "is", "undated"
