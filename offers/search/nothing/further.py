"""What a page shows of a search that found nothing: what is like it, the same elsewhere, and where one may go today."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.catalogue.cards import Card, card
from offers.catalogue.queries import Viewer
from offers.catalogue.rules import When, period
from offers.search.finding import find
from offers.search.nothing import queries
from offers.search.nothing.missed import Missed
from offers.search.nothing.rules import Kind, Way, shown_cards, ways
from offers.search.queries import COUNTED, Search

CARDS = 3
"""Offers of a way that are shown at once."""
LINES = 4
"""Ways that are told of."""
TOLD = (Kind.WITHOUT, Kind.ANOTHER_DAY, Kind.ELSEWHERE)
Address = Callable[[tuple[str, ...]], str]
"""Where the same search is without what is called so in the address."""


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


async def look_further(
    wanted: Search, texts: Mapping[str, list[str]], address: Address, asking: Missed | None, *,
    nothing: bool, viewer: Viewer, lang: str, now: datetime,
) -> Further:  # fmt: skip
    """What leads on, in a handful of statements whatever was asked for. `texts`: what is chosen, in words, by its name
    in the address; `nothing`: not even one of the words was found, so offers of the ways are shown at once."""
    found = await queries.count(ways(wanted), viewer=viewer, now=now)
    lines = [
        Line(_told(way, number, texts), address(way.dropped))
        for way, number in found.items() if number and way.kind in TOLD
    ][:LINES]  # fmt: skip
    if not nothing:
        return Further(asking, lines=lines)
    near = []
    for way in shown_cards(found):
        more = Line(_all(found[way]), address(way.dropped)) if found[way] > CARDS else None
        near.append(
            Near(f"way-{way.kind}", _title(way, texts), await _cards(way.search, viewer, lang, now), more)
        )
    open_door = Search(municipalities=wanted.municipalities, drop_in=True, between=period(When.TODAY, now))
    return Further(asking, nothing, lines, near, await _cards(open_door, viewer, lang, now))


async def _cards(wanted: Search, viewer: Viewer, lang: str, now: datetime) -> list[Card]:
    found = await find(replace(wanted, page=CARDS, counted=CARDS), viewer=viewer, lang=lang, now=now)
    return [card(row, now) for row in found.rows[:CARDS]]


def _told(way: Way, number: int, texts: Mapping[str, list[str]]) -> str:
    if number > COUNTED:
        return f"{_lead(way, texts)}: {_('over %(number)s tilbud', number=COUNTED)}"
    return f"{_lead(way, texts)}: {ngettext('%(num)s tilbud', '%(num)s tilbud', number)}"


def _lead(way: Way, texts: Mapping[str, list[str]]) -> str:
    said = [text.strip("«»") for name in way.dropped for text in texts.get(name, [])]
    quoted = ", ".join(f"«{text}»" for text in said)
    match way.kind:
        case Kind.ELSEWHERE:
            return _("Det samme andre steder")
        case Kind.ANOTHER_DAY:
            return _("Det samme på andre dager")
        case Kind.WORDS_ONLY:
            return _("Bare %(choices)s", choices=" ".join(texts.get("q", [])))
        case _:
            return _("Uten %(choices)s", choices=quoted)


def _title(way: Way, texts: Mapping[str, list[str]]) -> str:
    lead = _lead(way, texts)
    if way.kind in (Kind.ELSEWHERE, Kind.ANOTHER_DAY):
        return lead
    return _("Det som ligner: %(way)s", way=lead[0].lower() + lead[1:])


def _all(number: int) -> str:
    if number > COUNTED:
        return _("Vis alle, over %(number)s tilbud", number=COUNTED)
    return ngettext("Vis alle %(num)s tilbud", "Vis alle %(num)s tilbud", number)
