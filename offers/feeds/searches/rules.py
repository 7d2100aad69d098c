"""A search as a calendar: what of it can be followed, in which words, and how it is stored."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from offers.search.filters import PASSING, Names, chosen
from offers.search.forms import ALL, SearchForm

LONGEST = 500
"""Characters of a stored query."""
SWITCHES = ("drop_in", "evening", "no_booking", "online")
SEVERAL = ("municipality", "audience", "kind", "weekday", "part", "spoken", "access", "cost", "organization")
"""In this order they are stored; a new one stands last, so that what is stored already is the same search still."""


def canonical(wanted: SearchForm) -> str:
    """The search as a query of /offers, one text for all who look for the same. What changes from day to day or with
    every booking is left out: a calendar tells of dates that stay."""
    one = {"q": tidy(wanted.q), "place": tidy(wanted.place)}
    one |= {name: "true" if getattr(wanted, name) else "" for name in SWITCHES}
    several = [(name, text) for name in SEVERAL for text in _sorted(getattr(wanted, name)) if text != ALL]
    age = [("age", str(wanted.age))] if wanted.age is not None else []
    return urlencode([*(pair for pair in one.items() if pair[1]), *several, *age])


def _sorted(asked: list[Any]) -> Iterator[str]:
    yield from sorted({str(getattr(each, "value", each)) for each in asked})


def tidy(typed: str) -> str:
    return " ".join(typed.lower().split())


def words_of(wanted: SearchForm, names: Names) -> list[str]:
    """What of the search a calendar follows, as the list of offers calls it."""
    place = tidy(wanted.place)
    told = wanted.model_copy(update={"q": tidy(wanted.q), "place": place[:1].upper() + place[1:]})
    return [choice.text for choice in chosen(told, names) if choice.name not in PASSING]


def left_out(wanted: SearchForm) -> list[str]:
    """What of it no calendar can follow."""
    return [choice.text for choice in chosen(wanted, {}) if choice.name in PASSING]
