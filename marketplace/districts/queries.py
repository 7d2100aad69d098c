"""Reads of districts. Fetching is permission: those of the municipalities that the person coordinates."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.base.data.database import rows, value
from marketplace.base.errors import NotFound
from marketplace.base.text import name_order
from marketplace.districts.rules import Places
from offers.search.places.queries import district_of
from organizations.directory.models import District
from organizations.members.queries import coordinated_municipalities


@dataclass(frozen=True)
class Listed:
    """A district as its page shows it, with how many venues lie there."""

    id: UUID
    slug: str
    name: str
    places: Places
    venues: int


@dataclass(frozen=True)
class Outside:
    """Venues of a municipality that lie in no district, by what they say of where they are."""

    postcode: str | None
    city: str | None
    venues: int


@dataclass(frozen=True)
class Taken:
    """A postcode or a town, and the name of the district that has it."""

    place: str
    name: str


class WithPlaces(NamedTuple):
    """A district's row."""

    id: UUID
    slug: str
    name: str
    postcodes: list[str]
    towns: list[str]
    venues: int


async def district_of_coordinator(person: Any, id: UUID) -> District:  # noqa: A002 - an id is called id here
    """A district with its municipality. Raises NotFound."""
    reached = await coordinated_municipalities(person.id)
    found = await District.get_or_none(id=id, municipality_id__in=reached).select_related("municipality")
    if found is None:
        raise NotFound
    return found


async def districts(municipality: UUID) -> list[Listed]:
    """The districts of a municipality by name, with their places and how many venues lie there."""
    found = await rows(
        WithPlaces,
        f"""SELECT d.id, d.slug, d.name, ARRAY(SELECT postcode FROM district_place p WHERE p.district_id = d.id
                AND postcode IS NOT NULL ORDER BY 1) AS postcodes,
            ARRAY(SELECT city FROM district_place p WHERE p.district_id = d.id AND city IS NOT NULL
                ORDER BY lower(city)) AS towns,
            (SELECT count(*) FROM venue x WHERE x.municipality_id = d.municipality_id
                AND {district_of("d.municipality_id", "x.id")} = d.id) AS venues
        FROM district d WHERE d.municipality_id = $1 ORDER BY {name_order("d.name")}, d.id""",
        municipality,
    )
    return [
        Listed(one.id, one.slug, one.name, Places(tuple(one.postcodes), tuple(one.towns)), one.venues)
        for one in found
    ]


async def outside(municipality: UUID) -> list[Outside]:
    """Where the venues are that lie in no district, the most first."""
    return await rows(
        Outside,
        f"""SELECT x.postcode, min(x.city) AS city, count(*) AS venues FROM venue x WHERE x.municipality_id = $1
            AND {district_of("$1::uuid", "x.id")} IS NULL
        GROUP BY x.postcode, lower(x.city) ORDER BY 3 DESC, 1 NULLS LAST, 2 LIMIT 100""",
        municipality,
    )


async def taken(municipality: UUID, places: Places, but: UUID | None) -> list[Taken]:
    """Those of these postcodes and towns that another district has already."""
    return await rows(
        Taken,
        """SELECT coalesce(p.postcode, p.city) AS place, d.name FROM district_place p
            JOIN district d ON d.id = p.district_id
        WHERE p.municipality_id = $1 AND p.district_id IS DISTINCT FROM $4::uuid
            AND (p.postcode = ANY($2) OR lower(p.city) = ANY(SELECT lower(unnest($3::text[])))) ORDER BY 1""",
        municipality, list(places.postcodes), list(places.towns), but,
    )  # fmt: skip


async def has_name(municipality: UUID, name: str, but: UUID | None) -> bool:
    """Is another district of the municipality called so?"""
    return bool(
        await value(
            "SELECT true FROM district WHERE municipality_id = $1 AND lower(name) = lower($2) "
            "AND id IS DISTINCT FROM $3::uuid",
            municipality,
            name,
            but,
        )
    )


async def is_counted(district: UUID) -> bool:
    """Has something been counted in it, wanted or written of it? Then it stays, and can only be emptied.

    It only asks what is there; figures, goals and dialogues belong to floors above.
    """
    return bool(
        await value(
            """SELECT EXISTS (SELECT FROM cell WHERE district_id = $1)
            OR EXISTS (SELECT FROM goal WHERE $1 = ANY(districts))
            OR EXISTS (SELECT FROM dialogue_item WHERE district_id = $1)""",
            district,
        )
    )
