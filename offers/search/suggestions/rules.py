"""What is suggested while somebody types: from two letters on, the words of what there is now. No database, no clock.

Only what every visitor may see, and never the name of what is sensitive: it is found by whoever looks for it, and
nobody else is to read it over a shoulder. No seats are told.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlencode

from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS
from offers.search.places.rules import Places
from offers.search.situations.rules import Listed, Said, folded

SHORTEST, LONGEST = 2, 60
"""Letters from which, and up to which, something is suggested."""
OFFERS, OTHERS = 4, 2
"""So many offers, and of each other sort, at the most."""
END = "\U0010ffff"
"""Sorts after every word that begins alike."""


class Option(NamedTuple):
    """`text` and what sort it is; `path` it leads to; `lang` of the text where it is not the page's."""

    text: str
    sort: str
    path: str
    lang: str = ""


class Offer(NamedTuple):
    """What is known of an offer. `where`: slugs of municipalities, "" for everywhere; no `titles` where nobody is to
    read them."""

    slug: str
    where: list[str]
    kind: str
    audiences: list[str]
    source_lang: str
    titles: dict[str, str] | None

    def title(self, lang: str) -> tuple[str, str]:
        """(the title in the reader's language, else its own; which that is)"""
        titles = self.titles or {}
        found = next((one for one in (lang, self.source_lang, *titles) if one in titles), "")
        return titles.get(found, ""), found

    def is_in(self, municipalities: Collection[str]) -> bool:
        return not municipalities or any(one == "" or one in municipalities for one in self.where)


class Known:
    """The offers by the beginnings of the words of their titles."""

    def __init__(self, told: str | None) -> None:
        """`told`: a list as JSON, the soonest first (queries.py)."""
        self.offers = [Offer(*one) for one in json.loads(told or "[]")]
        self.begins = {
            lang: [folded(one.title(lang)[0].lower()) for one in self.offers] for lang in LANGUAGES
        }
        self.words: dict[str, tuple[list[str], list[int]]] = {}
        for lang in LANGUAGES:
            pairs = sorted(
                {(word, at) for at, one in enumerate(self.offers) for word in words_of(one.title(lang)[0])}
            )
            self.words[lang] = [word for word, _at in pairs], [at for _word, at in pairs]

    def titled(self, asked: list[str], lang: str, municipalities: Collection[str]) -> list[Option]:
        """The offers whose titles have each of these beginnings: first those that begin so, then the soonest."""
        words, of = self.words[lang]
        found: set[int] | None = None
        for one in asked:
            having = set(of[bisect_left(words, one) : bisect_left(words, one + END)])
            found = having if found is None else found & having
        options: dict[str, Option] = {}
        for at in sorted(found or (), key=lambda at: (not self.begins[lang][at].startswith(asked[0]), at)):
            offer = self.offers[at]
            title, written_in = offer.title(lang)
            if offer.is_in(municipalities):
                other = "" if written_in == lang else written_in
                options.setdefault(title, Option(title, _("Tilbud"), f"/offers/{offer.slug}", other))
            if len(options) == OFFERS:
                break
        return [*options.values()]


def words_of(text: str) -> set[str]:
    """The words of a text as they are compared: small letters, without rings and dots."""
    return {folded(word) for word in re.findall(r"\w+", text.lower())}


def suggestions(
    typed: str, known: Known, said: Said, places: Places, *, lang: str, municipalities: Collection[str]
) -> list[Option]:
    """What somebody may be about to type, or to say."""
    asked = [folded(word) for word in re.findall(r"\w+", typed.lower())]
    if not len("".join(asked)) >= SHORTEST or len(typed) > LONGEST:
        return []
    where = {"municipality": sorted(municipalities)} if municipalities else {}
    return [
        *known.titled(asked, lang, municipalities),
        *_sorts(asked, known, municipalities, where),
        *islice((_situation(one, lang, where) for one in said.beginning(typed, lang)), OTHERS),
        *islice(_places(asked, places, municipalities, where), OTHERS),
    ]


def _sorts(
    asked: list[str], known: Known, municipalities: Collection[str], where: dict[str, list[str]]
) -> Iterable[Option]:
    """Kinds and audiences that there is something of."""
    kinds = [kind for kind, words in KIND_LABELS.items() if _begins(asked, str(words))]
    audiences = [one for one, words in AUDIENCE_LABELS.items() if _begins(asked, str(words))]
    if kinds or audiences:  # next to never: only then all offers are looked through
        here = [one for one in known.offers if one.is_in(municipalities)]
        kinds = [kind for kind in kinds if any(one.kind == kind for one in here)]
        audiences = [audience for audience in audiences if any(audience in one.audiences for one in here)]
    for kind in kinds[:OTHERS]:
        yield Option(str(KIND_LABELS[kind]), _("Hva slags"), _path({"kind": kind.value, **where}))
    for audience in audiences[:OTHERS]:
        yield Option(
            str(AUDIENCE_LABELS[audience]), _("For hvem"), _path({"audience": audience.value, **where})
        )


def _situation(one: Listed, lang: str, where: dict[str, list[str]]) -> Option:
    return Option(one.said(lang), _("Slik andre sier det"), _path(one.query | where))


def _places(
    asked: list[str], places: Places, municipalities: Collection[str], where: dict[str, list[str]]
) -> Iterable[Option]:
    for one in places.districts:
        if _begins(asked, one.name) and (not municipalities or one.municipality in municipalities):
            yield Option(one.name, _("Sted"), _path({"district": one.slug, **where}))
    for venue in places.venues:
        there = not municipalities or venue.municipality in municipalities
        if venue.public and there and _begins(asked, venue.name):
            yield Option(venue.name, _("Sted"), _path({"place": venue.name, **where}))


def _begins(asked: list[str], text: str) -> bool:
    words = words_of(text)
    return all(any(word.startswith(one) for word in words) for one in asked)


def _path(query: dict[str, object]) -> str:
    return f"/offers?{urlencode(query, doseq=True)}"
