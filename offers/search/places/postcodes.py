"""Where the postcodes of Norway are, from static/postcodes.txt, whose head says whence it is. No database.

The browser reads the same file: it is there that a position becomes a postcode (static/js/list.js), so that no
position is ever sent.
"""

from collections.abc import Iterable
from functools import cache
from math import cos, hypot, radians
from typing import NamedTuple

from marketplace.base.text import without_marks
from marketplace.base.web.static import STATIC

KM_OF_A_DEGREE = 111.195


class Point(NamedTuple):
    """Degrees north and east."""

    lat: float
    lon: float


class Postcode(NamedTuple):
    """A postcode, the place it is called by, and about where it is."""

    code: str
    name: str
    point: Point


@cache
def postcodes() -> dict[str, Postcode]:
    """Those whose place is known, by code: two thirds of all, and all of towns."""
    lines = (STATIC / "postcodes.txt").read_text(encoding="utf-8").splitlines()
    found = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: Postcode(code, name, Point(float(lat), float(lon))) for code, name, lat, lon in found}


@cache
def towns() -> dict[str, Postcode]:
    """The places that postcodes are called by, by what they are called, folded: each with its first code, in the middle
    of its codes."""
    several: dict[str, list[Postcode]] = {}
    for one in postcodes().values():
        several.setdefault(folded(one.name), []).append(one)
    return {name: ones[0]._replace(point=middle(one.point for one in ones)) for name, ones in several.items()}


def beginning_with(start: str) -> list[Postcode]:
    """The postcodes that begin so."""
    exact = postcodes().get(start)
    if exact:
        return [exact]
    return [one for code, one in postcodes().items() if code.startswith(start)]


def middle(points: Iterable[Point]) -> Point:
    """The middle of at least one."""
    lats, lons = zip(*points, strict=True)
    return Point(sum(lats) / len(lats), sum(lons) / len(lons))


def metres(one: Point, other: Point) -> int:
    """How far it is in a straight line, as good as exact within a country."""
    north = one.lat - other.lat
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return round(1000 * KM_OF_A_DEGREE * hypot(north, east))


def folded(name: str) -> str:
    """A name without what keyboards and people leave out: capitals, marks, hyphens. Ålgård is algard."""
    plain = without_marks(name.casefold().replace("æ", "a").replace("ø", "o"))
    return " ".join(plain.replace("-", " ").split())


def spellings(typed: str) -> tuple[str, ...]:
    """What a name that was typed may be, folded: as it stands; and with æ, ø and å for what is written where these are
    not to be had, Aalgaard and Soendre Land. (Mosjøen is no mosjon: only what is typed is read so.)"""
    name = folded(typed)
    other = name
    for pair, letter in (("aa", "a"), ("ae", "a"), ("oe", "o")):
        other = other.replace(pair, letter)
    return (name, other) if other != name else (name,)
