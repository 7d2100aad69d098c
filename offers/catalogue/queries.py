"""Reads of the catalogue. `published` is the one place that knows who may see an offer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.data.statement import Condition, Statement
from marketplace.base.data.texts import in_language, in_language_joins, said
from marketplace.base.errors import NotFound
from marketplace.base.i18n import SOURCE
from marketplace.base.text import name_order
from organizations.members.queries import HELD, is_staff


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
    mine = await rows(f"SELECT DISTINCT organization_id AS id FROM {HELD} m WHERE person_id = $1", person.id)
    return Viewer(await is_staff(person.id), tuple(row["id"] for row in mine)) if mine else VISITOR


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
    return bool(
        await value(
            f"""SELECT EXISTS (SELECT FROM offer o JOIN organization w ON w.id = o.owner_id
                WHERE o.id = $1 AND {seen})""",
            *asked.values,
        )
    )


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


async def offer_page(
    slug: str, *, viewer: Viewer, lang: str, now: datetime, editable: bool = False
) -> dict[str, Any]:
    """All that the offer's page shows: the offer in the reader's language, else the original; its venue, organisers
    and seats, and under "sessions" those that are not over. `editable`: somebody who may edit it looks, at a draft
    too (offers/publishing decides that). Raises NotFound."""
    asked = Statement(slug, lang)
    seen = "true" if editable else published(viewer, cancelled=True).within(asked)
    found = await row(
        f"""SELECT o.id, o.slug, o.kind, o.audiences, o.main_audience, o.joining, o.visibility, o.sensitive, o.state,
            o.online_url, o.contact_name, o.phone, o.session_count, o.last_session_ends, w.name AS owner_name,
            w.slug AS owner_slug, w.phone AS owner_phone, {TEXT_COLUMNS},
            v.name AS venue_name, v.street, v.postcode, v.city, v.lat, v.lon,
            v.step_free, v.hearing_loop, v.accessible_toilet, x.entrance, x.transport, x.lang AS venue_lang, o.age_from,
            o.age_to, p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at, p.opens_at,
            p.closes_at,
            ARRAY(SELECT ARRAY[c.slug, c.name] FROM offer_organizer g JOIN organization c ON c.id = g.organization_id
                WHERE g.offer_id = o.id AND c.state = 'approved' ORDER BY {name_order("c.name")}) AS co_organizers
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
    found["sessions"] = await rows(
        f"""SELECT s.id, s.starts_at AS session_at, s.ends_at AS session_ends, s.status, s.note,
            v.name AS other_venue, p.capacity - p.reserved AS capacity, p.taken, p.waiting, p.starts_at, p.ends_at,
            p.opens_at, p.closes_at
        FROM session s JOIN offer o ON o.id = s.offer_id LEFT JOIN seat_pool p ON p.session_id = s.id
        LEFT JOIN venue v ON v.id = s.venue_id AND v.id IS DISTINCT FROM o.venue_id
        WHERE s.offer_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, s.id LIMIT {SESSIONS_SHOWN}""",
        found["id"], now,
    )  # fmt: skip
    found["next"] = None if found["sessions"] else await _continued(found["id"], viewer, lang, now)
    return found


async def _continued(offer: UUID, viewer: Viewer, lang: str, now: datetime) -> dict[str, Any] | None:
    """slug, title and lang of the newest offer that goes on where this one ended."""
    asked = Statement(offer, lang, now)
    return await row(
        f"""SELECT o.slug, t.title, t.lang FROM offer o JOIN organization w ON w.id = o.owner_id
        JOIN {offer_text("$2", "title, lang")} t ON true
        WHERE o.continues_id = $1 AND {published(viewer).within(asked)}
            AND {CURRENT.format(now="$3")}
        ORDER BY o.id DESC LIMIT 1""",
        *asked.values,
    )


async def titles(viewer: Viewer, lang: str, now: datetime, limit: int = 2000) -> list[dict[str, Any]]:
    """slug, title and lang of what is offered now, in the reader's language, else the original."""
    asked = Statement(lang, now)
    return await rows(
        f"""SELECT o.slug, {said("title")} AS title, {said("lang")} AS lang
        FROM offer o JOIN organization w ON w.id = o.owner_id
        {in_language_joins("offer_text", "offer_id", "o", "$1")}
        WHERE {published(viewer).within(asked)} AND {CURRENT.format(now="$2")}
        ORDER BY o.next_session_at, o.id LIMIT {limit}""",
        *asked.values,
    )


async def is_municipality(name: str) -> bool:
    """Does the instance serve a municipality of this name?"""
    return await row("SELECT 1 FROM municipality WHERE lower(name) = lower($1)", name) is not None


async def municipalities() -> list[dict[str, Any]]:
    """slug and name of those that the instance serves, by name."""
    return await rows(f"SELECT slug, name FROM municipality ORDER BY {name_order('name')}, slug")


async def organizations(
    viewer: Viewer, lang: str, now: datetime, municipality: str = ""
) -> list[dict[str, Any]]:
    """Every approved organisation (of a municipality, by its slug, or owned by it with others): slug, name, kind,
    place, summary with its lang, and how many current offers it owns or takes part in."""
    asked = Statement(lang, now, municipality)
    seen = f"{published(viewer).within(asked)} AND {CURRENT.format(now='$2')}"
    return await rows(
        f"""WITH together AS (SELECT g.organization_id AS id, count(*) AS offers FROM offer_organizer g
            JOIN offer o ON o.id = g.offer_id JOIN organization w ON w.id = o.owner_id WHERE {seen} GROUP BY 1)
        SELECT w.slug, w.name, w.kind, m.name AS municipality, t.summary, t.lang, coalesce(together.offers, 0)
            + (SELECT count(*) FROM offer o WHERE o.owner_id = w.id AND {seen}) AS offers
        FROM organization w JOIN municipality m ON m.id = w.municipality_id LEFT JOIN together ON together.id = w.id
        LEFT JOIN {in_language("organization_text", "organization_id", "w", "$1")} t ON true
        WHERE w.state = 'approved' AND ($3 = '' OR m.slug = $3 OR EXISTS (
            SELECT FROM organization_owner x JOIN municipality y ON y.id = x.municipality_id
            WHERE x.organization_id = w.id AND y.slug = $3))""",
        *asked.values,
    )


async def organization_page(slug: str, lang: str) -> dict[str, Any]:
    """An approved organisation with its text, its logo, the path of units `above` it, its units, and the
    municipalities that own it. Raises NotFound."""
    found = await row(
        f"""SELECT w.id, w.slug, w.name, w.kind, w.contact_name, w.phone, w.email, w.website, m.name AS municipality,
            t.summary, t.body, t.lang, encode(l.sha256, 'hex') AS logo, l.width AS logo_width, l.height AS logo_height,
            ARRAY(WITH RECURSIVE above AS (SELECT w.parent_id AS id, 0 AS steps
                    UNION ALL SELECT p.parent_id, steps + 1 FROM above JOIN organization p USING (id) WHERE steps < 20)
                SELECT ARRAY[p.slug, p.name] FROM above JOIN organization p USING (id) WHERE p.state = 'approved'
                ORDER BY steps DESC) AS above,
            ARRAY(SELECT n.name FROM organization_owner x JOIN municipality n ON n.id = x.municipality_id
                WHERE x.organization_id = w.id ORDER BY {name_order('n.name')}) AS owners,
            ARRAY(SELECT ARRAY[u.slug, u.name] FROM organization u WHERE u.parent_id = w.id AND u.state = 'approved'
                ORDER BY {name_order('u.name')}) AS units
        FROM organization w JOIN municipality m ON m.id = w.municipality_id
        LEFT JOIN picture l ON l.id = w.logo_id
        LEFT JOIN {in_language("organization_text", "organization_id", "w", "$2")} t ON true
        WHERE w.slug = $1 AND w.state = 'approved'""",
        slug, lang,
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


async def title_of(offer_id: UUID, lang: str) -> str:
    """The title in that language, else in the offer's first."""
    found = await row(f"SELECT {title_in('$1')} AS title FROM offer o WHERE o.id = $2", lang, offer_id)
    return str(found["title"]) if found else ""


def title_in(lang: str) -> str:
    """SQL: the title of offer o that a reader of this language gets."""
    return f"(SELECT title FROM {offer_text(lang, 'title')} t)"
