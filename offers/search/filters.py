"""What may be chosen among offers, in words: for the sheet of filters, its chips, and calendars of a search."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from babel.support import LazyProxy

from marketplace.base.i18n import day, lazy
from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS
from offers.catalogue.models import Cost
from offers.catalogue.rhythm import WEEKDAYS
from offers.catalogue.rules import WHEN_LABELS, When
from offers.catalogue.spoken import SPOKEN
from offers.search.choices import Access, Part, Weekday, Within
from offers.search.forms import ALL, SearchForm

SWITCHES: dict[str, LazyProxy] = {
    "drop_in": lazy("Kom innom, ingen påmelding"),
    "no_booking": lazy("Trenger ikke påmelding"),
    "free": lazy("Har ledige plasser"),
    "online": lazy("På nett"),
    "evening": lazy("Kveld og helg"),
}
"""What is on or not asked for. `evening` stands in old addresses only."""
SEVERAL: dict[str, Mapping[Any, Any]] = {
    "weekday": dict(zip(Weekday, WEEKDAYS, strict=True)),
    "part": {
        Part.MORNING: lazy("Formiddag"),
        Part.DAY: lazy("Ettermiddag"),
        Part.EVENING: lazy("Kveld, fra kl. 17"),
    },
    "audience": AUDIENCE_LABELS,
    "kind": KIND_LABELS,
    "spoken": SPOKEN,
    "access": {
        Access.STEP_FREE: lazy("Trinnfri inngang"),
        Access.TOILET: lazy("Toalett for rullestol"),
        Access.HEARING_LOOP: lazy("Teleslynge"),
    },
    "cost": {Cost.FREE: lazy("Gratis"), Cost.SOME: lazy("Koster litt")},
}
"""Of which several may be chosen: each value with its words."""
DAYS = (When.TODAY, When.TOMORROW, When.WEEKEND, When.SEVEN_DAYS)
"""Those that stand above the list. The others are asked for by addresses, old and our own."""
PASSING = frozenset({"free", "day", "date", "from", "to", "near", "within", "district"})
"""What means something else from day to day, with every booking, or where somebody is: no calendar follows it."""


class Choice(NamedTuple):
    """Something that is asked for. `value`: where several of the name may be, the one that this is."""

    name: str
    text: str
    value: str | None = None


Names = Mapping[tuple[str, str], str]
"""What municipalities, organisations and districts are called: by ("municipality", slug) and so on; and by ("near",
what was typed), the place that it is."""


def chosen(wanted: SearchForm, names: Names) -> Iterator[Choice]:
    """All that is asked for, in words; one that several may be of, once each."""
    if wanted.q:
        yield Choice("q", f"«{wanted.q}»")
    if wanted.place:
        yield Choice("place", wanted.place)
    yield from (Choice(name, str(text)) for name, text in SWITCHES.items() if getattr(wanted, name))
    if wanted.day and not any(wanted.span):
        yield Choice("day", str(WHEN_LABELS[wanted.day]))
    yield from _dates(wanted)
    if wanted.age is not None:
        yield Choice("age", age_words(wanted.age))
    if wanted.near:
        yield Choice("near", near_words(names.get(("near", wanted.near), wanted.near)))
    if wanted.within and wanted.near:
        yield Choice("within", within_words(wanted.within))
    for name, labels in SEVERAL.items():
        asked = getattr(wanted, name)
        yield from (
            Choice(name, str(labels[one]), str(getattr(one, "value", one))) for one in labels if one in asked
        )
    for name in ("organization", "district", "municipality"):
        slugs = dict.fromkeys(getattr(wanted, name))
        yield from (Choice(name, names.get((name, one), one), one) for one in slugs if one != ALL)


def age_words(age: int) -> str:
    """Alder: 9 år."""
    return _("Alder: %(age)s år", age=age)


def near_words(place: str) -> str:
    """Nær Hana."""
    return _("Nær %(place)s", place=place)


def within_words(within: Within) -> str:
    """Høyst 5 km unna."""
    return _("Høyst %(number)s km unna", number=within.value)


def _dates(wanted: SearchForm) -> Iterator[Choice]:
    first, last = wanted.first, wanted.last
    if wanted.date:
        yield Choice("date", _day(wanted.date))
    if first:
        yield Choice("from", _("fra %(day)s", day=_day(first)))
    if last:
        yield Choice("to", _("til og med %(day)s", day=_day(last)))


def _day(when: date) -> str:
    return day(when, year=True)


__all__ = [
    "DAYS",
    "PASSING",
    "SEVERAL",
    "SWITCHES",
    "Choice",
    "Names",
    "age_words",
    "chosen",
    "near_words",
    "within_words",
]
