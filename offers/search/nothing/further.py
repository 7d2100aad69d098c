"""What a page shows of a search that found nothing: what is like it, the same elsewhere, and where one may go today."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.catalogue.cards import Card, card
from offers.catalogue.queries import Viewer
from offers.catalogue.rules import When, period
from offers.search.asked import COUNTED, Found, Query, Search
from offers.search.filters import Choice
from offers.search.finding import find_several
from offers.search.forms import ALL
from offers.search.nothing.missed import Missed, chosen_words, missed, where_choices
from offers.search.nothing.rules import Kind, Way, shown_cards, ways
from offers.search.understood import Understood
from organizations.municipality.queries import Served

CARDS = 3
"""Offers of a way that are shown at once."""
LINES = 4
"""Ways that are told of."""
TOLD = (Kind.WITHOUT, Kind.ANOTHER_DAY, Kind.NEIGHBOURS, Kind.ELSEWHERE)
NAMED = 3
"""Neighbouring municipalities that are named; more are only called that."""


@dataclass(frozen=True)
class Asked:
    """The search as its page has it: what was understood, the query of its address, what was chosen, how such a query
    becomes an address, the municipalities there are and the one of the host name, and whether
    somebody needs help now."""

    understood: Understood
    query: Mapping[str, Any]
    choices: list[Choice]
    address: Callable[[Query], str]
    served: list[Served]
    home: Served | None
    urgent: bool

    def to(self, way: Way) -> str:
        """The address of a way. Where there is more than one municipality, no list is without."""
        rest = {name: value for name, value in self.query.items() if name not in way.dropped}
        if way.instead:
            rest["municipality"] = [*way.instead]
        elif len(self.served) > 1 and "municipality" in way.dropped:
            rest["municipality"] = [ALL]
        return self.address(rest)

    def neighbours(self) -> dict[str, str]:
        """The municipalities around those that are chosen, the nearest first: what they are called, by slug."""
        around = self.understood.known.around(self.understood.search.municipalities)
        names = {one.slug: one.name for one in self.served}
        return {slug: names[slug] for slug in around if slug in names}


@dataclass(frozen=True)
class Line:
    """«Uten «kveld og helg» finnes 3», and where."""

    text: str
    href: str


@dataclass(frozen=True)
class Near:
    """The first offers of a way, and where all of them are."""

    id: str
    title: str
    cards: list[Card]
    more: Line | None


@dataclass(frozen=True)
class Further:
    """All of it. `missed` None: it is not asked now. `nothing`: not even one of the words was found. `today`: where one
    may go without saying so first."""

    missed: Missed | None
    nothing: bool = False
    lines: Sequence[Line] = ()
    near: Sequence[Near] = ()
    today: Sequence[Card] = ()


async def look_further(asked: Asked, found: Found, *, viewer: Viewer, lang: str, now: datetime) -> Further:
    """What leads on, in one statement whatever was asked for. Where not all of the words were found, how many
    there are without each choice; where none was, the first offers as well. Who needs somebody now is not asked what
    they miss."""
    wanted, texts = asked.understood.search, chosen_words(asked.choices)
    places = where_choices(asked.served, asked.understood.known)
    asking = (
        None if asked.urgent else missed(asked.query, texts, places, asked.home.slug if asked.home else "")
    )
    if found.total and found.with_all != 0:
        return Further(asking)
    names = asked.neighbours()
    texts["neighbours"] = [*names.values()]
    on = ways(wanted, tuple(names))
    door = Search(municipalities=wanted.municipalities, drop_in=True, between=period(When.TODAY, now))
    first = [replace(one, all_words=True, page=CARDS) for one in (door, *(way.search for way in on))]
    open_door, *told = await find_several(first, viewer=viewer, lang=lang, now=now)
    by_way = dict(zip(on, told, strict=True))
    counted = {way: one.total for way, one in by_way.items()}
    around = next((number for way, number in counted.items() if way.kind is Kind.NEIGHBOURS), 0)
    lines = [
        Line(_told(way, number, texts), asked.to(way))
        for way, number in counted.items()
        if number and way.kind in TOLD and not (way.kind is Kind.ELSEWHERE and number == around)
    ][:LINES]
    if found.rows:
        return Further(asking, lines=lines)
    near = [
        Near(
            f"way-{way.kind}",
            _title(way, texts),
            _cards(by_way[way], now),
            _more(counted[way], asked.to(way)),
        )
        for way in shown_cards(counted)
    ]
    return Further(asking, True, lines, near, _cards(open_door, now))


def _cards(found: Found, now: datetime) -> list[Card]:
    return [card(row, now) for row in found.rows]


def _more(number: int, href: str) -> Line | None:
    return Line(_all(number), href) if number > CARDS else None


def _told(way: Way, number: int, texts: Mapping[str, list[str]]) -> str:
    if number > COUNTED:
        return f"{_lead(way, texts)}: {_('over %(number)s tilbud', number=COUNTED)}"
    return f"{_lead(way, texts)}: {ngettext('%(num)s tilbud', '%(num)s tilbud', number)}"


def _lead(way: Way, texts: Mapping[str, list[str]]) -> str:
    said = [text.strip("«»") for name in way.dropped for text in texts.get(name, [])]
    quoted = ", ".join(f"«{text}»" for text in said)
    match way.kind:
        case Kind.NEIGHBOURS:
            return _around(texts["neighbours"])
        case Kind.ELSEWHERE:
            return _("Det samme andre steder")
        case Kind.ANOTHER_DAY:
            return _("Det samme på andre dager")
        case Kind.WORDS_ONLY:
            return _("Bare %(choices)s", choices=" ".join(texts.get("q", [])))
        case _:
            return _("Uten %(choices)s", choices=quoted)


def _around(names: Sequence[str]) -> str:
    """Det samme i nabokommunene Klepp og Time."""
    if len(names) > NAMED:
        return _("Det samme i nabokommunene")
    if len(names) == 1:
        return _("Det samme i nabokommunen %(name)s", name=names[0])
    first, last = ", ".join(names[:-1]), names[-1]
    return _("Det samme i nabokommunene %(names)s og %(last)s", names=first, last=last)


def _title(way: Way, texts: Mapping[str, list[str]]) -> str:
    lead = _lead(way, texts)
    if way.kind in (Kind.NEIGHBOURS, Kind.ELSEWHERE, Kind.ANOTHER_DAY):
        return lead
    return _("Det som ligner: %(way)s", way=lead[0].lower() + lead[1:])


def _all(number: int) -> str:
    if number > COUNTED:
        return _("Vis alle, over %(number)s tilbud", number=COUNTED)
    return ngettext("Vis alle %(num)s tilbud", "Vis alle %(num)s tilbud", number)
