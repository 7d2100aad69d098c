"""What is asked of the catalogue, and what is found. No database."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus
from uuid import UUID

from offers.catalogue.cards import CardRow
from offers.catalogue.kinds import OF_ONESELF, peers_of
from offers.search.places.rules import Near

Put = Callable[[Any], str]
"""Adds a value to the statement and gives its placeholder."""

Query = dict[str, Any]
"""What stands in the address of a list, by name: a text or several."""
AS_IT_IS = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
"""What an address holds as it is typed."""


def in_address(query: Query) -> str:
    """The query as an address says it: what `urlencode` says, without reading each letter of what needs no quoting. A
    page has a dozen of them, of nearly the same choices."""
    said = (
        f"{name}={one if AS_IT_IS(one) else quote_plus(one)}"
        for name, value in query.items()
        for one in ((value,) if isinstance(value, str) else value)
    )
    return "&".join(said)


PAGE = 20


FEW = 3
"""Where fewer have all the words, those that have some of them are shown too."""


COUNTED = 200
"""Matches are counted up to this: more is "over 200", and no count of a large catalogue slows the list down."""


@dataclass(frozen=True)
class Position:
    """The place in the list after which a page begins. Lists go by the session shown, then id; no date stands last.
    With words or near a place they go by `rank` before that."""

    starts_at: datetime | None
    id: UUID
    rank: int = 0


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Nothing set: all offers that are not over.

    Of the offer: `age` of who comes, whom it has no limits against, said or by whom it is for; `spoken`: one of these
    languages is; `costs`: it is said to cost so; `online`: on the web; `drop_in` None: both; `no_booking`: there is
    nothing to book; `organization`, or one of `organizers` (slugs), owns it or takes part in it; `not_begun`: without
    courses that are booked as a whole and have begun. `any_word`: one of the words is enough; `all_words`: never.

    Of one and the same session, the first of which is shown and has its place in the list: `between`, it starts from
    the first moment until before the second; `weekdays` (1 is Monday); `parts` of the day; `evening`, or a weekend;
    `access`: it is where all of these are known to be; `districts`, by their names in addresses, and `within` so many
    kilometres, if any, from `near`; `free`: there is a seat in it. An offer without dates is asked for the last ones
    only, from `access` on, by its own place and its own seats.

    `by_date`: in the order of dates, also where there are words or a place to be near. `nearest_first`: in the
    order of distances, also where there are words. `fitting`: of those that answer equally well, what is for the
    audiences or the age first, before what is for everybody. `counted`: how far matches are counted, for who only
    wants the first few."""

    words: str = ""
    any_word: bool = False
    all_words: bool = False
    by_date: bool = False
    nearest_first: bool = False
    fitting: bool = False
    place: str = ""
    near: Near | None = None
    within: int | None = None
    districts: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    age: int | None = None
    spoken: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    organizers: tuple[str, ...] = ()
    online: bool = False
    no_booking: bool = False
    weekdays: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    between: tuple[datetime, datetime] | None = None
    drop_in: bool | None = None
    free: bool = False
    evening: bool = False
    not_begun: bool = False
    organization: UUID | None = None
    after: Position | None = None
    page: int = PAGE
    counted: int = COUNTED

    @property
    def ranked(self) -> bool:
        """Does what answers best, or is nearest, stand first?"""
        return bool(self.words or self.near or self.fitting) and not self.by_date

    @property
    def whom(self) -> tuple[str, ...]:
        """For whom it is looked for: these audiences, or those that one is of by age; else for oneself."""
        return self.audiences or (OF_ONESELF if self.age is None else tuple(peers_of(self.age)))

    @property
    def dated(self) -> bool:
        """Is the session shown one that was asked for by its time?"""
        return bool(self.between or self.evening or self.weekdays or self.parts)


@dataclass(frozen=True)
class Found:
    """A page of offers, how many match in all (at most `counted` + 1), and where the next begins.
    `with_all`: so many have all the words, and the rest some of them; None where all have them all."""

    rows: list[CardRow]
    total: int
    next: Position | None
    with_all: int | None = None

    @property
    def many(self) -> bool:
        return self.total > COUNTED
