"""What is told of an offer in a message: what everybody may see of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row
from marketplace.base.data.statement import Statement
from marketplace.base.errors import NotFound
from offers.catalogue.queries import VISITOR, offer_text, published
from offers.catalogue.sharing.short import code_of


@dataclass(frozen=True, slots=True)
class Facts:
    """An offer, with the first of its dates that is to come and where that is."""

    id: UUID
    slug: str
    number: int
    owner_id: UUID
    owner: str
    phone: str
    title: str
    summary: str
    text_lang: str
    starts_at: datetime | None
    ends_at: datetime | None
    venue: str | None
    street: str | None
    city: str | None

    @property
    def path(self) -> str:
        return f"/offers/{self.slug}"

    @property
    def short(self) -> str:
        """What leads there in few signs, and says nothing of what it is."""
        return f"/t/{code_of(self.number)}"


async def facts_of(slug: str, lang: str, now: datetime) -> Facts:
    """An offer that a visitor may see, and that is not called off. Raises NotFound."""
    asked = Statement(slug, lang, now)
    seen = published(VISITOR).within(asked)
    found = await row(
        Facts,
        f"""SELECT o.id, o.slug, o.number, o.owner_id, w.name AS owner, coalesce(nullif(o.phone, ''), w.phone) AS phone,
            t.title, t.summary, t.lang AS text_lang, s.starts_at, s.ends_at, v.name AS venue, v.street, v.city
        FROM offer o JOIN organization w ON w.id = o.owner_id JOIN {offer_text("$2")} t ON true
        LEFT JOIN LATERAL (SELECT starts_at, ends_at, venue_id FROM session WHERE offer_id = o.id
            AND status <> 'cancelled' AND ends_at > $3 ORDER BY starts_at, id LIMIT 1) s ON true
        LEFT JOIN venue v ON v.id = coalesce(s.venue_id, o.venue_id)
        WHERE o.slug = $1 AND {seen}""",
        *asked.values,
    )
    if found is None:
        raise NotFound
    return found
