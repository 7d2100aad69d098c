"""A search as a calendar: what of it can be followed, in which words, and how it is stored."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

from marketplace.base.i18n import gettext as _
from marketplace.base.text import clean
from marketplace.base.web.forms import Filled
from offers.catalogue.models import AUDIENCE_LABELS, KIND_LABELS
from offers.catalogue.rules import WHEN_LABELS
from offers.search.forms import ALL, SearchForm

LONGEST = 500
"""Characters of a stored query."""


def canonical(wanted: SearchForm) -> str:
    """The search as a query of /offers, one text for all who look for the same. What changes from day to day or with
    every booking is left out: a calendar tells of dates that stay."""
    one = {"q": tidy(wanted.q), "place": tidy(wanted.place)}
    one |= {name: "true" if getattr(wanted, name) else "" for name in ("drop_in", "evening")}
    several = [
        ("municipality", one) for one in sorted(set(wanted.municipality)) if ALL not in wanted.municipality
    ]
    several += [("audience", each.value) for each in sorted(set(wanted.audience))]
    several += [("kind", each.value) for each in sorted(set(wanted.kind))]
    return urlencode([pair for pair in [*one.items(), *several] if pair[1]])


def tidy(typed: str) -> str:
    return " ".join(typed.lower().split())


def parsed(query: str) -> SearchForm:
    """The search of a canonical query."""
    fields = {name: [clean(typed) for typed in texts] for name, texts in parse_qs(query).items()}
    return Filled(SearchForm, fields, {}).data


def words_of(wanted: SearchForm, municipalities: Mapping[str, str]) -> list[str]:
    """What of the search a calendar follows, as the list of offers calls it. `municipalities`: their names by slug."""
    q, place = tidy(wanted.q), tidy(wanted.place)
    found = [f"«{q}»"] if q else []
    found += [place[0].upper() + place[1:]] if place else []
    found += [_("Kom innom, ingen påmelding")] if wanted.drop_in else []
    found += [_("Kveld og helg")] if wanted.evening else []
    found += [municipalities.get(one, one) for one in sorted(set(wanted.municipality)) if one != ALL]
    found += [str(AUDIENCE_LABELS[each]) for each in sorted(set(wanted.audience))]
    return found + [str(KIND_LABELS[each]) for each in sorted(set(wanted.kind))]


def left_out(wanted: SearchForm) -> list[str]:
    """What of it no calendar can follow."""
    found = [_("Har ledige plasser")] if wanted.free else []
    found += [_("Hvor nær det er")] if wanted.near else []
    found += [_("Bydelen du har valgt")] if wanted.district else []
    return found + ([str(WHEN_LABELS[wanted.when])] if wanted.when else [])
