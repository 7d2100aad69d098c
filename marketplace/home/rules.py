"""How the front page tells of what happens. No database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from marketplace.base.clock import today
from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from marketplace.home.queries import DAYS, Happens, Titled
from offers.catalogue.cards import day_heading
from offers.catalogue.rules import other_lang

SOON = timedelta(hours=1)


def soon(starts: datetime, now: datetime) -> str:
    """What is said of what somebody could walk in on now; of what is later, nothing."""
    if starts <= now:
        return _("pågår nå")
    return _("begynner snart") if starts - now <= SOON else ""


@dataclass(frozen=True)
class Line:
    """One offer on a leaf. `lang`: of its title, where it is not the page's."""

    starts_at: datetime
    path: str
    title: str
    lang: str


@dataclass(frozen=True)
class Leaf:
    """A day: its first offers, and the way to all. `name`: as a heading; `near`: what the day is called from here;
    `more`: of the link."""

    day: date
    name: str
    near: str
    lines: list[Line]
    path: str
    more: str


def leaves(
    happens: Sequence[Happens], titles: Mapping[UUID, Titled], municipalities: tuple[str, ...], now: datetime
) -> list[Leaf]:
    """Seven days from today on, also those on which nothing happens: a week has no holes."""
    first = today(now)
    return [_leaf(first + timedelta(days=at), first, happens, titles, municipalities) for at in range(DAYS)]


def _leaf(
    day: date,
    this_day: date,
    happens: Sequence[Happens],
    titles: Mapping[UUID, Titled],
    municipalities: tuple[str, ...],
) -> Leaf:
    of_day = [one for one in happens if one.day == day]
    lines = [
        Line(one.starts_at, f"/offers/{one.slug}", said.title, other_lang(said.lang))
        for one in of_day
        if one.shown and (said := titles.get(one.offer_id))
    ]
    total = of_day[0].total if of_day else 0
    path = f"/offers?{urlencode({'date': day.isoformat(), 'municipality': municipalities}, doseq=True)}"
    more = ngettext("Se den ene", "Alle %(num)s", total) if total > len(lines) else ""
    return Leaf(day, *day_heading(day, this_day), lines, path, more)
