"""Reads of those who publish and lead. Fetching is permission: what is not theirs is NotFound."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from marketplace.base.web.http import parse_id
from marketplace.people.queries import WRITTEN_TO
from offers.catalogue.models import Offer, OfferText, Session
from offers.catalogue.queries import offer_text
from organizations.members.queries import HELD

OWNS = "o.owner_id = ANY(editor_of.ids)"
"""What changes who takes part, or tells of it, is the owning unit's own: bookings, seats, hosts, co-organisers."""
EDITS = """(o.owner_id = ANY(editor_of.ids) OR EXISTS (SELECT 1 FROM offer_organizer c
    WHERE c.offer_id = o.id AND c.may_edit AND c.organization_id = ANY(editor_of.approved)))"""
LEADS = f"""EXISTS (SELECT 1 FROM host_assignment h JOIN {HELD} m ON m.person_id = h.person_id
    WHERE h.offer_id = o.id AND h.person_id = $1 AND m.role IN ('host', 'editor', 'manager')
    AND (m.organization_id = o.owner_id OR EXISTS (SELECT 1 FROM offer_organizer c
        WHERE c.offer_id = o.id AND c.organization_id = m.organization_id)))"""
"""Assigned to the offer, and still a member of an organisation that arranges it."""
EDITOR_OF = f"""(SELECT coalesce(array_agg(organization_id), '{{}}') AS ids,
    coalesce(array_agg(organization_id) FILTER (WHERE state = 'approved'), '{{}}') AS approved
    FROM {HELD} m WHERE person_id = $1 AND role IN ('editor', 'manager')) editor_of"""
"""The units themselves, never those below: these pages hold participants' data. A suspended organisation looks after
its own offers, not after those of others."""
SEES = f"({OWNS} OR {LEADS})"
"""Who sees the participants: a co-organiser's editor, who may change the words and dates, does not."""


async def offer_editable_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for editors and managers of the owning unit, and of co-organisers who may edit."""
    return await _offer(person, slug, EDITS)


async def offer_owned_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for editors and managers of the owning unit: who is booked, is told and leads."""
    return await _offer(person, slug, OWNS)


async def offer_led_by(person: Any, slug: str) -> Offer:
    """The offer with its owner, for those who see its participants: the owning unit's editors, and its hosts."""
    return await _offer(person, slug, SEES)


async def _offer(person: Any, slug: str, allowed: str) -> Offer:
    found = await row(
        f"SELECT o.id FROM offer o, {EDITOR_OF} WHERE o.slug = $2 AND {allowed}", person.id, slug
    )
    if found is None:
        raise NotFound
    return await Offer.get(id=found["id"]).select_related("owner")


@dataclass(frozen=True)
class Reach:
    """What somebody may do with an offer: change it, see its participants, decide over them and whoever leads it."""

    edits: bool
    sees: bool
    owns: bool


async def reach(person: Any, offer: Offer) -> Reach:
    """What the person may do with the offer."""
    found = await row(
        f"SELECT {EDITS} AS edits, {SEES} AS sees, {OWNS} AS owns FROM offer o, {EDITOR_OF} WHERE o.id = $2",
        person.id, offer.id,
    )  # fmt: skip
    return Reach(**found or {"edits": False, "sees": False, "owns": False})


async def session_owned_by(person: Any, session_id: str | UUID) -> Session:
    """The session with its offer, for editors and managers of the owning unit: those who may tell whoever is booked.
    A draft's too."""
    return await _session(person, session_id, OWNS)


async def session_hosted_by(person: Any, session_id: str | UUID) -> Session:
    """The session with its offer, for those who see its participants."""
    return await _session(person, session_id, SEES)


async def _session(person: Any, session_id: str | UUID, allowed: str) -> Session:
    found = await row(
        f"""SELECT s.id FROM {EDITOR_OF}, session s JOIN offer o ON o.id = s.offer_id
        WHERE s.id = $2 AND {allowed}""",
        person.id, parse_id(session_id),
    )  # fmt: skip
    if found is None:
        raise NotFound
    return await Session.get(id=found["id"]).select_related("offer", "offer__owner")


async def own_organizations(person: Any) -> list[dict[str, Any]]:
    """id, name and municipality_id of the organisations in whose name the person may publish."""
    return await rows(
        f"""SELECT w.id, w.name, w.municipality_id
        FROM membership m JOIN organization w ON w.id = m.organization_id
        WHERE m.person_id = $1 AND m.role IN ('editor', 'manager') AND m.ended_at IS NULL AND w.state = 'approved'
        GROUP BY w.id ORDER BY {name_order("w.name")}, w.id""",
        person.id,
    )


async def text_of(offer: Offer) -> OfferText:
    """What the offer says in its first language."""
    return await OfferText.get(offer_id=offer.id, lang=offer.source_lang)


async def title_of(offer_id: UUID, lang: str) -> str:
    """The title in that language, else in the offer's first."""
    found = await row(f"SELECT {title_in('$1')} AS title FROM offer o WHERE o.id = $2", lang, offer_id)
    return str(found["title"]) if found else ""


def title_in(lang: str) -> str:
    """SQL: the title of offer o that a reader of this language gets."""
    return f"(SELECT title FROM {offer_text(lang, 'title')} t)"


async def venues(municipality: UUID) -> list[dict[str, Any]]:
    """id, name and street of the municipality's places, by name."""
    return await rows(
        f"""SELECT id, name, street, city FROM venue WHERE municipality_id = $1
        ORDER BY {name_order("name")}, street LIMIT 500""",
        municipality,
    )


async def members_seeing(offer_id: UUID) -> list[UUID]:
    """The organisations whose members may see the offer."""
    found = await rows(
        "SELECT organization_id AS id FROM offer_audience_organization WHERE offer_id = $1", offer_id
    )
    return [one["id"] for one in found]


async def organizations_near(municipality: UUID) -> list[dict[str, Any]]:
    """id and name of the approved organisations of a municipality, by name."""
    return await rows(
        f"""SELECT id, name FROM organization WHERE municipality_id = $1 AND state = 'approved'
        ORDER BY {name_order("name")}, id""",
        municipality,
    )


async def sessions_of(offer_id: UUID, now: datetime, most: int = 200) -> list[dict[str, Any]]:
    """The offer's sessions that are not over, in order, with their seats (of the session's own pool)."""
    return await rows(
        """SELECT s.id, s.starts_at, s.ends_at, s.status, s.note, v.name AS venue_name,
            p.capacity, p.taken, p.waiting, p.id IS NOT NULL AS has_seats
        FROM session s LEFT JOIN seat_pool p ON p.session_id = s.id LEFT JOIN venue v ON v.id = s.venue_id
        WHERE s.offer_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, s.id LIMIT $3""",
        offer_id, now, most,
    )  # fmt: skip


async def told_of_dates(offer_id: UUID) -> dict[str, int]:
    """How many of those with a place in the whole offer get a message of a date that is added, and how many are to be
    rung."""
    found = await row(
        f"""SELECT count(*) FILTER (WHERE {WRITTEN_TO}) AS written, count(*) FILTER (WHERE {WRITTEN_TO} IS NOT TRUE)
            AS rung
        FROM booking b JOIN seat_pool p ON p.id = b.pool_id LEFT JOIN contact_point c ON c.id = b.contact_id
        WHERE b.offer_id = $1 AND p.session_id IS NULL AND b.state = 'confirmed'""",
        offer_id,
    )
    return found or {"written": 0, "rung": 0}


async def added_at(offer_id: UUID, moment: datetime) -> bool:
    """Has this very act added dates that people are told of?"""
    sql = "SELECT EXISTS (SELECT FROM session WHERE offer_id = $1 AND changed_at = $2 AND sequence = 0)"
    return bool(await value(sql, offer_id, moment))


async def capacity_of(offer_id: UUID) -> int | None:
    """Seats as last set for the offer, or for the one that it continues. None: unlimited, or never set."""
    found = await row(
        """SELECT p.capacity FROM offer o JOIN seat_pool p ON p.offer_id IN (o.id, o.continues_id)
        WHERE o.id = $1 ORDER BY p.offer_id = o.id DESC, p.id DESC LIMIT 1""",
        offer_id,
    )
    return found["capacity"] if found else None


# --- the page of those who work with offers ---
@dataclass(frozen=True)
class Shelf:
    """One part of the list: which offers, and the order they stand in (a time and the id, both one way)."""

    where: str
    key: str
    descending: bool


SHELVES = {
    "current": Shelf(
        "o.state = 'published' AND (o.last_session_ends IS NULL OR o.last_session_ends > $2)",
        "coalesce(o.next_session_at, '9999-01-01')",
        False,
    ),
    "drafts": Shelf("o.state = 'draft'", "o.changed_at", True),
    "earlier": Shelf(
        "(o.state = 'cancelled' OR o.state = 'published' AND o.last_session_ends <= $2)",
        "coalesce(o.last_session_ends, o.changed_at)",
        True,
    ),
}
PAGE = 20
MINE = f"""mine AS (SELECT o.id, {EDITS} AS edits, {SEES} AS sees FROM offer o, {EDITOR_OF}
    WHERE {EDITS} OR o.state <> 'draft' AND {LEADS})"""


async def shelf_counts(person: Any, now: datetime) -> dict[str, int]:
    """How many offers of this person stand on each shelf."""
    counts = ", ".join(f"count(*) FILTER (WHERE {shelf.where}) AS {name}" for name, shelf in SHELVES.items())
    found = await row(
        f"WITH {MINE} SELECT {counts} FROM mine JOIN offer o ON o.id = mine.id", person.id, now
    )  # fmt: skip
    return found or {}


async def managed(
    person: Any, shelf: str, lang: str, now: datetime, after: tuple[datetime, UUID] | None = None
) -> list[dict[str, Any]]:
    """A page of the offers that a person edits or leads, with the next session and its seats.

    `after` is (key, id) of the last one seen. One more than PAGE: there are more. (Not every shelf asks for $2;
    PostgreSQL must be told its type all the same.)
    """
    found = SHELVES[shelf]
    values: list[Any] = [person.id, now, lang]
    beyond = ""
    if after:
        values += after
        beyond = f"AND ({found.key}, o.id) {'<' if found.descending else '>'} ($4, $5)"
    way = "DESC" if found.descending else "ASC"
    return await rows(
        f"""WITH {MINE} SELECT o.id, o.slug, o.kind, o.state, o.joining, o.next_session_at, o.next_session_ends,
            o.session_count, o.changed_at, mine.edits, mine.sees, {found.key} AS key, w.name AS owner_name,
            {title_in("$3")} AS title, s.id AS session_id, p.capacity, p.taken, p.waiting,
            p.id IS NOT NULL AS has_seats
        FROM mine JOIN offer o ON o.id = mine.id JOIN organization w ON w.id = o.owner_id
        LEFT JOIN LATERAL (SELECT id FROM session WHERE offer_id = o.id AND starts_at = o.next_session_at
            AND status <> 'cancelled' ORDER BY id LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT * FROM seat_pool WHERE offer_id = o.id AND (session_id IS NULL OR session_id = s.id)
            LIMIT 1) p ON true
        WHERE ({found.where}) AND $2::timestamptz IS NOT NULL {beyond}
        ORDER BY {found.key} {way}, o.id {way} LIMIT {PAGE + 1}""",
        *values,
    )


async def last_begun(offer_id: UUID, now: datetime) -> UUID | None:
    """The session of an offer that began last: the way to its registers."""
    found: UUID | None = await value(
        """SELECT id FROM session WHERE offer_id = $1 AND starts_at <= $2 AND status <> 'cancelled'
        ORDER BY starts_at DESC, id LIMIT 1""",
        offer_id, now,
    )  # fmt: skip
    return found


REGISTERS_FOR = timedelta(days=30)


async def unsaved_registers(person: Any, lang: str, now: datetime, most: int = 5) -> list[dict[str, Any]]:
    """Sessions of the last month that are over and whose register nobody has saved, the latest first; `total` in each:
    how many there are.

    It only asks whether a row is there: the registers themselves belong to offers/attendance, a floor above.
    """
    return await rows(
        f"""WITH {MINE} SELECT s.id, s.starts_at, s.ends_at, {title_in("$3")} AS title,
            count(*) OVER () AS total
        FROM mine JOIN offer o ON o.id = mine.id JOIN session s ON s.offer_id = o.id
        WHERE mine.sees AND o.state <> 'draft' AND o.joining NOT IN ('external', 'none') AND s.status <> 'cancelled'
            AND s.ends_at <= $2 AND s.starts_at > $4
            AND NOT EXISTS (SELECT 1 FROM register r WHERE r.session_id = s.id)
            AND NOT EXISTS (SELECT 1 FROM head_count c WHERE c.session_id = s.id)
        ORDER BY s.starts_at DESC, s.id LIMIT $5""",
        person.id, now, lang, now - REGISTERS_FOR, most,
    )  # fmt: skip
