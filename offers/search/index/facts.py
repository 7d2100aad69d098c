"""What the index knows of an offer, as it is read from the database. Whose it is to see, `published()` says."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from offers.catalogue.models import Joining
from offers.catalogue.opening import why_closed
from offers.catalogue.queries import VISITOR, Viewer, outside_office_hours, published
from offers.search.queries import EVERYWHERE

SLACK = timedelta(hours=1)
"""So far back sessions are known that are over: requests of other moments come in any order."""


class Date(NamedTuple):
    """A session with its own seats, if it has any; without `session_id` the seats of the offer as a whole."""

    offer_id: UUID
    session_id: UUID | None
    session_at: datetime | None
    session_ends: datetime | None
    evening: bool
    cancelled: bool
    pool_id: UUID | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def room(self) -> bool:
        """Is a seat left, if it is held?"""
        left = self.capacity is None or (self.taken or 0) < self.capacity
        return self.pool_id is not None and left and not self.cancelled

    def free(self, offer: "Facts", now: datetime) -> bool:
        """Can a seat be booked now? How full a sensitive offer is is nobody's business, so it counts as not full."""
        if not (self.room or (offer.sensitive and self.pool_id is not None and not self.cancelled)):
            return False
        shut = why_closed(offer.joining, self.starts_at, self.ends_at, self.opens_at, self.closes_at, now)
        return next(shut, None) is None


class Facts(NamedTuple):
    """A row of the offers that somebody may see. `texts`: (lang, title, summary) each; `places`: names that a search
    for a place is compared with, in small letters after a space; `members`: those organisations whose members see it,
    of one that is not for everybody."""

    id: UUID
    slug: str
    kind: str
    audiences: list[str]
    main_audience: str | None
    joining: str
    sensitive: bool
    session_count: int
    online_url: str | None
    source_lang: str
    next_session_at: datetime | None
    next_session_ends: datetime | None
    last_session_ends: datetime | None
    owner_id: UUID
    owner_name: str
    venue_name: str | None
    picture: str | None
    postcode: str | None
    places: list[str]
    municipalities: list[str]
    everywhere: bool
    organizers: list[UUID]
    public: bool
    staff: bool
    members: list[UUID]
    texts: list[list[str]]


@dataclass(slots=True)
class Offered:
    """An offer with its dates in time, and `slot`, its bit in every mask. `until`: the moment from which what holds of
    it now may no longer hold."""

    facts: Facts
    dates: tuple[Date, ...]
    slot: int = 0
    until: datetime | None = None

    @property
    def whole(self) -> Date | None:
        """The seats of the offer as a whole."""
        return next((date for date in self.dates if date.session_id is None), None)

    def current(self, now: datetime) -> bool:
        """offers/catalogue/queries.py:CURRENT"""
        ends = self.facts.last_session_ends
        return ends is None or (ends > now and self.facts.next_session_at is not None)

    def free(self, now: datetime) -> bool:
        """Can one come to it now: without asking, or to a seat that is left?"""
        return self.facts.joining == Joining.DROP_IN or any(date.free(self.facts, now) for date in self.dates)

    def free_as_a_whole(self, now: datetime) -> bool:
        """The same, where each session is asked for its own seats."""
        if self.facts.joining in (Joining.DROP_IN, Joining.PER_SESSION):
            return True
        return any(date.free(self.facts, now) for date in self.dates if date.session_id is None)

    def begun(self, now: datetime) -> bool:
        """Is it booked as a whole, and has begun?"""
        starts = (date.starts_at for date in self.dates if date.session_id is None)
        return self.facts.joining == Joining.WHOLE and any(
            start is not None and start <= now for start in starts
        )

    def next_change(self, now: datetime) -> datetime | None:
        """The first moment after `now` at which time alone changes one of these."""
        moments = [self.facts.last_session_ends]
        for date in self.dates:
            moments += [date.starts_at, date.ends_at, date.opens_at, date.closes_at]
        return min((moment for moment in moments if moment is not None and moment > now), default=None)


_TO_MEMBERS = published(Viewer(organizations=(UUID(int=0),))).sql.format(mine="ARRAY[x.id]")
OFFERS = f"""SELECT o.id, o.slug, o.kind, o.audiences, o.main_audience, o.joining, o.sensitive, o.session_count,
        o.online_url, o.source_lang, o.next_session_at, o.next_session_ends, o.last_session_ends, o.owner_id,
        w.name AS owner_name, v.name AS venue_name, v.postcode,
        encode(i.sha256, 'hex') AS picture,
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
        ARRAY(SELECT ARRAY[t.lang, t.title, t.summary] FROM offer_text t WHERE t.offer_id = o.id) AS texts
    FROM offer o JOIN organization w ON w.id = o.owner_id LEFT JOIN venue v ON v.id = o.venue_id
        LEFT JOIN picture i ON i.id = o.picture_id
    WHERE o.state <> 'draft' AND o.id = ANY($1::uuid[])"""
"""All but drafts: `published` of each column says who sees it, and what nobody sees is left out when it is read."""
DATES = f"""SELECT s.offer_id, s.id AS session_id, s.starts_at AS session_at, s.ends_at AS session_ends,
        {outside_office_hours("s.starts_at")} AS evening, s.status = 'cancelled' AS cancelled, p.id AS pool_id,
        p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at, p.opens_at, p.closes_at
    FROM session s JOIN offer o ON o.id = s.offer_id LEFT JOIN seat_pool p ON p.session_id = s.id
    WHERE o.state <> 'draft' AND (s.ends_at > $1 OR s.starts_at >= o.next_session_at) AND o.id = ANY($2::uuid[])
    UNION ALL SELECT p.offer_id, NULL, NULL, NULL, false, false, p.id, p.capacity - p.reserved, p.taken, p.waiting,
        p.starts_at, p.ends_at, p.opens_at, p.closes_at
    FROM seat_pool p JOIN offer o ON o.id = p.offer_id
    WHERE p.session_id IS NULL AND o.state <> 'draft' AND o.id = ANY($2::uuid[])"""


async def read(now: datetime, offers: Collection[UUID]) -> list[Offered]:
    """Those of these offers that anybody may see, each with its dates that are not over at `now`."""
    facts = await rows(Facts, OFFERS, list(offers))
    dates = await rows(Date, DATES, now - SLACK, list(offers))
    return put_together(facts, dates)


def put_together(facts: Sequence[Facts], dates: Sequence[Date]) -> list[Offered]:
    """Offers with their dates, without those that nobody may see."""
    of_offer: dict[UUID, list[Date]] = defaultdict(list)
    for date in dates:
        of_offer[date.offer_id].append(date)
    seen = (one for one in facts if one.public or one.staff or one.members)
    return [Offered(one, tuple(sorted(of_offer[one.id], key=_in_time))) for one in seen]


def _in_time(date: Date) -> float:
    """The seats of the offer as a whole stand first."""
    return date.session_at.timestamp() if date.session_at else float("-inf")
