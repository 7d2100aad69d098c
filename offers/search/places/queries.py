"""The places of the catalogue, read once and kept while it does not change."""

from datetime import datetime

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


async def _read() -> Places:
    asked = Statement()
    seen = published(VISITOR).within(asked)
    venues = await rows(
        VenueAt,
        f"""SELECT x.id, x.name, x.city, x.postcode, x.lat, x.lon, m.slug AS municipality,
            m.name AS municipality_name, EXISTS (
                SELECT 1 FROM offer o JOIN organization w ON w.id = o.owner_id
                WHERE o.venue_id = x.id AND {seen}) AS public,
            {district_of("x.municipality_id", "x.id")} AS district
        FROM venue x JOIN municipality m ON m.id = x.municipality_id ORDER BY {name_order("x.name")}, x.id""",
        *asked.values,
    )
    districts = await rows(
        DistrictAt,
        f"""SELECT d.id, d.slug, d.name, m.slug AS municipality, m.name AS municipality_name,
            ARRAY(SELECT postcode FROM district_place p WHERE p.district_id = d.id AND postcode IS NOT NULL
                ORDER BY 1)::text[] AS postcodes
        FROM district d JOIN municipality m ON m.id = d.municipality_id ORDER BY {name_order("d.name")}, d.id""",
    )
    return Places(tuple(venues), tuple(districts))
