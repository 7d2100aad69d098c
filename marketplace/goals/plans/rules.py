"""Texts of plans, by language, and the years that a plan can be of."""

from collections.abc import Iterator, Mapping, Sequence

from marketplace.base.i18n import gettext as _
from marketplace.goals.models import Goal

Texts = dict[str, str]
MOST_YEARS = 20


def merged(texts: Mapping[str, str], lang: str, text: str) -> Texts:
    """The texts with one language written anew."""
    return {**texts, lang: text}


def objections(first_year: int, last_year: int, goals: Sequence[Goal]) -> Iterator[tuple[str, str]]:
    """Why a plan with these goals cannot be of these years, each at its field: the goals keep theirs."""
    if last_year < first_year:
        yield "last_year", _("Det siste året kan ikke være før det første.")
    elif last_year - first_year >= MOST_YEARS:
        yield "last_year", _("En plan kan vare i høyst %(years)s år.", years=MOST_YEARS)
    elif goals:
        first, last = min(one.first_year for one in goals), max(one.last_year for one in goals)
        if first_year > first:
            yield (
                "first_year",
                _("Planen har mål fra %(year)s. Skriv det året eller et tidligere.", year=first),
            )
        if last_year < last:
            yield "last_year", _("Planen har mål til %(year)s. Skriv det året eller et senere.", year=last)
