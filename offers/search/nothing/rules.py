"""Which ways lead on from a search that found nothing. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from offers.search.asked import FEW, Found, Search

ADDRESSED = {
    "words": ("q",),
    "place": ("place",), "municipalities": ("municipality",), "districts": ("district",), "near": ("near",),
    "within": ("within",),
    "between": ("when", "day", "date", "from", "to"), "weekdays": ("weekday",), "parts": ("part",),
    "evening": ("evening",), "free": ("free",), "drop_in": ("drop_in",), "no_booking": ("no_booking",),
    "costs": ("cost",), "access": ("access",), "spoken": ("spoken",), "online": ("online",),
    "organizers": ("organization",), "kinds": ("kind",), "audiences": ("audience",), "age": ("age",),
}  # fmt: skip
"""What a search asks for, as it is called in the address: what is easiest to do without comes first, but for where and
when, which have ways of their own."""
WHERE = ("place", "districts", "near", "within", "municipalities")
DAY = ("between", "weekdays")
UNASKED: dict[str, Any] = {each.name: each.default for each in fields(Search)}


class Kind(StrEnum):
    """What a way does without."""

    WITHOUT = "without"
    NEIGHBOURS = "neighbours"
    ELSEWHERE = "elsewhere"
    ANOTHER_DAY = "another_day"
    WORDS_ONLY = "words_only"
    NO_WORDS = "no_words"


@dataclass(frozen=True)
class Way:
    """A search that asks for less. `dropped`: what it no longer asks for, as it is called in the address; `instead`:
    the municipalities that it asks for in place of those that were chosen."""

    kind: Kind
    search: Search
    dropped: tuple[str, ...]
    instead: tuple[str, ...] = ()


def is_little(wanted: Search, found: Found) -> bool:
    """Was next to nothing found of what somebody asked for? The municipality alone asks for nothing."""
    if wanted.after or (found.total >= FEW and found.with_all is None):
        return False
    return bool(asked_for(wanted) - {"municipalities"}) or not found.total


def asked_for(wanted: Search) -> set[str]:
    """All that is asked for, as the fields of a search are called."""
    return {name for name in ADDRESSED if _is_asked(wanted, name)}


def _is_asked(wanted: Search, name: str) -> bool:
    return getattr(wanted, name, None) not in (UNASKED.get(name), None)


def ways(wanted: Search, neighbours: tuple[str, ...] = ()) -> list[Way]:
    """The ways on, the nearest first: without one of the filters, on other days, in the neighbouring municipalities,
    anywhere else; then with the words alone, and without them. None where nothing is left to do without."""
    asked = [name for name in ADDRESSED if _is_asked(wanted, name)]
    where, when = ([name for name in asked if name in group] for group in (WHERE, DAY))
    filters = [name for name in asked if name not in ("words", *WHERE, *DAY)]
    made = [_without(Kind.WITHOUT, wanted, [name]) for name in filters]
    made += [_without(Kind.ANOTHER_DAY, wanted, when)] if when else []
    made += [_among(neighbours, wanted)] if neighbours else []
    made += [_without(Kind.ELSEWHERE, wanted, where)] if where else []
    if "words" in asked:
        made += [_without(Kind.WORDS_ONLY, wanted, [*when, *filters])] if len([*when, *filters]) > 1 else []
        made += [_without(Kind.NO_WORDS, wanted, ["words"])] if len(asked) > 1 else []
    return made


def _without(kind: Kind, wanted: Search, names: list[str]) -> Way:
    less = replace(wanted, after=None, **{name: UNASKED[name] for name in names})
    return Way(kind, less, tuple(each for name in names for each in ADDRESSED[name]))


def _among(neighbours: tuple[str, ...], wanted: Search) -> Way:
    """The same in these municipalities; what it shall be near stays, for the nearest stand first there too."""
    here = [name for name in WHERE if name != "near" and _is_asked(wanted, name)]
    less = _without(Kind.NEIGHBOURS, wanted, here)
    there = replace(less.search, municipalities=tuple(sorted(neighbours)))
    return replace(less, search=there, instead=neighbours)


def shown_cards(found: Mapping[Way, int]) -> list[Way]:
    """The two ways whose first offers are shown at once: what is most like it, and the same in the
    neighbouring municipalities, else elsewhere. `found`: how
    many each way finds, the nearest way first."""
    some = [way for way, number in found.items() if number]
    like = [way for way in some if way.kind in (Kind.WITHOUT, Kind.ANOTHER_DAY)]
    like = like or [way for way in some if way.kind in (Kind.WORDS_ONLY, Kind.NO_WORDS)]
    where = [way for way in some if way.kind in (Kind.NEIGHBOURS, Kind.ELSEWHERE)]
    return [*like[:1], *where[:1]]
