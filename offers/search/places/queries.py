"""The places of the catalogue, read once and kept while it does not change."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.data.revision import catalogue
from marketplace.base.data.statement import Statement
from marketplace.base.quick.revised import Newest
from marketplace.base.text import name_order
from offers.catalogue.queries import VISITOR, published
from offers.search.places.rules import DistrictAt, Places, VenueAt

LIES_IN = """(p.municipality_id = {municipality} AND (p.postcode = {venue}.postcode
    OR lower(p.city) = lower({venue}.city)))"""
"""SQL: does this venue lie in what district_place p says? The postcode goes before the town: ORDER BY p.postcode IS
NULL."""


def district_of(municipality: str, venue: str) -> str:
    """SQL, a value: the district in which the venue with this id lies, by its postcode, else its town; else null."""
    lies = LIES_IN.format(municipality=municipality, venue="v")
    return f"""(SELECT p.district_id FROM venue v JOIN district_place p ON {lies}
        WHERE v.id = {venue} ORDER BY p.postcode IS NULL LIMIT 1)"""


def in_districts(slugs: str, municipalities: str | None) -> str:
    """SQL: the ids of the venues in districts of these names, of these municipalities if any. All are placeholders of
    arrays."""
    here = municipalities and f" AND d.municipality_id IN ({_of_slugs(municipalities)})"
    return f"""SELECT x.id FROM venue x JOIN district d ON d.municipality_id = x.municipality_id
        AND d.slug = ANY({slugs}::text[]){here or ""}
        WHERE {district_of("x.municipality_id", "x.id")} = d.id"""


def _of_slugs(slugs: str) -> str:
    return f"SELECT id FROM municipality WHERE slug = ANY({slugs}::text[])"


def away(venues: str, metres: str) -> str:
    """SQL: rows of how far venues are from a place. Placeholders of arrays."""
    return f"SELECT * FROM unnest({venues}::uuid[], {metres}::int[]) AS n(venue_id, metres)"


_kept = Newest[Places](catalogue, f"{__name__}.places")


async def places(now: datetime) -> Places:
    """Venues, and the districts of the coordinators. A changed district is known within a minute."""
    return await _kept.get(now.replace(second=0, microsecond=0), _read)


class _Read(NamedTuple):
    """A venue, or a district, which has a `slug`."""

    slug: str | None
    id: UUID
    name: str
    city: str | None
    postcode: str | None
    lat: float | None
    lon: float | None
    municipality: str
    municipality_name: str
    public: bool | None
    district: UUID | None
    postcodes: list[str] | None


async def _read() -> Places:
    asked = Statement()
    seen = published(VISITOR).within(asked)
    found = await rows(
        _Read,
        f"""SELECT p.slug, p.id, p.name, p.city, p.postcode, p.lat, p.lon, p.public, p.district, p.postcodes,
            m.slug AS municipality, m.name AS municipality_name FROM (
            SELECT NULL AS slug, x.id, x.name, x.city, x.postcode, x.lat, x.lon, x.municipality_id, EXISTS (
                SELECT 1 FROM offer o JOIN organization w ON w.id = o.owner_id
                WHERE o.venue_id = x.id AND {seen}) AS public,
                {district_of("x.municipality_id", "x.id")} AS district, NULL::text[] AS postcodes FROM venue x
            UNION ALL SELECT d.slug, d.id, d.name, NULL, NULL, NULL, NULL, d.municipality_id, NULL, NULL,
                ARRAY(SELECT postcode FROM district_place p WHERE p.district_id = d.id AND postcode IS NOT NULL
                    ORDER BY 1)::text[] FROM district d) p
        JOIN municipality m ON m.id = p.municipality_id ORDER BY {name_order("p.name")}, p.id""",
        *asked.values,
    )
    return Places(
        tuple(
            VenueAt(one.id, one.name, one.city, one.postcode, one.lat, one.lon, one.municipality,
                    one.municipality_name, bool(one.public), one.district)
            for one in found if one.slug is None
        ),
        tuple(
            DistrictAt(one.id, one.slug, one.name, one.municipality, one.municipality_name, one.postcodes or [])
            for one in found if one.slug is not None
        ),
    )  # fmt: skip
