"""Which place somebody means, and how far it is from there. No database."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from marketplace.base.text import holds_position, plain_digits
from offers.search.places.postcodes import (
    Point,
    beginning_with,
    folded,
    metres,
    middle,
    postcodes,
    spellings,
    towns,
)

POSTCODE = re.compile(r"(?:N(?:O|orge)?[- ]?)?([0-9]{1,4})(?:\s+\D+)?", re.IGNORECASE)
"""4328, 43, N-4328, 4328 Sandnes."""
COORDINATES = re.compile(r"[^A-Za-zÆØÅæøå]*[0-9]{1,3}[.,°][0-9]*[^A-Za-zÆØÅæøå]*")
"""What is no place but a position, which never stands in an address."""
NEIGHBOURS = 50_000
"""Metres between the middles of municipalities that are neighbours."""
BEGINNING = 3
"""Letters from which the beginning of a name is enough."""


class VenueAt(NamedTuple):
    """What one knows of where a venue is. `public`: something that anybody may see takes place there."""

    id: UUID
    name: str
    city: str | None
    postcode: str | None
    lat: float | None
    lon: float | None
    municipality: str
    municipality_name: str
    public: bool
    district: UUID | None

    @property
    def point(self) -> Point | None:
        """Its own, else about that of its postcode."""
        if self.lat is not None and self.lon is not None:
            return Point(self.lat, self.lon)
        known = postcodes().get(self.postcode or "")
        return known.point if known else None


class DistrictAt(NamedTuple):
    """A district, and the postcodes that the coordinators say that it is made of."""

    id: UUID
    slug: str
    name: str
    municipality: str
    municipality_name: str
    postcodes: list[str]


class Place(NamedTuple):
    """A place that has a name, in a municipality that is served here or in none."""

    name: str
    point: Point
    municipality: str = ""


class Near(NamedTuple):
    """A place, with how far each venue is from it, in metres."""

    name: str
    venues: tuple[tuple[UUID, int], ...]

    @property
    def columns(self) -> tuple[list[UUID], list[int]]:
        """The venues, and how far each is."""
        return [venue for venue, _away in self.venues], [away for _venue, away in self.venues]

    def within(self, km: int) -> list[UUID]:
        """The venues that are no farther away."""
        return [venue for venue, away in self.venues if away <= 1000 * km]


@dataclass(frozen=True)
class Places:
    """The places of the catalogue as they are now."""

    venues: tuple[VenueAt, ...]
    districts: tuple[DistrictAt, ...]

    @cached_property
    def points(self) -> dict[UUID, Point]:
        """Where the venues are of which one knows."""
        return {one.id: one.point for one in self.venues if one.point}

    @cached_property
    def areas(self) -> set[str]:
        """What districts, municipalities and towns are called, folded: a word among others may be one of these."""
        return {folded(one.name) for one in (*self._districts(), *self._towns())}

    @cached_property
    def named(self) -> dict[str, list[Place]]:
        """What the places of the catalogue are called, folded: districts before municipalities, towns and venues."""
        found: dict[str, list[Place]] = {}
        for place in (
            *self._districts(),
            *self._towns(),
            *(
                Place(one.name, one.point, one.municipality)
                for one in self.venues
                if one.public and one.point
            ),
        ):
            found.setdefault(folded(place.name), []).append(place)
        return found

    def district(self, slug: str, municipalities: Collection[str] = ()) -> list[DistrictAt]:
        """The districts of this name in the address, in these municipalities if any are chosen."""
        return [
            one
            for one in self.districts
            if one.slug == slug and (not municipalities or one.municipality in municipalities)
        ]

    def district_names(self, municipalities: Collection[str] = ()) -> list[str]:
        """What districts are called in addresses, of these municipalities if any are chosen."""
        return [*dict.fromkeys(
            one.slug for one in self.districts if not municipalities or one.municipality in municipalities
        )]  # fmt: skip

    def venues_in(self, slugs: Collection[str], municipalities: Collection[str] = ()) -> frozenset[UUID]:
        """The venues in districts of these names (queries.py:in_districts)."""
        districts = (one.id for slug in slugs for one in self.district(slug, municipalities))
        return frozenset[UUID]().union(*(self._lying_in.get(one, ()) for one in districts))

    @cached_property
    def _lying_in(self) -> dict[UUID, list[UUID]]:
        """The venues of each district."""
        found: dict[UUID, list[UUID]] = {}
        for one in self.venues:
            if one.district:
                found.setdefault(one.district, []).append(one.id)
        return found

    def near(self, place: Place) -> Near:
        """How far all venues are from the place."""
        away = ((venue, metres(place.point, point)) for venue, point in self.points.items())
        return Near(place.name, tuple(away))

    def middle_of(self, district: DistrictAt) -> Point | None:
        """About where people live in the district: its postcodes, else its venues."""
        known = [postcodes()[code].point for code in district.postcodes if code in postcodes()]
        there = known or [one.point for one in self.venues if one.district == district.id and one.point]
        return middle(there) if there else None

    @cached_property
    def middles(self) -> dict[str, Point]:
        """Where municipalities are, by slug: the place that the post calls so, else the middle of their venues."""
        return {one.municipality: one.point for one in self._together("municipality_name")}

    def around(self, municipalities: Collection[str]) -> list[str]:
        """The neighbours of these municipalities, the nearest first."""
        here = [self.middles[one] for one in municipalities if one in self.middles]
        away = {
            slug: min(metres(point, one) for one in here)
            for slug, point in self.middles.items() if here and slug not in municipalities
        }  # fmt: skip
        return [slug for slug in sorted(away, key=lambda one: (away[one], one)) if away[slug] <= NEIGHBOURS]

    def _districts(self) -> list[Place]:
        middles = ((one, self.middle_of(one)) for one in self.districts)
        return [Place(one.name, point, one.municipality) for one, point in middles if point]

    def _towns(self) -> list[Place]:
        return [*self._together("municipality_name"), *self._together("city")]

    def _together(self, column: str) -> list[Place]:
        """The places that several venues say of themselves: where the post has them, else in the venues' middle."""
        there: dict[tuple[str, str], list[Point]] = {}
        for one in self.venues:
            if (name := getattr(one, column)) and one.point:
                there.setdefault((name, one.municipality), []).append(one.point)
        return [
            Place(name, known.point if (known := towns().get(folded(name))) else middle(points), municipality)
            for (name, municipality), points in there.items()
        ]


NOWHERE = Places((), ())
"""Where nobody asks for a district."""


def place_of(typed: str, places: Places, municipalities: Collection[str] = ()) -> Place | None:
    """The place that is meant by a name, the beginning of one, a postcode or a part of it. Of equal names that in the
    chosen municipalities goes first, then what the catalogue knows, then what the post knows."""
    if code := POSTCODE.fullmatch(plain_digits(" ".join(typed.split()))):
        found = beginning_with(code[1])
        if not found:
            return _of_venues(code[1], places)
        one = found[0].code == code[1]
        return Place(f"{code[1]} {found[0].name}" if one else code[1], middle(each.point for each in found))
    names = spellings(typed)
    for name in names:
        if exact := places.named.get(name):
            return min(exact, key=lambda place: place.municipality not in municipalities)
    for name in names:
        if town := towns().get(name):
            return Place(town.name, town.point)
    starts = tuple(name for name in names if len(name) >= BEGINNING)
    if not starts:
        return None
    begun = [place for key, ones in places.named.items() if key.startswith(starts) for place in ones]
    if begun:
        return min(begun, key=lambda place: place.municipality not in municipalities)
    post = next((town for key, town in towns().items() if key.startswith(starts)), None)
    return Place(post.name, post.point) if post else None


def _of_venues(code: str, places: Places) -> Place | None:
    """The middle of the venues that have the postcode, where the post's list does not know it."""
    there = [one.point for one in places.venues if one.postcode == code and one.point]
    return Place(code, middle(there)) if there else None


def is_position(typed: str) -> bool:
    """Does this, in place of a place's name, say where somebody is?"""
    return bool(COORDINATES.fullmatch(typed)) or holds_position(typed)
