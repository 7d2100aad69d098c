"""How a list shows the situation that somebody's words are like: what was found by the words themselves stands, and
what the situation leads to follows it, said so. Only where nothing has all the words does it come first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from markupsafe import Markup

from offers.catalogue.cards import CardRow
from offers.catalogue.queries import Viewer
from offers.catalogue.rules import offers_found
from offers.search.asked import FEW, Found, Query, Search
from offers.search.cards import drawn
from offers.search.finding import find, find_several
from offers.search.situations import queries
from offers.search.situations.rules import Listed
from offers.search.words.crisis import needs_somebody_now

FEW_FOUND = 6
"""Where fewer are found by the words, what the situation leads to is shown too."""
SHOWN = 5
"""So many of it."""


@dataclass(frozen=True)
class Suggested:
    """The sentence, in the reader's language, and the way to what it leads to. `cards`: its first offers that are not
    found by the words; none where enough is found. `first`: before what is found. `rest`: what has only some of the
    words, which stands after it. `rows`: what is on the cards, for a page that draws them otherwise."""

    said: str
    href: str
    found: str
    cards: list[Markup]
    first: bool
    rest: list[Markup]
    rows: list[CardRow]


async def suggested(
    typed: str, wanted: Search, found: Found, address: Callable[[Query], str], chosen: Query,
    *, viewer: Viewer, lang: str, now: datetime,
) -> Suggested | None:  # fmt: skip
    """The situation for these words, if there is one and it leads to something. `wanted`: what is looked for with them,
    `chosen`: the same in the address, which `address` makes. What somebody has chosen stays chosen."""
    one = (await queries.said()).like(typed)
    single = len(typed.split()) < 2 and found.total >= FEW
    if one is None or single or needs_somebody_now(typed):
        return None
    led = await _leads_to(_led(wanted, one), viewer=viewer, lang=lang, now=now)
    if not led.rows:
        return None
    rest = {name: value for name, value in chosen.items() if name not in ("q", "order")}
    known = {row.id for row in found.rows}
    others = [row for row in led.rows if row.id not in known][:SHOWN]
    few = found.total < FEW_FOUND or found.with_all is not None

    def drawn_of(rows: list[CardRow]) -> list[Markup]:
        return [drawn(row, None, True, now=now, lang=lang) for row in rows]

    cards = drawn_of(others) if few else []
    return Suggested(
        one.said(lang), address(one.query | rest), offers_found(led.total, led.many),
        cards, found.with_all == 0 or not found.total,
        drawn_of(found.rows[found.with_all :]) if cards and found.with_all else [], others if few else [],
    )  # fmt: skip


async def _leads_to(led: Search, *, viewer: Viewer, lang: str, now: datetime) -> Found:
    """What a situation leads to, one of each kind in turn: what is agreed with somebody has no date, and would never
    come before what has one."""
    if led.words or len(led.kinds) < 2:
        return await find(led, viewer=viewer, lang=lang, now=now)
    kinds = [replace(led, kinds=(kind,)) for kind in led.kinds]
    found = await find_several(kinds, viewer=viewer, lang=lang, now=now)
    turns = zip_longest(*(one.rows for one in found))
    return Found([row for turn in turns for row in turn if row], sum(one.total for one in found), None)


def _led(wanted: Search, one: Listed) -> Search:
    """The search that a situation leads to, beside what else is chosen."""
    return replace(
        wanted, words=one.words, kinds=wanted.kinds or tuple(one.kinds),
        audiences=wanted.audiences or tuple(one.audiences), evening=wanted.evening or one.evening,
        drop_in=True if one.drop_in else wanted.drop_in, after=None, fitting=True,
    )  # fmt: skip
