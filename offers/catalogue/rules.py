"""What a row of the catalogue says in words: seats left, dates, whom it is for. No database, no clock."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple, Protocol

from marketplace.base.clock import at_oslo, today
from marketplace.base.i18n import NBSP, language, lazy, ngettext, short_day, time_span, when
from marketplace.base.i18n import gettext as _
from marketplace.base.numbers import amount, one_decimal
from offers.catalogue.kinds import AUDIENCE_LABELS, KIND_LABELS, PARTICULAR_LABELS, Audience, Kind
from offers.catalogue.models import Cost, Joining
from offers.catalogue.opening import Closed, why_closed

FEW = 4
"""So many seats or fewer are said as "4 plasser igjen"."""


class When(StrEnum):
    """Periods one may look for, by a Norwegian calendar."""

    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEKEND = "weekend"
    SEVEN_DAYS = "seven_days"
    THIS_WEEK = "this_week"
    NEXT_WEEK = "next_week"
    THIS_MONTH = "this_month"
    NEXT_MONTH = "next_month"


WHEN_LABELS = {
    When.TODAY: lazy("I dag"),
    When.TOMORROW: lazy("I morgen"),
    When.WEEKEND: lazy("I helgen"),
    When.SEVEN_DAYS: lazy("Sju dager"),
    When.THIS_WEEK: lazy("Denne uka"),
    When.NEXT_WEEK: lazy("Neste uke"),
    When.THIS_MONTH: lazy("Denne måneden"),
    When.NEXT_MONTH: lazy("Neste måned"),
}


def period(which: When, now: datetime) -> tuple[datetime, datetime]:
    """From the first moment until before the second; today's, this week's and this month's past is in it."""
    day = today(now)
    monday, first = day - timedelta(days=day.weekday()), day.replace(day=1)
    next_first = (first + timedelta(days=32)).replace(day=1)
    start, end = {
        When.TODAY: (day, day + timedelta(days=1)),
        When.TOMORROW: (day + timedelta(days=1), day + timedelta(days=2)),
        When.WEEKEND: (monday + timedelta(days=5), monday + timedelta(days=7)),
        When.SEVEN_DAYS: (day, day + timedelta(days=7)),
        When.THIS_WEEK: (monday, monday + timedelta(days=7)),
        When.NEXT_WEEK: (monday + timedelta(days=7), monday + timedelta(days=14)),
        When.THIS_MONTH: (first, next_first),
        When.NEXT_MONTH: (next_first, (next_first + timedelta(days=32)).replace(day=1)),
    }[which]
    midnight = datetime.min.time()
    return at_oslo(start, midnight), at_oslo(end, midnight)


class Seats(NamedTuple):
    """`state` of components/offers.html:seats, the words, and what a visitor may do: book, wait, ask or nothing."""

    state: str
    text: str
    act: str = ""


NOTHING = Seats("", "")


class Pool(Protocol):
    """What one knows of seats. `capacity`: None without a limit; without what hosts keep."""

    @property
    def capacity(self) -> int | None: ...
    @property
    def taken(self) -> int | None: ...
    @property
    def waiting(self) -> int | None: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...


class Left(NamedTuple):
    """A Pool of these numbers."""

    capacity: int | None
    taken: int | None
    waiting: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime | None


def seats(joining: str, pool: Pool | None, sensitive: bool, now: datetime) -> Seats:
    """What is left, in words. Of a sensitive offer no number is told, neither by words nor by colour (product.md).

    `pool`: None or without `taken` where there are no seats. Booking closes at the start. Where one asks first, one may
    ask as long as the group meets, however full it is (opening.py).
    """
    if joining == Joining.EXTERNAL:
        return Seats("external", _("Påmelding på et annet nettsted"))
    if joining in (Joining.DROP_IN, Joining.NONE):
        return Seats("open", _("Ingen påmelding"))
    if pool is None or pool.taken is None:
        return NOTHING
    shut = why_closed(joining, pool.starts_at, pool.ends_at, pool.opens_at, pool.closes_at, now)
    match next(shut, None):
        case Closed.OVER:
            return Seats("open", _("Har begynt"))
        case Closed.CLOSED:
            return Seats("open", _("Påmeldingen er stengt"))
        case Closed.NOT_OPEN:
            return Seats("open", _("Påmeldingen åpner %(day)s", day=short_day(pool.opens_at or now)))
    if joining == Joining.REQUEST:
        return Seats("request", _("Spør om plass. Vi tar en prat først"), "ask")
    if pool.capacity is None:
        return Seats("free", _("Ledige plasser"), "book")
    return _counted(pool.capacity - pool.taken, pool.waiting or 0, sensitive)


def listed_seats(joining: str, pool: Pool | None, sensitive: bool, now: datetime) -> Seats:
    """The same among other offers: in a list, a week, a feed. Who reads those watches many at once, so a sensitive
    offer is the same whether it is full or not; its own page says that to who goes there."""
    told = seats(joining, pool, sensitive, now)
    return Seats("open", _("Med påmelding"), "book") if sensitive and told.act in ("book", "wait") else told


def _counted(free: int, waiting: int, sensitive: bool) -> Seats:
    if free > 0 and sensitive:
        return Seats("free", _("Ledige plasser"), "book")
    if free > FEW:
        return Seats("free", ngettext("%(num)s ledig plass", "%(num)s ledige plasser", free), "book")
    if free > 0:
        return Seats("few", ngettext("%(num)s plass igjen", "%(num)s plasser igjen", free), "book")
    if waiting and not sensitive:
        return Seats("full", _("Fullt. %(number)s på venteliste", number=waiting), "wait")
    return Seats("full", _("Fullt. Du kan stå på venteliste"), "wait")


def when_words(starts: datetime, ends: datetime, now: datetime) -> str:
    """I dag kl. 17–19, i morgen …, torsdag 15. oktober …; with the year when it is more than half a year ahead."""
    return _when(starts, ends, today(now), language())


@lru_cache(4096)
def _when(starts: datetime, ends: datetime, day: date, lang: str) -> str:
    days = (today(starts) - day).days
    if days in (0, 1) and ends - starts < timedelta(hours=24):
        return (_("I dag %(time)s") if days == 0 else _("I morgen %(time)s")) % {
            "time": time_span(starts, ends)
        }
    return when(starts, ends, year=days > 180)


@cache
def _kind(kind: str, lang: str) -> str:
    return str(KIND_LABELS[Kind(kind)])


def kind_words(kind: str, joining: str = "", sessions: int = 0) -> str:
    """Kurs; "Kurs, 6 ganger" when one booking covers them all."""
    words = _kind(kind, language())
    if joining == Joining.WHOLE and sessions > 1:
        return _("%(kind)s, %(number)s ganger", kind=words, number=sessions)
    return words


def inside_words(audience: Audience) -> str:
    """What an audience is called inside a sentence."""
    words = str(PARTICULAR_LABELS.get(audience, AUDIENCE_LABELS[audience]))
    return words[:1].lower() + words[1:]


@cache
def _audiences(audiences: tuple[str, ...], main: str | None, lang: str) -> str:
    said = sorted(map(Audience, audiences), key=lambda audience: audience != main)  # the main one first
    named = [audience for audience in said if audience != Audience.EVERYONE]
    if len(named) < len(said) and named:
        return _("Alle, særlig %(whom)s", whom=", ".join(map(inside_words, named)))
    return ", ".join(
        [*(str(AUDIENCE_LABELS[audience]) for audience in said[:1]), *map(inside_words, said[1:])]
    )


def audience_words(audiences: Sequence[str], main: str | None) -> str:
    """Voksne, pårørende. Whom it is most for comes first; "Alle, særlig 65 år og eldre" where both are said; nothing of
    a draft that does not say yet."""
    return _audiences(tuple(audiences), main, language())


def other_lang(lang: str) -> str:
    """The language of a text, where it is another than the page's; else nothing."""
    return "" if lang == language() else lang


def away_words(away: int) -> str:
    """300 m unna, 1,2 km unna, 14 km unna: never nearer than a hundred metres, which nobody knows. The number and what
    it counts stand on one line."""
    km = away / 1000
    if away < 950:
        said = _("%(number)s m unna", number=max(100, round(away, -2)))
    else:
        said = _("%(number)s km unna", number=one_decimal(km) if km < 9.95 else amount(km))
    return said.replace(" ", NBSP, 1)


def web_address(url: str | None) -> str:
    """The address, when it is one a browser may follow: never javascript: or data:."""
    return url if url and re.match(r"https?://[^\s<>\"]+$", url) else ""


def offers_found(total: int, many: bool) -> str:
    """Ingen tilbud, 24 tilbud, over 200 tilbud."""
    if many:
        return _("Over %(number)s tilbud", number=total - 1)
    return ngettext("%(num)s tilbud", "%(num)s tilbud", total) if total else _("Ingen tilbud passer")


def offers_shown(before: int, upto: int, total: int, many: bool) -> str:
    """Viser 21–40 av 78, or without the end where nobody counted it; nothing when all are shown."""
    if upto <= before or (not before and upto >= total):
        return ""
    numbers = {"first": before + 1, "last": upto}
    if many:
        return _("Viser %(first)s–\u2060%(last)s", **numbers)
    return _("Viser %(first)s–\u2060%(last)s av %(total)s", **numbers, total=max(total, upto))


def paragraphs(text: str) -> list[str]:
    return [part for part in text.split("\n") if part.strip()]


def ages(age_from: int | None, age_to: int | None) -> str:
    """Whom it is for by age; empty for everybody."""
    if age_from and age_to:
        return _("For deg mellom %(low)s og %(high)s år", low=age_from, high=age_to)
    if age_from:
        return _("For deg som er %(low)s år eller eldre", low=age_from)
    return _("For deg som er %(high)s år eller yngre", high=age_to) if age_to else ""


def short_ages(age_from: int | None, age_to: int | None) -> str:
    """The same where there is little room."""
    if age_from and age_to:
        return _("%(low)s–\u2060%(high)s år", low=age_from, high=age_to)
    if age_from:
        return _("fra %(low)s år", low=age_from)
    return _("til %(high)s år", high=age_to) if age_to else ""


def cost_words(cost: str | None, amount: str) -> str:
    """Gratis, or how much; empty where nobody has said."""
    if cost == Cost.FREE:
        return _("Gratis")
    return _("Koster litt: %(amount)s", amount=amount) if cost else ""
