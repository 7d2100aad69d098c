"""A card of the catalogue: one class of what is read for it, and one of what it says. No database, no clock."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from markupsafe import Markup

from marketplace.base.clock import today
from marketplace.base.i18n import NBSP, ngettext, time_span
from marketplace.base.i18n import day as day_words
from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Cost, Joining
from offers.catalogue.pictures import DRAWN
from offers.catalogue.rules import (
    audience_words,
    away_words,
    kind_words,
    listed_seats,
    other_lang,
    short_ages,
    when_words,
)
from offers.catalogue.spoken import spoken_names

SPOKEN_SHOWN = 3
"""So many languages have room on a card."""


class CardRow(NamedTuple):
    """What is known of an offer that stands in a list: the columns of offers/search/queries.py:CARD, which the index
    of the catalogue fills as well (finding.py). `session_at` to `session_ends`: the session shown; `starts_at` to
    `closes_at`: of its seats, or of the offer's; without `taken` there are none. `room_later`: where these are full, is
    there room on another day? `picture`: the address of its organiser's own, in hexadecimal. `metres`: how far it
    is, where somebody asked for what is near. `spoken`: codes of languages, with a space between."""

    id: UUID
    slug: str
    kind: str
    audiences: tuple[str, ...]
    main_audience: str | None
    joining: str
    sensitive: bool
    session_count: int
    online_url: str | None
    session_at: datetime | None
    session_ends: datetime | None
    owner_name: str
    venue_name: str | None
    title: str
    summary: str
    lang: str
    picture: str | None
    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None
    room_later: bool | None
    metres: int | None = None
    cost: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    spoken: str = ""


class Card(NamedTuple):
    """What components/offers.html:offer_card shows. `lang`: the language of the offer's own words, where it is another
    than the page's. `act`: what a visitor may do (rules.py:Seats). `drawing`: the file for who has no `picture`."""

    slug: str
    title: str
    summary: str
    lang: str
    kind_label: str
    owner_name: str
    starts_at: datetime | None
    ends_at: datetime | None
    when_text: str
    venue_name: str
    audience_text: str
    limits: str
    spoken: tuple[tuple[str, str], ...]
    seats_state: str
    seats_text: str
    seats_note: str
    drop_in: bool
    act: str
    picture: str | None
    drawing: str


def where_words(venue_name: str | None, online_url: str | None, metres: int | None = None) -> str:
    """The venue's name, or that it is on the web; with how far it is where that is known."""
    where = venue_name or (_("På nett") if online_url else "")
    return where if metres is None else f"{where}, {away_words(metres)}"


class Day(NamedTuple):
    """The cards under one heading. `day`: of those that have a date in a list that goes by them; `near`: i dag, i
    morgen. Without a heading: a list in another order."""

    day: date | None
    heading: str
    near: str
    cards: list[Markup]


Draw = Callable[[CardRow, date | None, bool], Markup]
"""Draws a card that stands under a day, and under a heading or not (offers/search/cards.py)."""


def listed(rows: Iterable[CardRow], now: datetime, draw: Draw, *, by_day: bool) -> list[Day]:
    """A list, in the order it has. By day it says each day once, and the cards only the hours. What is going on since
    an earlier day stands under today."""
    if not by_day:
        return [Day(None, "", "", cards)] if (cards := [draw(row, None, False) for row in rows]) else []
    this_day = today(now)
    made = []
    for day, of_day in groupby(
        rows, lambda row: max(today(row.session_at), this_day) if row.session_at else None
    ):
        heading = day_heading(day, this_day) if day else (_("Uten fast tid"), "")
        made.append(Day(day, *heading, [draw(row, day, True) for row in of_day]))
    return made


def day_heading(day: date, this_day: date) -> tuple[str, str]:
    """Onsdag 2. desember, and what the day is called from here: i dag, i morgen, or nothing."""
    days = (day - this_day).days
    words = day_words(day, year=days > 180)
    return words[:1].upper() + words[1:], {0: _("i dag"), 1: _("i morgen")}.get(days, "")


def _when(row: CardRow, now: datetime, under: date | None) -> str:
    starts, ends = row.session_at, row.session_ends
    if starts is None or ends is None:
        return _("Tid avtaler vi sammen") if row.joining == Joining.REQUEST else _("Når du vil")
    if today(starts) != under or ends - starts >= timedelta(hours=24):
        return when_words(starts, ends, now)
    if row.joining != Joining.WHOLE or row.session_count < 2:
        return time_span(starts, ends)
    times = ngettext("%(num)s gang", "%(num)s ganger", row.session_count)
    return f"{time_span(starts, ends)}, {times.replace(' ', NBSP)}"


def _limits(row: CardRow) -> str:
    """13–18 år, koster litt: what one would rather know before one goes there."""
    costs = _("koster litt") if row.cost == Cost.SOME else ""
    return ", ".join(filter(None, (short_ages(row.age_from, row.age_to), costs)))


def card(row: CardRow, now: datetime, *, under: date | None = None) -> Card:
    """An offer of a list, in the reader's language. `under`: the day that a heading above it says."""
    told = listed_seats(row.joining, row, row.sensitive, now)
    return Card(
        slug=row.slug, title=row.title, summary=row.summary, lang=other_lang(row.lang),
        kind_label=kind_words(row.kind, row.joining, row.session_count), owner_name=row.owner_name,
        starts_at=row.session_at, ends_at=row.session_ends, when_text=_when(row, now, under),
        venue_name=where_words(row.venue_name, row.online_url, row.metres),
        audience_text=audience_words(row.audiences, row.main_audience), limits=_limits(row),
        spoken=tuple(spoken_names(row.spoken.split())[:SPOKEN_SHOWN]), seats_state=told.state,
        seats_text=told.text, seats_note=_("Ledig andre dager") if row.room_later and not row.sensitive else "",
        drop_in=row.joining == Joining.DROP_IN, act=told.act, picture=row.picture, drawing=DRAWN[Kind(row.kind)],
    )  # fmt: skip
