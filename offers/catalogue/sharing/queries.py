"""Which offers a short address and the map of the site lead to."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.base.data.database import row, rows, value
from marketplace.base.data.statement import Statement
from offers.catalogue.queries import CURRENT, VISITOR, Viewer, published

PAGE = 500
"""Offers in one file of the map."""


async def slug_of_number(number: int, viewer: Viewer) -> str | None:
    """The offer with this number, if this viewer may see its page."""
    asked = Statement(number)
    seen = published(viewer, cancelled=True).within(asked)
    found = await value(
        f"SELECT o.slug FROM offer o JOIN organization w ON w.id = o.owner_id WHERE o.number = $1 AND {seen}",
        *asked.values,
    )
    return str(found) if found else None


@dataclass(frozen=True, slots=True)
class Mapped:
    """An offer in the map of the site. `changed_at`: its text, or when and where it is; never what is booked."""

    slug: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Extent:
    """How many offers the map has."""

    offers: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.offers // PAGE))


def _told(asked: Statement) -> str:
    """SQL, of aliases o and w: what everybody may know of, that is not over, with now as $1."""
    return f"{published(VISITOR).within(asked)} AND NOT o.sensitive AND {CURRENT.format(now='$1')}"


async def extent(now: datetime) -> Extent:
    """How long the map is."""
    asked = Statement(now)
    found = await row(
        Extent,
        f"""SELECT count(*)::int AS offers FROM offer o JOIN organization w ON w.id = o.owner_id
        WHERE {_told(asked)}""",
        *asked.values,
    )
    return found or Extent(0)


async def mapped(page: int, now: datetime) -> list[Mapped]:
    """The offers of one page of the map, from 1."""
    asked = Statement(now)
    return await rows(
        Mapped,
        f"""SELECT o.slug, greatest(o.changed_at,
            (SELECT max(s.changed_at) FROM session s WHERE s.offer_id = o.id)) AS changed_at
        FROM offer o JOIN organization w ON w.id = o.owner_id WHERE {_told(asked)}
        ORDER BY o.number LIMIT {PAGE} OFFSET {PAGE * (page - 1)}""",
        *asked.values,
    )
