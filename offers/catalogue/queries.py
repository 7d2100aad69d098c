"""Reads of the catalogue. `published` is the one place that knows who may see an offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.data.statement import Condition, Statement
from marketplace.base.data.texts import in_language
from marketplace.base.errors import NotFound
from marketplace.base.i18n import SOURCE
from marketplace.base.text import name_order
from offers.catalogue.models import Visibility
from offers.catalogue.states import Dated, Stated
from organizations.members.queries import HELD, STAFF


@dataclass(frozen=True)
class Viewer:
    """Who looks: visitors see public offers, staff also staff's, members what is shown to their organisations."""

    staff: bool = False
    organizations: tuple[UUID, ...] = ()


VISITOR = Viewer()


async def viewer_of(person: Any) -> Viewer:
    """The viewer behind a request (`request.person`)."""
    if person is None:
        return VISITOR
    mine = await rows(
        f"SELECT organization_id AS id, bool_or({STAFF}) AS staff FROM {HELD} m WHERE person_id = $1 GROUP BY 1",
        person.id,
    )
    return Viewer(any(one["staff"] for one in mine), tuple(one["id"] for one in mine)) if mine else VISITOR


def published(viewer: Viewer, *, cancelled: bool = False) -> Condition:
    """What holds for the offers this viewer may see, over the aliases o (offer) and w (its owner).

    Search, pages, feeds, maps and caches all ask this; nothing else decides. `cancelled`: also the cancelled ones,
    which are found by their address only.
    """
    states = "o.state IN ('published', 'cancelled')" if cancelled else "o.state = 'published'"
    base = f"{states} AND w.state = 'approved'"
    if viewer == VISITOR:
        return Condition(f"{base} AND o.visibility = 'public'")
    ways = ["o.visibility = 'public'"]
    if viewer.staff:
        ways.append("o.visibility = 'staff'")
    given = {}
    if viewer.organizations:
        given["mine"] = list(viewer.organizations)
        mine = "ANY({mine}::uuid[])"
        ways.append(f"o.owner_id = {mine}")
        ways.append(
            "o.visibility = 'members' AND EXISTS (SELECT 1 FROM offer_audience_organization a "
            f"WHERE a.offer_id = o.id AND a.organization_id = {mine})"
        )
    return Condition(f"{base} AND ({' OR '.join(ways)})", given)


async def is_shown(offer_id: UUID, viewer: Viewer) -> bool:
    """May this viewer see the offer's page?"""
    asked = Statement(offer_id)
    seen = published(viewer).within(asked)
    shown = f"SELECT FROM offer o JOIN organization w ON w.id = o.owner_id WHERE o.id = $1 AND {seen}"
    return bool(await value(f"SELECT EXISTS ({shown})", *asked.values))


CURRENT = "(o.last_session_ends IS NULL OR o.last_session_ends > {now} AND o.next_session_at IS NOT NULL)"
"""Not over: no dates at all, or one to come. Where all that are left are cancelled there is nothing to come to."""
TEXT_COLUMNS = ", ".join(
    f"t.{column}"
    for column in ("title", "summary", "body", "meets_you", "way_in", "bring_someone", "what_happens", "may_leave",
                   "bring", "lang")
)  # fmt: skip
SESSIONS_SHOWN = 60


def outside_office_hours(moment: str) -> str:
    """SQL: is it evening, from 16.00 in Oslo, or a weekend? What search, feeds and figures mean by it."""
    local = f"({moment} AT TIME ZONE 'Europe/Oslo')"
    return f"(extract(isodow FROM {local}) > 5 OR {local}::time >= '16:00')"


def offer_text(lang: str, columns: str = "*") -> str:
    """LATERAL (…): the text of offer o that a reader of this language gets."""
    return in_language("offer_text", "offer_id", "o", lang, columns)


@dataclass(frozen=True, slots=True)
class OfferRow(Stated):
    """An offer as its page tells of it, in the reader's language or else the original. `capacity` to `closes_at`: its
    own seats, without what hosts keep; `taken` None where it has none. `venue_lang`: of entrance and transport.
    `picture`: its SHA-256, `picture_text`: what it shows. `number`: behind the short address."""

    id: UUID
    slug: str
    kind: str
    audiences: list[str]
    main_audience: str | None
    joining: str
    visibility: str
    sensitive: bool
    state: str
    online_url: str | None
    contact_name: str
    phone: str
    session_count: int
    last_session_ends: datetime | None
    owner_name: str
    owner_slug: str
    owner_phone: str
    title: str
    summary: str
    body: str
    meets_you: str
    way_in: str
    bring_someone: str
    what_happens: str
    may_leave: str
    bring: str
    lang: str
    venue_name: str | None
    street: str | None
    postcode: str | None
    city: str | None
    lat: float | None
    lon: float | None
    step_free: bool | None
    hearing_loop: bool | None
    accessible_toilet: bool | None
    entrance: str | None
    transport: str | None
    venue_lang: str | None
    age_from: int | None
    age_to: int | None
    spoken: list[str]
    cost: str | None
    cost_text: str
    source_lang: str
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    co_organizers: list[list[str]]
    picture: str | None
    picture_text: str
    number: int

    @property
    def told_to_all(self) -> bool:
        """May search engines and the like know of it? It is for everybody, and no one's trouble shows by it."""
        return self.visibility == Visibility.PUBLIC and not self.sensitive and not self.draft

    @property
    def in_calendars(self) -> bool:
        """Does it stand in the public calendars?"""
        return self.visibility == Visibility.PUBLIC and self.published


@dataclass(frozen=True, slots=True)
class DateRow(Dated):
    """A date of an offer, with the seats that are its own: `capacity` to `closes_at` as in OfferRow."""

    id: UUID
    session_at: datetime
    session_ends: datetime
    status: str
    note: str
    other_venue: str | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Continued:
    """The offer that goes on where another ended."""

    slug: str
    title: str
    lang: str


class OfferPage(NamedTuple):
    """An offer with its dates that are not over, and where there are none, the one that goes on."""

    offer: OfferRow
    dates: list[DateRow]
    next: Continued | None


async def offer_page(
    slug: str, *, viewer: Viewer, lang: str, now: datetime, editable: bool = False
) -> OfferPage:
    """All that the offer's page shows. `editable`: somebody who may edit it looks, at a draft too (offers/publishing
    decides that). Raises NotFound."""
    asked = Statement(slug, lang)
    seen = "true" if editable else published(viewer, cancelled=True).within(asked)
    found = await row(
        OfferRow,
        f"""SELECT o.id, o.slug, o.kind, o.audiences, o.main_audience, o.joining, o.visibility, o.sensitive, o.state,
            o.online_url, o.contact_name, o.phone, o.session_count, o.last_session_ends, w.name AS owner_name,
            w.slug AS owner_slug, w.phone AS owner_phone, {TEXT_COLUMNS},
            v.name AS venue_name, v.street, v.postcode, v.city, v.lat, v.lon,
            v.step_free, v.hearing_loop, v.accessible_toilet, x.entrance, x.transport, x.lang AS venue_lang, o.age_from,
            o.age_to, o.spoken, o.cost, o.cost_text, o.source_lang,
            p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at, p.opens_at,
            p.closes_at,
            ARRAY(SELECT ARRAY[c.slug, c.name] FROM offer_organizer g JOIN organization c ON c.id = g.organization_id
                WHERE g.offer_id = o.id AND c.state = 'approved' ORDER BY {name_order("c.name")}) AS co_organizers,
            (SELECT encode(sha256, 'hex') FROM picture i WHERE i.id = o.picture_id) AS picture,
            o.picture_text, o.number
        FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN {offer_text("$2")} t ON true
        LEFT JOIN venue v ON v.id = o.venue_id
        LEFT JOIN {in_language("venue_text", "venue_id", "v", "$2", written_in=f"'{SOURCE}'")} x ON true
        LEFT JOIN seat_pool p ON p.offer_id = o.id AND p.session_id IS NULL
        WHERE o.slug = $1 AND {seen}""",
        *asked.values,
    )
    if found is None:
        raise NotFound
    dates = await rows(
        DateRow,
        f"""SELECT s.id, s.starts_at AS session_at, s.ends_at AS session_ends, s.status, s.note,
            v.name AS other_venue, p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at,
            p.opens_at, p.closes_at
        FROM session s JOIN offer o ON o.id = s.offer_id LEFT JOIN seat_pool p ON p.session_id = s.id
        LEFT JOIN venue v ON v.id = s.venue_id AND v.id IS DISTINCT FROM o.venue_id
        WHERE s.offer_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, s.id LIMIT {SESSIONS_SHOWN}""",
        found.id, now,
    )  # fmt: skip
    return OfferPage(found, dates, None if dates else await _continued(found.id, viewer, lang, now))


async def _continued(offer: UUID, viewer: Viewer, lang: str, now: datetime) -> Continued | None:
    """The newest offer that goes on where this one ended."""
    asked = Statement(offer, lang, now)
    return await row(
        Continued,
        f"""SELECT o.slug, t.title, t.lang FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN {offer_text("$2", "title, lang")} t ON true
        WHERE o.continues_id = $1 AND {published(viewer).within(asked)}
            AND {CURRENT.format(now="$3")}
        ORDER BY o.id DESC LIMIT 1""",
        *asked.values,
    )


async def title_of(offer_id: UUID, lang: str) -> str:
    """The title in that language, else in the offer's first."""
    return str(await value(f"SELECT {title_in('$1')} FROM offer o WHERE o.id = $2", lang, offer_id) or "")


def title_in(lang: str) -> str:
    """SQL: the title of offer o that a reader of this language gets."""
    return f"(SELECT title FROM {offer_text(lang, 'title')} t)"
