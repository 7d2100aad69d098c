"""What somebody waits to open."""

from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.base.data.statement import Statement
from offers.catalogue.queries import Viewer, offer_text, published
from offers.seats.queries import POOL_COLUMNS, PoolFacts


@dataclass(frozen=True, slots=True)
class Opening(PoolFacts):
    """A pool that somebody waits for, and its offer."""

    slug: str
    visibility: str
    title: str


async def opening(pool_id: UUID, viewer: Viewer | None, lang: str) -> Opening | None:
    """A pool with its offer, if this viewer may see it; None: if anybody may."""
    asked = Statement(pool_id, lang)
    seen = published(viewer).within(asked) if viewer else "o.state = 'published' AND w.state = 'approved'"
    return await row(
        Opening,
        f"""SELECT {POOL_COLUMNS}, o.slug, o.visibility, t.title
        FROM seat_pool p JOIN offer o ON o.id = p.offer_id JOIN organization w ON w.id = o.owner_id
        JOIN {offer_text("$2")} t ON true LEFT JOIN session s ON s.id = p.session_id
        WHERE p.id = $1 AND {seen} AND s.status IS DISTINCT FROM 'cancelled'""",
        *asked.values,
    )
