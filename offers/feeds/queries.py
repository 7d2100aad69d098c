"""What stands in each feed."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from marketplace.base.clock import at_oslo, today
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from marketplace.base.i18n import SOURCE, speaking
from marketplace.base.i18n import gettext as _
from marketplace.base.text import by_name
from marketplace.settings import settings
from offers.catalogue.calendar import Meeting, calendar, public_event, vevent
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, Audience, Kind
from offers.catalogue.queries import VISITOR, offer_text, published
from offers.feeds.body import Body
from offers.feeds.searches.queries import searched, words_of_saved
from offers.search.conditions import beginning
from organizations.municipality.queries import municipalities

BEFORE, AFTER = timedelta(days=30), timedelta(days=365)
MOST = 1000
"""The window of a feed, and the most sessions in it (design/calendar.md)."""

SCOPES = {
    "all": "$5 = ''",
    "organizations": """o.id IN (
        SELECT y.id FROM offer y JOIN organization x ON x.id = y.owner_id WHERE x.slug = $5
        UNION SELECT c.offer_id FROM offer_organizer c JOIN organization x ON x.id = c.organization_id
            WHERE x.slug = $5)""",
    "kinds": "o.kind = $5",
    "audiences": "o.audiences && ARRAY[$5]",
    "municipalities": """(o.municipality_id IN (SELECT id FROM municipality WHERE slug = $5) OR o.owner_id IN (
        SELECT x.organization_id FROM organization_owner x JOIN municipality m ON m.id = x.municipality_id
        WHERE m.slug = $5))""",
    "searches": "$5 <> ''",
    "offers": "o.slug = $5",
    "sessions": "s.id = $5::uuid",
}
"""Which sessions each sort of feed has; $5 is the key in its address. A search has conditions of its own beside it.
A municipality has what it owns together with others too, as the list of its organisations."""

EVENT = """s.id, s.starts_at, s.ends_at, s.status, s.note, s.sequence, o.slug, o.kind, o.joining, o.sensitive,
    o.online_url, w.name AS owner, coalesce(t.title, '') AS title, coalesce(t.summary, '') AS summary,
    v.name AS venue, v.street, v.postcode, v.city, v.lat, v.lon"""
FACTS = f"""JOIN offer o ON o.id = s.offer_id JOIN organization w ON w.id = o.owner_id
    LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
    LEFT JOIN {offer_text("{lang}", "title, summary")} t ON true"""
"""Columns and joins of a Meeting (offers/catalogue/calendar.py), but for `changed_at`."""


async def public_feed(scope: str, key: str, now: datetime) -> Body:
    """The feed of a scope: what a visitor may see, in Bokmål. Raises NotFound.

    It depends on nothing but the catalogue's revision and the day, so every process makes the same bytes.
    """
    day = today(now)
    stamp = await revision_on(day)
    with speaking(SOURCE):
        name = await heading(scope, key)
        found = await sessions(scope, key, day)
        if scope == "sessions" and not found:
            raise NotFound
        missing = [session for _, session in found if session]
        made = await make_vevents(missing, stamp.revision) if missing else {}
        vevents = [each for stored, session in found if (each := stored or (session and made.get(session)))]
        method = "PUBLISH" if name is None else None
        return await asyncio.to_thread(lambda: Body(calendar(vevents, name=name, method=method), *stamp))


class Stamp(NamedTuple):
    """What a body must know of the catalogue that it is made from, in the order in which it takes it."""

    revision: int
    changed_at: datetime
    asked_at: datetime


async def revision_on(day: date) -> Stamp:
    """The catalogue as it stands, on this day."""
    # The database's clock, not ours: all processes must tell the same time of change, and what leaves the window at
    # midnight is a change too.
    stamp = await row(
        Stamp,
        """SELECT revision, greatest(changed_at, least($1, clock_timestamp())) AS changed_at,
            clock_timestamp() AS asked_at FROM catalogue_revision WHERE id = 1""",
        at_oslo(day, time(0)),
    )
    assert stamp is not None  # the migration made it
    return stamp


WAS_SHOWN = """(o.state <> 'draft' AND (o.narrowed_at IS NOT NULL
    OR o.visibility = 'public' AND w.state = 'suspended'))"""
"""Could everybody see offer o of organisation w once? Whoever subscribes to its calendar then gets an empty one now: a
404 would leave the dates where they are."""


async def heading(scope: str, key: str) -> str | None:
    """The name of a feed; a single session is a file to add, and has none. Raises NotFound."""
    if scope == "all":
        return f"{settings().site_name} {settings().place_name}"
    if scope == "kinds":
        if key not in list(Kind):
            raise NotFound
        return f"{settings().site_name}: {KIND_LABELS[Kind(key)]}"
    if scope == "audiences":
        if key not in list(Audience):
            raise NotFound
        return f"{settings().site_name}: {AUDIENCE_LABELS[Audience(key)]}"
    if scope == "searches":
        return f"{settings().site_name}: {', '.join(await words_of_saved(key))}"
    if scope == "municipalities":
        name = await value("SELECT name FROM municipality WHERE slug = $1", key)
        name = name and f"{settings().site_name}: {name}"
    elif scope == "organizations":
        name = await value(
            "SELECT name FROM organization WHERE slug = $1 AND state IN ('approved', 'suspended')", key
        )
    elif scope == "offers":
        seen = published(VISITOR, cancelled=True).sql
        name = await value(
            f"""SELECT CASE WHEN o.sensitive OR NOT ({seen}) THEN $2 ELSE t.title END FROM offer o
            JOIN organization w ON w.id = o.owner_id
            JOIN {offer_text(f"'{SOURCE}'", "title")} t ON true
            WHERE o.slug = $1 AND (({seen}) OR {WAS_SHOWN})""",
            key, _("Avtale"),
        )  # fmt: skip
    else:
        return None
    if name is None:
        raise NotFound
    return str(name)


class Offered(NamedTuple):
    """What somebody has to offer. `name` and `slug` of the organisation."""

    kind: str
    audiences: list[str]
    name: str
    slug: str


async def subjects(now: datetime) -> dict[str, list[tuple[str, str]]]:
    """What has a public feed with something coming, by sort: (name, path of its subscribe page). Municipalities only
    where there are several."""
    seen = f"{published(VISITOR).sql} AND o.last_session_ends > $1"
    found = await rows(
        Offered,
        f"""SELECT DISTINCT o.kind, o.audiences, w.name, w.slug FROM offer o JOIN organization w ON w.id = o.owner_id
            WHERE {seen}
        UNION SELECT o.kind, o.audiences, c.name, c.slug FROM offer_organizer g JOIN offer o ON o.id = g.offer_id
            JOIN organization w ON w.id = o.owner_id JOIN organization c ON c.id = g.organization_id
            WHERE {seen} AND c.state = 'approved'""",
        now,
    )
    places = await municipalities()
    kinds = {offer.kind for offer in found}
    audiences = {audience for offer in found for audience in offer.audiences}
    owners = {(offer.name, f"/calendar?organization={offer.slug}") for offer in found}
    return {
        "audiences": [(str(AUDIENCE_LABELS[one]), f"/calendar?audience={one}") for one in Audience if one in audiences],
        "kinds": [(str(KIND_LABELS[kind]), f"/calendar?kind={kind}") for kind in Kind if kind in kinds],
        "municipalities": [(place.name, f"/calendar?municipality={place.slug}") for place in places]
        if len(places) > 1 else [],
        "organizations": sorted(owners, key=lambda owner: by_name(owner[0])),
    }  # fmt: skip


class Nearest(NamedTuple):
    """Sessions in order of time, each with its vevent or, where none is made yet, its id. None: there are none."""

    vevents: list[bytes | None] | None
    missing: list[UUID | None] | None


async def sessions(scope: str, key: str, day: date) -> list[tuple[bytes | None, UUID | None]]:
    """The nearest sessions of the window, in order of time: the vevent of each, or the id of one that has none yet.
    In one row: a thousand of them take a quarter as long.

    A cancelled one stays until its date has passed, also when the whole offer is cancelled: those who subscribe must
    be told.
    """
    start = at_oslo(day, time(0))
    asked = Statement(start, at_oslo(day + AFTER, time(0)), at_oslo(day - BEFORE, time(0)), MOST, key)
    hits, looked_for = await searched(key, start, asked) if scope == "searches" else ("", [])
    seen = f"""{published(VISITOR, cancelled=True).sql} AND {" AND ".join([SCOPES[scope], *looked_for])}
        AND CASE s.status WHEN 'cancelled' THEN s.ends_at > $1 ELSE o.state = 'published' END"""
    sessions = f"""seen AS (
        (SELECT s.id, s.starts_at, s.vevent FROM session s JOIN offer o ON o.id = s.offer_id
        JOIN organization w ON w.id = o.owner_id
        WHERE {seen} AND s.starts_at >= $1 AND s.starts_at < $2 ORDER BY s.starts_at, s.id LIMIT $4)
        UNION ALL
        (SELECT s.id, s.starts_at, s.vevent FROM session s JOIN offer o ON o.id = s.offer_id
        JOIN organization w ON w.id = o.owner_id
        WHERE {seen} AND s.starts_at < $1 AND s.starts_at >= $3 ORDER BY s.starts_at DESC, s.id LIMIT $4))"""
    nearest = "nearest AS (SELECT * FROM seen ORDER BY abs(extract(epoch FROM starts_at - $1)), id LIMIT $4)"
    found = await row(
        Nearest,
        f"""{beginning(hits, sessions, nearest)}
        SELECT array_agg(vevent ORDER BY starts_at, id) AS vevents,
            array_agg(CASE WHEN vevent IS NULL THEN id END ORDER BY starts_at, id) AS missing FROM nearest""",
        *asked.values,
    )
    assert found is not None
    return list(zip(found.vevents or [], found.missing or [], strict=True))


async def make_vevents(ids: list[UUID], revision: int) -> dict[UUID, bytes]:
    """The VEVENTs of these sessions, stored unless the catalogue has changed since `revision`."""
    meetings = await rows(
        Meeting,
        f"""SELECT {EVENT}, greatest(s.changed_at, o.changed_at) AS changed_at
        FROM session s {FACTS.format(lang="'nb'")} WHERE s.id = ANY($1)""",
        ids,
    )
    made = await asyncio.to_thread(lambda: {one.id: vevent(public_event(one)) for one in meetings})
    async with in_transaction():
        # Whoever changes what stands in a vevent raises the revision and empties the vevent, in one transaction.
        # The lock lets none of them end between our look at the revision and our commit; sessions that one of
        # them has in hand are left alone, which also keeps us from waiting for each other.
        now = await value("SELECT revision FROM catalogue_revision WHERE id = 1 FOR SHARE SKIP LOCKED")
        if now == revision:
            free = await column(
                "SELECT id FROM session WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED", ids
            )
            free_ids = [session for session in free if session in made]
            await rows(
                """UPDATE session SET vevent = v.vevent FROM unnest($1::uuid[], $2::bytea[]) AS v(id, vevent)
                WHERE session.id = v.id""",
                free_ids, [made[each] for each in free_ids],
            )  # fmt: skip
    return made
