"""What a change of a session touches."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import column, rows
from offers.catalogue.models import Session
from offers.rights.sql import LED, SEEN
from organizations.notices.models import Notice
from organizations.notices.queries import told


@dataclass(frozen=True, slots=True)
class EndingPool:
    """A pool that ends. `begun`: others of its sessions have been held."""

    id: UUID
    begun: bool


async def ending_pools(offer_id: UUID, now: datetime, session_id: UUID | None = None) -> list[EndingPool]:
    """The pools that end when the offer is cancelled, or only this session of it that has not begun.

    The offer's own pool ends with the last session that has not begun.
    """
    return await rows(
        EndingPool,
        """SELECT p.id, p.session_id IS NULL AND EXISTS (SELECT FROM session s WHERE s.offer_id = p.offer_id
            AND s.status <> 'cancelled' AND s.starts_at <= $2) AS begun
        FROM seat_pool p WHERE p.offer_id = $1 AND CASE
            WHEN p.session_id IS NOT NULL THEN p.session_id = $3 OR $3::uuid IS NULL AND p.starts_at > $2
            WHEN $3::uuid IS NULL THEN p.ends_at IS NULL OR p.ends_at > $2
            ELSE NOT EXISTS (SELECT FROM session s WHERE s.offer_id = p.offer_id AND s.id <> $3
                AND s.status <> 'cancelled' AND s.starts_at > $2)
        END ORDER BY p.id""",
        offer_id, now, session_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who leads sessions, and where they are told of it."""

    organization_id: UUID
    person_id: UUID
    lang: str
    channel: str
    value: str


async def leaders(offer_id: UUID, but: UUID) -> list[Leader]:
    """Those who are told of what becomes of this offer's sessions: its hosts, or where nobody is set to lead it all who
    may, but for whoever does it. Each by one of their roles."""
    return await rows(
        Leader,
        f"""SELECT DISTINCT ON (t.person_id) t.* FROM offer o, {told(Notice.CHANGED)} t
        WHERE o.id = $1 AND t.person_id <> $2 AND {SEEN.format(organization="t.organization_id", person="t.person_id")}
            AND {LED.format(person="t.person_id")}
        ORDER BY t.person_id, t.organization_id <> o.owner_id, t.organization_id""",
        offer_id, but,
    )  # fmt: skip


class Meets(NamedTuple):
    """When somebody meets."""

    starts_at: datetime
    ends_at: datetime


async def sessions_between(session: Session, starts: datetime, ends: datetime) -> list[Meets]:
    """Others of the same offer that meet at some moment between these, in order."""
    return await rows(
        Meets,
        """SELECT starts_at, ends_at FROM session WHERE offer_id = $1 AND id <> $2 AND status <> 'cancelled'
            AND starts_at < $4 AND ends_at > $3 ORDER BY starts_at, id""",
        session.offer_id, session.id, starts, ends,
    )  # fmt: skip


async def untold() -> list[UUID]:
    """The offers with sessions that were added, of which nobody has been told."""
    return await column(
        "SELECT DISTINCT offer_id FROM session WHERE untold_since IS NOT NULL ORDER BY offer_id"
    )
