"""The week of a search, as templates/offers/search/_week.html shows it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import ngettext
from offers.catalogue.queries import Viewer
from offers.search.asked import Query, Search
from offers.search.choices import Part
from offers.search.week import rules
from offers.search.week.asked import View, week_text
from offers.search.week.queries import Dateless, dateless, meetings
from offers.search.week.rules import WeekDay

DAYS = ("day", "date", "from", "to", "weekday", "part", "view", "week")
"""What says when, or shows a week: left out where a list of one part of one day is asked for."""
Here = Callable[[Query], str]
"""The address of the page with another query."""


class Week(NamedTuple):
    """A week of what is found. `links`: (words, address, arrow) of other weeks; `list_href`: all of it as a list."""

    span: str
    caption: str
    parts: list[str]
    days: list[WeekDay]
    links: list[tuple[str, str, str]]
    dateless: list[Dateless]
    dateless_more: int
    list_href: str

    @property
    def some(self) -> bool:
        """Is there anything in it?"""
        return not all(day.empty for day in self.days)


async def week(
    wanted: Search, monday: date, query: Query, here: Here, *, viewer: Viewer, lang: str, now: datetime
) -> Week:  # fmt: skip
    """`query`: what is asked for, as it stands in the address."""
    found = await meetings(rules.of_week(wanted, monday), viewer=viewer, lang=lang, now=now)
    others = await dateless(wanted, viewer=viewer, lang=lang, now=now)
    rest = {name: value for name, value in query.items() if name not in DAYS}

    def in_list(day: date, part: Part) -> str:
        return here(rest | {"date": day.isoformat(), "part": part.value})

    return Week(
        span=rules.span_words(monday), caption=rules.caption(monday), parts=[str(one) for one in rules.PARTS.values()],
        days=rules.days(found, monday, now, in_list), links=_links(monday, query, here, now), dateless=others,
        dateless_more=others[0].in_all - len(others) if others else 0, list_href=here(as_list(query)),
    )  # fmt: skip


def as_list(query: Query) -> Query:
    """The same search without a week."""
    return {name: value for name, value in query.items() if name not in ("view", "week")}


def as_week(query: Query, text: str = "") -> Query:
    """The same search as a week: 2026-W49, or the one in which one looks first."""
    return as_list(query) | {"view": View.WEEK.value} | ({"week": text} if text else {})


def _links(monday: date, query: Query, here: Here, now: datetime) -> list[tuple[str, str, str]]:
    """The week before, where something may be in it; this one, where one has come further; and the next."""
    this = rules.first_week(Search(), now)

    def at(other: date) -> str:
        return here(as_week(query, week_text(other)))

    links = []
    if monday > this:
        links.append((_("Forrige uke"), at(monday - timedelta(days=7)), "arrow-left"))
    if monday != this:
        links.append((_("Denne uka"), at(this), ""))
    links.append((_("Neste uke"), at(monday + timedelta(days=7)), "arrow-right"))
    return links


def heading(total: int, many: bool) -> str:
    """41 tilbud denne uka: how many have a session in it."""
    if many:
        return _("Over %(number)s tilbud i uka", number=total - 1)
    return (
        ngettext("%(num)s tilbud i uka", "%(num)s tilbud i uka", total) if total else _("Ingen tilbud i uka")
    )
