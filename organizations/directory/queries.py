"""Reads of where people live and meet: municipalities and their districts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from marketplace.base.data.database import rows
from marketplace.base.i18n import gettext as _
from marketplace.base.text import name_order


@dataclass(frozen=True, slots=True)
class Place:
    """Where something may be missed: a municipality, or a district in it. `key` is what a form sends."""

    key: str
    municipality_id: UUID
    municipality: str
    district_id: UUID | None
    district: str | None


async def places() -> list[Place]:
    """All municipalities and their districts, by name, each municipality before its districts."""
    return await rows(
        Place,
        f"""SELECT concat_ws('/', m.slug, d.slug) AS key, m.id AS municipality_id, m.name AS municipality,
            d.id AS district_id, d.name AS district
        FROM municipality m JOIN LATERAL (SELECT NULL::uuid AS id, NULL AS slug, NULL AS name
            UNION ALL SELECT id, slug, name FROM district WHERE municipality_id = m.id) d ON true
        ORDER BY {name_order("m.name")}, m.id, d.id IS NOT NULL, {name_order("d.name")}, d.id""",
    )


class Named(Protocol):
    """A municipality, or a district in it."""

    @property
    def key(self) -> str: ...
    @property
    def municipality(self) -> str: ...
    @property
    def district(self) -> str | None: ...


def place_choices(found: Sequence[Named]) -> list[tuple[str, str]]:
    """(key, words) of each, as something to choose among."""
    several = sum(one.district is None for one in found) > 1
    return [(one.key, _words(one, several)) for one in found]


def _words(place: Named, several: bool) -> str:
    if place.district is None:
        return _("Hele %(municipality)s", municipality=place.municipality)
    return f"{place.district}, {place.municipality}" if several else place.district
