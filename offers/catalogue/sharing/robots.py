"""What search engines are asked to leave alone. It hides nothing: doors do that (marketplace/access.py)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from marketplace.base.i18n import LANGUAGES, SOURCE

OURS_TO_KNOW = (
    "/bookings", "/demo", "/goodbye", "/health", "/invitations", "/notices", "/offers/*/bookings", "/sign-in",
    "/unsubscribe",
)  # fmt: skip
"""Open to whoever has the address, with nothing to find. Never the calendars: who fetches them asks here first."""
ENDLESS = ("/offers?*",)
"""Every choice of filters has an address of its own. Without the star some readers take it for all below /offers."""


def behind_doors(routes: Iterable[Any]) -> set[str]:
    """How the addresses begin that not everybody may enter: /manage, where nothing below is public; else each alone."""
    open_to: defaultdict[str, set[str]] = defaultdict(set)
    for route in routes:
        mark = getattr(getattr(route, "endpoint", None), "mark", None)
        first = "/" + route.path.split("/")[1]
        open_to[first].add(
            "" if mark is None or mark.name == "public" else route.path.partition("{")[0].rstrip("/")
        )
    return {
        path for first, paths in open_to.items() for path in ({first} if "" not in paths else paths - {""})
    }


def robots(routes: Iterable[Any]) -> str:
    """The lines of robots.txt but for the address of the map."""
    languages = ("", *(f"/{code}" for code in LANGUAGES if code != SOURCE))
    paths = sorted({*OURS_TO_KNOW, *ENDLESS, *behind_doors(routes)})
    return "\n".join(
        ["User-agent: *", *(f"Disallow: {lang}{path}" for path in paths for lang in languages), ""]
    )
