"""Reads of the organisations' pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from marketplace.base.data.statement import Statement
from marketplace.base.data.texts import in_language
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from offers.catalogue.queries import CURRENT, Viewer, published
from offers.catalogue.rules import offers_found, other_lang, paragraphs, web_address
from organizations.directory.models import KIND_LABELS, OrganizationKind


class Words:
    """What a row of an organisation says in the words of the page."""

    __slots__ = ()
    kind: str
    lang: str | None

    @property
    def kind_label(self) -> str:
        return str(KIND_LABELS[OrganizationKind(self.kind)])

    @property
    def text_lang(self) -> str:
        """The language of its text, where it is another than the page's."""
        return other_lang(self.lang) if self.lang else ""


@dataclass(frozen=True, slots=True)
class Listed(Words):
    """An organisation in the list of all. `offers`: how many current ones it owns or takes part in; `summary` and
    `lang`: None where nothing is written."""

    slug: str
    name: str
    kind: str
    municipality: str
    summary: str | None
    lang: str | None
    offers: int

    @property
    def offers_text(self) -> str:
        return offers_found(self.offers, False) if self.offers else ""


async def organizations(viewer: Viewer, lang: str, now: datetime, municipality: str = "") -> list[Listed]:
    """Every approved organisation (of a municipality, by its slug, or owned by it with others)."""
    asked = Statement(lang, now, municipality)
    seen = f"{published(viewer).within(asked)} AND {CURRENT.format(now='$2')}"
    return await rows(
        Listed,
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


@dataclass(frozen=True, slots=True)
class Told(Words):
    """An organisation as its page tells of it. `summary`, `body` and `lang`: None where nothing is written; `above`
    and `units`: [address, name] of each."""

    id: UUID
    slug: str
    name: str
    kind: str
    contact_name: str
    phone: str
    email: str
    website: str
    municipality: str
    summary: str | None
    body: str | None
    lang: str | None
    logo: str | None
    logo_width: int | None
    logo_height: int | None
    above: list[list[str]]
    owners: list[str]
    units: list[list[str]]

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.body or "")

    @property
    def web(self) -> str:
        return web_address(self.website)


async def organization_page(slug: str, lang: str) -> Told:
    """An approved organisation with its text, its logo, the path of units `above` it, its units, and the
    municipalities that own it. Raises NotFound."""
    found = await row(
        Told,
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
