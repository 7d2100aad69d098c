"""The map of the site that search engines read (sitemaps.org), with each page in every language."""

from collections.abc import Iterator, Sequence

from marketplace.base.clock import oslo
from marketplace.base.i18n import LANGUAGES, SOURCE
from marketplace.settings import settings
from offers.catalogue.sharing.queries import Mapped

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
STANDING = ("/", "/organizations", "/about")
"""Pages that are always there."""
AT_ONCE = 50
"""Offers that are written together."""


def index(pages: int) -> str:
    """The list of the pages of a map that has several."""
    pages_of = settings().public_url + "/sitemap"
    each = "".join(f"<sitemap><loc>{pages_of}/{page}.xml</loc></sitemap>\n" for page in range(1, pages + 1))
    return f"{HEAD}<sitemapindex {NAMES}>\n{each}</sitemapindex>\n"


def urls(offers: Sequence[Mapped], *, first: bool) -> Iterator[str]:
    """A page of the map, piece by piece; the first has the standing pages too."""
    yield f'{HEAD}<urlset {NAMES} xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    if first:
        yield "".join(map(_url, STANDING))
    for start in range(0, len(offers), AT_ONCE):
        some = offers[start : start + AT_ONCE]
        yield "".join(_url(f"/offers/{one.slug}", oslo(one.changed_at).date().isoformat()) for one in some)
    yield "</urlset>\n"


def _url(path: str, changed: str = "") -> str:
    """A page in each language, and each with all of them. Slugs need no escaping."""
    places = {code: settings().public_url + in_language(code, path) for code in LANGUAGES}
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{place}"/>' for code, place in places.items()
    )
    told = f"<lastmod>{changed}</lastmod>" if changed else ""
    return "".join(f"<url><loc>{place}</loc>{told}{others}</url>\n" for place in places.values())


def in_language(code: str, path: str) -> str:
    prefix = "" if code == SOURCE else f"/{code}"
    return f"{prefix}{path}" if path != "/" else prefix or "/"
