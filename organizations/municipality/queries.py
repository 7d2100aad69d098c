"""Reads of municipalities: those that are served, the one of a page or message, those that somebody coordinates."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from marketplace.base.data.database import row, rows, unavailable
from marketplace.base.data.revision import catalogue
from marketplace.base.errors import NotFound
from marketplace.base.post.mail import says_site
from marketplace.base.quick.revised import Newest
from marketplace.base.site import Site, standard
from marketplace.base.text import name_order
from marketplace.settings import settings
from organizations.directory.models import Municipality
from organizations.members.queries import coordinated_municipalities


@dataclass(frozen=True)
class Served:
    """A municipality that the instance serves, the host name that makes it the one of a page, and what its pages say
    of themselves where that is not as the instance says."""

    id: UUID
    slug: str
    name: str
    host: str | None
    site_name: str | None
    helpline_name: str | None
    helpline_phone: str | None
    helpline_hours: str | None
    helpline_email: str | None
    logo: str | None
    welcomes: str | None
    """JSON: {language: sentence}."""

    @cached_property
    def site(self) -> Site:
        """What is said on its pages. Without a number it has no help line of its own (the table's law)."""
        ours = standard()
        phone, mail = self.helpline_phone or ours.helpline_phone, self.helpline_email or ours.helpline_email
        helpline = (
            self.helpline_name or ours.helpline_name,
            phone,
            self.helpline_hours or ours.helpline_hours,
            mail,
        )
        return Site(
            self.site_name or ours.name, self.name, *helpline, self.logo, json.loads(self.welcomes or "{}")
        )


LOGO = """SELECT w.logo_id FROM organization w WHERE w.municipality_id = {municipality} AND w.kind = 'municipal'
    AND w.parent_id IS NULL AND w.state = 'approved' AND w.logo_id IS NOT NULL ORDER BY w.created_at, w.id LIMIT 1"""
"""The picture of a municipality: that of its own unit."""
SERVED = f"""SELECT m.id, m.slug, m.name, m.host, m.site_name, m.helpline_name, m.helpline_phone, m.helpline_hours,
        m.helpline_email, (SELECT encode(p.sha256, 'hex') FROM picture p
            WHERE p.id = ({LOGO.format(municipality="m.id")})) AS logo,
        (SELECT json_object_agg(t.lang, t.welcome)::text FROM municipality_text t
            WHERE t.municipality_id = m.id) AS welcomes
    FROM municipality m"""

_served = Newest[list[Served]](catalogue, f"{__name__}.municipalities")


async def municipalities() -> list[Served]:
    """Those that the instance serves, by name."""
    return await _served.get((), _municipalities)


async def _municipalities() -> list[Served]:
    return await rows(Served, f"{SERVED} ORDER BY {name_order('m.name')}, m.slug")


def municipality_here(served: Sequence[Served], host: str) -> Served | None:
    """The municipality whose pages these are: by the host name of the address, else by the name that the instance
    bears; none where neither is one of those served."""
    by_host = next((one for one in served if one.host and one.host == host), None)
    return by_host or next((one for one in served if one.name == settings().place_name), None)


async def site_here(host: str) -> Site | None:
    """What the pages at this host name say of themselves. None: as the instance says. While the database is away it
    is what was last heard, for pages that need no database."""
    if not catalogue.listens:
        return None
    if catalogue.heard is None and _served.last:
        return last_heard(host)
    try:
        served = await municipalities()
    except Exception as error:
        if not unavailable(error):
            raise
        return last_heard(host)
    return _site_of(served, host)


def last_heard(host: str) -> Site | None:
    """The same without asking."""
    return _site_of((_served.last if catalogue.listens else None) or [], host)


def _site_of(served: Sequence[Served], host: str) -> Site | None:
    here = municipality_here(served, host)
    return here.site if here else None


@says_site
async def site_of_offer(offer: UUID) -> Site | None:
    """What a message about an offer says of itself: as the pages of its municipality. None: the offer is gone."""
    found = await row(Served, f"{SERVED} JOIN offer o ON o.municipality_id = m.id WHERE o.id = $1", offer)
    return found.site if found else None


@dataclass(frozen=True)
class Hosted:
    """A municipality as an operator sees it."""

    number: str
    name: str
    host: str | None


async def hosted() -> list[Hosted]:
    """Those that are served, by number."""
    return await rows(Hosted, "SELECT number, name, host FROM municipality ORDER BY number")


async def municipalities_of(person: Any) -> list[Municipality]:
    """Those that the person coordinates, by name."""
    return await Municipality.filter(id__in=await coordinated_municipalities(person.id)).order_by("name")


async def municipality_of(person: Any, slug: str) -> Municipality:
    """The municipality of this name, or with no name the first that the person coordinates. Raises NotFound."""
    found = [one for one in await municipalities_of(person) if slug in ("", one.slug)]
    if not found:
        raise NotFound
    return found[0]


async def welcomes(municipality: UUID) -> dict[str, str]:
    """The first sentence of its front page, by language."""
    found = await rows("SELECT lang, welcome FROM municipality_text WHERE municipality_id = $1", municipality)
    return {one["lang"]: one["welcome"] for one in found}
