"""What the page of offers says of places: chips, choices, and in which order the list stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from marketplace.base.i18n import gettext as _
from offers.catalogue.queries import Viewer
from offers.search.asked import Found, Query, Search
from offers.search.choices import Order, Within
from offers.search.filters import age_words, near_words, within_words
from offers.search.finding import find
from offers.search.places.rules import DistrictAt, Place
from offers.search.understood import Understood
from organizations.municipality.queries import Served

NEAR_FIELDS = ("near", "within")
"""What goes when one no longer asks to be near."""


class Orders(NamedTuple):
    """How a list is ordered, in words, and (text, address) of the other ways."""

    said: str
    others: list[tuple[str, str]]


def orders(best: bool, near: Place | None, chosen: Order | None, to: Callable[[Order], str]) -> Orders | None:
    """The order of what is asked for, and what it could be instead. None where there is only that of dates. `best`:
    can something answer better than something else?"""
    ways = {
        Order.BEST: (_("Det som passer best, står først."), _("Vis det som passer best først")),
        Order.NEAR: (_("Det nærmeste står først."), _("Vis det nærmeste først")),
        Order.DATE: (_("Det som kommer først, står først."), _("Vis etter dato")),
    }
    if best and near:
        ways[Order.BEST] = (_("Det som passer best og er nærmest, står først."), ways[Order.BEST][1])
    possible = {Order.BEST: best, Order.NEAR: near is not None, Order.DATE: True}
    offered = [order for order, can in possible.items() if can]
    if len(offered) < 2:
        return None
    now = chosen if chosen in offered else offered[0]
    return Orders(ways[now][0], [(ways[order][1], to(order)) for order in offered if order is not now])


def word_chips(asked: Understood, query: Query, to: Callable[[Query], str]) -> list[tuple[str, str]]:
    """(text, address without it) for the words, and for each place and day that was read out of them: without it, it is
    a word as others are."""
    made = []
    if words := asked.search.words:
        typed = " ".join(read.typed for read in asked.read)
        without = {name: value for name, value in query.items() if name != "q"}
        made.append((f"«{words}»", to(without | ({"q": typed} if typed else {}))))
    for read in asked.read:
        name, value = read.filters[0]
        text = read.typed[:1].upper() + read.typed[1:]
        if name == "near" and asked.near:
            text = near_words(asked.near.name)
        elif name == "age":
            text = age_words(int(value))
        made.append((text, to(query | {"plain": [*query.get("plain", []), read.typed]})))
    return made


def within_choices() -> list[tuple[str, str]]:
    return [("", _("Uansett hvor langt")), *((one.value, within_words(one)) for one in Within)]


def district_choices(asked: Understood, served: list[Served]) -> list[tuple[str, str]]:
    """The districts of the municipalities that are chosen; with the municipality's name where there are several."""
    chosen = asked.search.municipalities or [one.slug for one in served]
    found = [one for one in asked.known.districts if one.municipality in chosen]
    several = len({one.municipality for one in found}) > 1
    return [
        (one.slug, f"{one.name} ({one.municipality_name})" if several else one.name)
        for one in sorted(
            found, key=lambda one: (one.municipality_name, one.name) if several else ("", one.name)
        )
    ]


async def nearest_instead(
    asked: Understood, wanted: Search, found: Found, *, viewer: Viewer, lang: str, now: datetime
) -> tuple[Search, Found, str]:
    """(the search, what it found, that it is not what was asked for): where districts have nothing, what is nearest to
    them; else as it was."""
    nearest = None if found.total else asked.nearest
    if nearest is None:
        return wanted, found, ""
    around = await find(nearest, viewer=viewer, lang=lang, now=now)
    said = _nothing_there(asked.districts) if around.rows else ""
    return nearest, replace(around, total=0, next=None), said


def _nothing_there(districts: tuple[DistrictAt, ...]) -> str:
    return _("Ingen tilbud i %(places)s passer.", places=", ".join(one.name for one in districts))
