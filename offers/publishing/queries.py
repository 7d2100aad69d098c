"""Reads of those who publish and lead. Fetching is permission: what is not theirs is NotFound."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import column, row, rows, value
from marketplace.base.text import name_order
from offers.catalogue.kinds import KIND_LABELS, Kind
from offers.catalogue.models import ELSEWHERE, Offer, OfferText
from offers.catalogue.queries import title_in
from offers.catalogue.recorded import HAS_REGISTER, begun, came, recorded
from offers.catalogue.states import Dated, Stated
from offers.publishing.rules import seats_text
from offers.rights.queries import EDITOR_OF, EDITS, LEADS, SEES
from offers.seats.sql import covers


@dataclass(frozen=True, slots=True)
class Publisher:
    """An organisation in whose name somebody may publish."""

    id: UUID
    name: str
    municipality_id: UUID


async def own_organizations(person: Any) -> list[Publisher]:
    """The organisations in whose name the person may publish."""
    return await rows(
        Publisher,
        f"""SELECT w.id, w.name, w.municipality_id
        FROM membership m JOIN organization w ON w.id = m.organization_id
        WHERE m.person_id = $1 AND m.role IN ('editor', 'manager') AND m.ended_at IS NULL AND w.state = 'approved'
        GROUP BY w.id ORDER BY {name_order("w.name")}, w.id""",
        person.id,
    )


async def text_of(offer: Offer) -> OfferText:
    """What the offer says in its first language."""
    return await OfferText.get(offer_id=offer.id, lang=offer.source_lang)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one may meet."""

    id: UUID
    name: str
    street: str


async def venues(municipality: UUID) -> list[Place]:
    """The municipality's places, by name."""
    return await rows(
        Place,
        f"""SELECT id, name, street FROM venue WHERE municipality_id = $1
        ORDER BY {name_order("name")}, street LIMIT 500""",
        municipality,
    )


async def members_seeing(offer_id: UUID) -> list[UUID]:
    """The organisations whose members may see the offer."""
    return await column(
        "SELECT organization_id FROM offer_audience_organization WHERE offer_id = $1", offer_id
    )


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation by its name."""

    id: UUID
    name: str


async def organizations_near(municipality: UUID) -> list[Named]:
    """The approved organisations of a municipality, by name."""
    return await rows(
        Named,
        f"""SELECT id, name FROM organization WHERE municipality_id = $1 AND state = 'approved'
        ORDER BY {name_order("name")}, id""",
        municipality,
    )


@dataclass(frozen=True, slots=True)
class Coming(Dated):
    """A session that is not over, with the seats of its own pool if it has one."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    note: str
    venue_name: str | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    has_seats: bool

    @property
    def seats_text(self) -> str:
        return seats_text(self.capacity, self.taken or 0, self.waiting or 0) if self.has_seats else ""


async def sessions_of(offer_id: UUID, now: datetime, most: int = 200) -> list[Coming]:
    """The offer's sessions that are not over, in order."""
    return await rows(
        Coming,
        """SELECT s.id, s.starts_at, s.ends_at, s.status, s.note, v.name AS venue_name,
            p.capacity, p.taken, p.waiting, p.id IS NOT NULL AS has_seats
        FROM session s LEFT JOIN seat_pool p ON p.session_id = s.id LEFT JOIN venue v ON v.id = s.venue_id
        WHERE s.offer_id = $1 AND s.ends_at > $2 ORDER BY s.starts_at, s.id LIMIT $3""",
        offer_id, now, most,
    )  # fmt: skip


async def capacity_of(offer_id: UUID) -> int | None:
    """Seats as last set for the offer, or for the one that it continues. None: unlimited, or never set."""
    found: int | None = await value(
        """SELECT p.capacity FROM offer o JOIN seat_pool p ON p.offer_id IN (o.id, o.continues_id)
        WHERE o.id = $1 ORDER BY p.offer_id = o.id DESC, p.id DESC LIMIT 1""",
        offer_id,
    )
    return found


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


@dataclass(frozen=True, slots=True)
class Managed(Stated):
    """An offer on a shelf, with its next session (`session_id`: the register's) and the seats of that. What this person
    may: `edits` it, `sees` who comes. `key` is its place on the shelf."""

    id: UUID
    slug: str
    kind: str
    state: str
    joining: str
    next_session_at: datetime | None
    next_session_ends: datetime | None
    changed_at: datetime
    edits: bool
    sees: bool
    key: datetime
    owner_name: str
    title: str
    session_id: UUID | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    has_seats: bool

    @property
    def has_register(self) -> bool:
        """Is there a next session, of which we know who comes?"""
        return self.session_id is not None and self.joining not in ELSEWHERE

    @property
    def kind_label(self) -> str:
        return str(KIND_LABELS[Kind(self.kind)])

    @property
    def seats_text(self) -> str:
        if not (self.has_seats and self.sees and self.published):
            return ""
        return seats_text(self.capacity, self.taken or 0, self.waiting or 0)

    def begun(self, now: datetime) -> bool:
        """Is its next session held just now?"""
        return self.next_session_at is not None and self.next_session_at <= now


async def managed(
    person: Any, shelf: str, lang: str, now: datetime, after: tuple[datetime, UUID] | None = None
) -> list[Managed]:
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
        Managed,
        f"""WITH {MINE} SELECT o.id, o.slug, o.kind, o.state, o.joining, o.next_session_at, o.next_session_ends,
            o.changed_at, mine.edits, mine.sees, {found.key} AS key, w.name AS owner_name,
            {title_in("$3")} AS title, s.id AS session_id, p.capacity, p.taken, p.waiting,
            p.id IS NOT NULL AS has_seats
        FROM mine JOIN offer o ON o.id = mine.id JOIN organization w ON w.id = o.owner_id
        LEFT JOIN LATERAL (SELECT id FROM session WHERE offer_id = o.id AND starts_at = o.next_session_at
            AND status <> 'cancelled' ORDER BY id LIMIT 1) s ON true
        LEFT JOIN LATERAL (SELECT * FROM seat_pool WHERE offer_id = o.id AND {covers(p="seat_pool")}
            LIMIT 1) p ON true
        WHERE ({found.where}) AND $2::timestamptz IS NOT NULL {beyond}
        ORDER BY {found.key} {way}, o.id {way} LIMIT {PAGE + 1}""",
        *values,
    )


@dataclass(frozen=True, slots=True)
class Was:
    """A session that has begun. `recorded`: it is known that so many `came`; `begun`: something is marked so far."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    recorded: bool
    begun: bool
    came: int | None


WAS = f"s.id, s.starts_at, s.ends_at, {recorded()} AS recorded, {begun()} AS begun, {came()} AS came"
"""The columns of a Was, over the alias s."""


async def sessions_before(offer_id: UUID, now: datetime) -> list[Was]:
    """The six sessions of an offer that have begun last, the latest first."""
    return await rows(
        Was,
        f"""SELECT {WAS} FROM offer o JOIN session s ON s.offer_id = o.id
        WHERE o.id = $1 AND s.starts_at <= $2 AND {HAS_REGISTER}
        ORDER BY s.starts_at DESC, s.id DESC LIMIT 6""",
        offer_id, now,
    )  # fmt: skip
